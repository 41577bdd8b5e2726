"""Making the calls of the queue: when, by which request, and what follows from how each one ended."""
