"""A conversation-flow engine for telephone calls."""
