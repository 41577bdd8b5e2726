"""A server of `nova2.v1` over any recogniser and synthesiser: the contract, exercised for real.

`/stt` and `/tts` are its two addresses. A client that breaks the contract is told so in one `error` message; the others
notice nothing.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from flowengine.adapters.nova2.messages import MAX_MESSAGE, PING_S
from flowengine.adapters.nova2.serve_stt import SttConversation, refuse
from flowengine.adapters.nova2.serve_tts import TtsConversation
from flowengine.errors import SettingsError
from flowengine.runtime.ports import Recogniser, Synthesiser

log = logging.getLogger(__name__)

MOST_CLIENTS = 200


@dataclass(frozen=True, slots=True)
class SpeechAddresses:
    """Where the two services can be reached."""

    stt: str
    tts: str


class _Rooms:
    """Sends each client to what its path names."""

    def __init__(self, recogniser: Recogniser, synthesiser: Synthesiser, most_clients: int) -> None:
        self._recogniser = recogniser
        self._synthesiser = synthesiser
        self._most = most_clients
        self._clients = 0

    async def receive(self, connection: ServerConnection) -> None:
        """One client, from its first message to its last."""
        path = urlsplit(connection.request.path).path.rstrip("/") if connection.request else ""
        self._clients += 1
        try:
            if self._clients > self._most:
                await refuse(connection, "overloaded", f"{self._most} clients are connected, which is the most")
            elif path == "/stt":
                await SttConversation(connection, self._recogniser).run()
            elif path == "/tts":
                await TtsConversation(connection, self._synthesiser).run()
            else:
                await refuse(connection, "bad_init", "the addresses of this server end in /stt and /tts")
        except ConnectionClosed:
            # A caller who hangs up is the ordinary end.
            pass
        finally:
            self._clients -= 1


@asynccontextmanager
async def speech_server(
    recogniser: Recogniser, synthesiser: Synthesiser, *, host: str, port: int, most_clients: int = MOST_CLIENTS
) -> AsyncIterator[SpeechAddresses]:
    """Serve until the block is left; port 0 takes any. Raises SettingsError when the address is taken."""
    rooms = _Rooms(recogniser, synthesiser, most_clients)
    try:
        server: Server = await serve(
            rooms.receive,
            host,
            port,
            ping_interval=PING_S,
            ping_timeout=PING_S,
            close_timeout=1,
            compression=None,
            max_size=MAX_MESSAGE,
        )
    except OSError as error:
        raise SettingsError(f"cannot listen at {host}:{port}: {error.strerror or error}") from error
    async with server:
        taken = next(iter(server.sockets)).getsockname()[1]
        shown = f"[{host}]" if ":" in host else host
        yield SpeechAddresses(f"ws://{shown}:{taken}/stt", f"ws://{shown}:{taken}/tts")
