"""The rules of what is always heard, a file a family, and the grammar that they are written in."""
