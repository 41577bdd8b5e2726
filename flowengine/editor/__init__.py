"""What an editor asks about a flow: the language server, and the knowledge of the language behind it."""
