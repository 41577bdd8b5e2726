"""A WebSocket without ASGI between: messages are handled where they arrive, and leave where they are made.

ASGI hands over each message as a dictionary, through a queue, to a task that has to wake. A call has sixty a second. A
server whose WebSocket class knows this extension offers it in the scope; with any other server the same route goes on
by `receive` and `send`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from starlette.websockets import WebSocket

EXTENSION = "flowengine.direct"


class Direct(Protocol):
    """One open socket, by-passing ASGI."""

    def push(self, message: str | bytes) -> bool:
        """Send it at once; False when it cannot be: the far end reads too slowly, or is gone. Then use `send`."""
        ...

    async def hand_over(self, take: Callable[[str | bytes], None]) -> int:
        """Give `take` each message, beginning with those that wait, until the far end is gone; the close code.

        What `take` raises closes the socket with 1011 and is raised here. Cancelled, it gives the messages that come
        later back to `receive`.
        """
        ...


def direct_of(socket: WebSocket) -> Direct | None:
    """The extension, where the server offers it."""
    offered = (socket.scope.get("extensions") or {}).get(EXTENSION)
    direct: Direct | None = None if offered is None else offered["socket"]
    return direct
