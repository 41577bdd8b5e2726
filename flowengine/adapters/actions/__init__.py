"""Actions carried out: registered Python functions, and signed HTTP requests."""
