"""A WebSocket class for uvicorn that is whole (RFC 6455) and lean; `frames` and `handshake` know no socket."""
