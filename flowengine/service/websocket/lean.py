"""The WebSocket class that uvicorn is given (`ws=LeanWebSocket`): ASGI on top of a connection, and a way around it.

uvicorn's HTTP protocol sees the upgrade, makes one of these, and gives it the request's head and then the socket.
Per-message deflate is never agreed to, whatever the settings: media is base64, which compression would only make late.
"""

from __future__ import annotations

import asyncio
import contextvars
import logging
from collections import deque
from collections.abc import Callable
from typing import Any, cast

from starlette.types import Message, Scope
from uvicorn.config import Config
from uvicorn.protocols.utils import (
    ClientDisconnected,
    get_local_addr,
    get_remote_addr,
    is_ssl,
)
from uvicorn.server import ServerState

from flowengine.conversation.weakly import weakly
from flowengine.service.websocket import frames
from flowengine.service.websocket.connection import Connection, Limits, Phase, ignore
from flowengine.service.websocket.direct import EXTENSION
from flowengine.service.websocket.frames import Closing
from flowengine.service.websocket.handshake import Headers, Upgrade

log = logging.getLogger("uvicorn.error")
"""Where uvicorn's own classes write."""

START, BODY = "websocket.http.response.start", "websocket.http.response.body"


class LeanWebSocket(Connection):
    """One connection and the application's task for it. Also `direct.Direct`, for routes that know of it."""

    def __init__(self, config: Config, server_state: ServerState, app_state: dict[str, Any]) -> None:
        if not config.loaded:
            config.load()
        super().__init__(Limits(config.ws_max_size, config.ws_ping_interval, config.ws_ping_timeout))
        self._config = config
        self._server = server_state
        self._connections = cast("set[asyncio.Protocol]", server_state.connections)
        self._app_state = app_state
        self._scope: Scope = {}
        self._waiting: deque[Message] = deque()
        self._arrived = asyncio.Event()
        self._denial: tuple[int, Headers, list[bytes]] | None = None
        """Status, headers and body of the application's own answer to the request, as far as it is known."""
        self._ended_by_app = False
        self._handed_over: asyncio.Future[int] | None = None

    # What the connection tells.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._connections.discard(self)

    def extra_headers(self) -> Headers:
        return self._server.default_headers

    def asked(self, upgrade: Upgrade) -> None:
        root, config = self._config.root_path, self._config
        self._scope = {
            "type": "websocket",
            "asgi": {"version": config.asgi_version, "spec_version": "2.4"},
            "http_version": "1.1",
            "scheme": "wss" if is_ssl(self._transport) else "ws",
            "server": get_local_addr(self._transport),
            "client": get_remote_addr(self._transport),
            "root_path": root,
            "path": root + upgrade.path,
            "raw_path": (root + upgrade.raw_path).encode("ascii"),
            "query_string": upgrade.query.encode("ascii"),
            "headers": upgrade.headers,
            "subprotocols": upgrade.subprotocols,
            "state": self._app_state.copy(),
            "extensions": {"websocket.http.response": {}, EXTENSION: {"socket": self}},
        }
        most = config.limit_concurrency
        if most is not None and (len(self._connections) > most or len(self._server.tasks) >= most):
            self._refuse(503, b"There are too many connections.")
            return
        self._waiting.append({"type": "websocket.connect"})
        context = contextvars.Context() if config.reset_contextvars else None
        task = self._loop.create_task(self._run(), context=context)
        self._server.tasks.add(task)
        task.add_done_callback(self._server.tasks.discard)

    def answered(self, what: str) -> None:
        # Only where it is asked for: an address can hold more than everybody should read.
        if self._config.access_log and self._upgrade is not None:
            upgrade = self._upgrade
            host, port = get_remote_addr(self._transport) or ("", 0)
            path = upgrade.raw_path + (f"?{upgrade.query}" if upgrade.query else "")
            # As uvicorn's own classes write it, for whoever reads its log.
            log.info('%s:%d - "WebSocket %s" %s', host, port, path, what)

    def took(self, message: str | bytes) -> None:
        kind = "text" if isinstance(message, str) else "bytes"
        self._waiting.append({"type": "websocket.receive", kind: message})
        self._arrived.set()
        if len(self._waiting) >= self._config.ws_max_queue:
            self._pause_reading()

    def left(self, closing: Closing) -> None:
        self._arrived.set()
        if self._handed_over is not None and not self._handed_over.done():
            self._handed_over.set_result(closing.code)

    # The application's task, and what it calls.

    async def _run(self) -> None:
        code = frames.NORMAL
        try:
            await self._config.loaded_app(self._scope, self._receive, self._send)
        except ClientDisconnected:
            pass
        except Exception:
            log.exception("Exception in ASGI application")
            code = frames.UNEXPECTED
        except BaseException:
            code = frames.RESTARTING
            raise
        finally:
            # It holds this connection, which would hold it, and so a call, until the garbage collector's full pass.
            self._scope = {}
            if self._phase is Phase.ASKED:
                self._refuse(500, b"Internal Server Error")
            elif self._phase is Phase.OPEN:
                self._close(code, "")

    async def _receive(self) -> Message:
        while not self._waiting:
            if self._left is not None:
                return {"type": "websocket.disconnect", "code": self._left.code, "reason": self._left.reason}
            self._arrived.clear()
            await self._arrived.wait()
        message = self._waiting.popleft()
        if self._is_deaf and self._phase is Phase.OPEN and len(self._waiting) <= self._config.ws_max_queue // 2:
            self._resume_reading()
        return message

    async def _send(self, message: Message) -> None:
        if not self._writable.is_set():
            await self._writable.wait()
        kind = message["type"]
        if self._phase is Phase.OPEN and kind == "websocket.send":
            self._send_message(message.get("bytes"), message.get("text"))
        elif self._phase is Phase.OPEN and kind == "websocket.close":
            self._ended_by_app = True
            self._close(message.get("code", frames.NORMAL), message.get("reason") or "")
        elif self._phase is Phase.ASKED:
            self._answer(kind, message)
        elif self._left is not None and not self._ended_by_app:
            raise ClientDisconnected
        else:
            raise RuntimeError(f"{kind!r} cannot be sent now: {self._phase.value}")

    def _send_message(self, data: bytes | None, text: str | None) -> None:
        if data is not None:
            self._write(data)
        elif text is not None:
            self._write(text)
        else:
            raise RuntimeError("websocket.send has neither text nor bytes")

    def _answer(self, kind: str, message: Message) -> None:
        """What the application makes of the request."""
        try:
            if kind == START and self._denial is None:
                self._denial = (message["status"], list(message.get("headers", ())), [])
            elif kind == BODY and self._denial is not None:
                status, headers, parts = self._denial
                parts.append(message.get("body", b""))
                # Sent when all of it is there: it is short.
                if not message.get("more_body", False):
                    self._ended_by_app = True
                    self._refuse(status, b"".join(parts), headers)
            elif kind == "websocket.accept" and self._denial is None:
                self._accept(message.get("subprotocol"), list(message.get("headers", ())))
            elif kind == "websocket.close" and self._denial is None:
                self._ended_by_app = True
                self._refuse(403, b"")
            else:
                raise RuntimeError(f"{kind!r} cannot be sent now: {self._phase.value}")
        except ValueError as error:
            raise RuntimeError(f"{kind} cannot be sent: {error}") from error

    # What the application calls without ASGI, see `direct.Direct`.

    def data_received(self, data: bytes) -> None:
        try:
            super().data_received(data)
        except Exception as error:
            # What takes messages without ASGI has failed in the middle of what had come.
            waiting = self._handed_over
            if waiting is None or waiting.done():
                raise
            waiting.set_exception(error)
            self._break_off(frames.UNEXPECTED, "")

    def push(self, message: str | bytes) -> bool:
        if self._phase is not Phase.OPEN or not self._writable.is_set():
            return False
        self._write(message)
        return True

    async def hand_over(self, take: Callable[[str | bytes], None]) -> int:
        while self._waiting:
            waited = self._waiting.popleft()
            text = waited.get("text")
            take(text if text is not None else waited["bytes"])
        if self._left is not None:
            return self._left.code
        self._handed_over = self._loop.create_future()
        self._reader.take = take
        self._resume_reading()
        try:
            return await self._handed_over
        finally:
            self._handed_over = None
            # Whoever took the messages holds this connection: it is let go.
            self._reader.take = weakly(self.took) if self._phase is Phase.OPEN else ignore
