"""A Twilio that runs here: it rings a server over real sockets, speaks, listens, and measures what it hears."""
