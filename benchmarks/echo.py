"""The floor of the audio path: a bare Starlette WebSocket that sends each message back, served as we serve.

`python -m benchmarks.echo PORT` serves it, with uvicorn and the settings of `flowengine serve`.
"""

from __future__ import annotations

import sys

import uvicorn
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from flowengine.service.server import WEBSOCKETS


async def echo(socket: WebSocket) -> None:
    """Each message back as it came, without a look at it."""
    await socket.accept()
    while (message := await socket.receive())["type"] == "websocket.receive":
        await socket.send_text(message["text"])


def main(port: int) -> None:
    """Serve until a signal comes."""
    app = Starlette(routes=[WebSocketRoute("/echo", echo)])
    uvicorn.Server(uvicorn.Config(app, port=port, log_config=None, access_log=False, **WEBSOCKETS)).run()


if __name__ == "__main__":
    main(int(sys.argv[1]))
