"""The `nova2.v1` speech contract: clients and server."""
