"""Tree to checked graph."""
