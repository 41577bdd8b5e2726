"""The floor of the audio path: a bare Starlette WebSocket that sends each message back, served as we serve.

`python -m benchmarks.echo PORT [lean|websockets]` serves it, with uvicorn and the settings of `flowengine serve`.
"""

from __future__ import annotations

import sys

import uvicorn
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from flowengine.service.websocket.choice import WebSocketClass, class_from, websockets


async def echo(socket: WebSocket) -> None:
    """Each message back as it came, without a look at it."""
    await socket.accept()
    while (message := await socket.receive())["type"] == "websocket.receive":
        await socket.send_text(message["text"])


def main(port: int, chosen: WebSocketClass) -> None:
    """Serve until a signal comes."""
    app = Starlette(routes=[WebSocketRoute("/echo", echo)])
    uvicorn.Server(uvicorn.Config(app, port=port, log_config=None, access_log=False, **websockets(chosen))).run()


if __name__ == "__main__":
    main(int(sys.argv[1]), class_from(sys.argv[2] if len(sys.argv) > 2 else None))
