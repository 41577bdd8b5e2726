"""What stands in a record, a transcript and a note where a secret was given."""

HIDDEN = "•••"
"""A value that is secret."""

HIDDEN_KEY = "•"
"""One digit of it, as it was typed."""
