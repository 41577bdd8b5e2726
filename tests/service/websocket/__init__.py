"""What RFC 6455 asks of a server, of our own WebSocket class and of uvicorn's."""
