"""Text to tree: the `.flow` language."""
