"""The service's application asked in-process: requests and answers as ASGI messages, no socket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from starlette.applications import Starlette
from starlette.types import Message

LOCAL = ("127.0.0.1", 50_000)
HEADERS = {"host": "localhost:8080"}


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer; header names are in small letters, cookies are the `set-cookie` lines."""

    status: int
    headers: Mapping[str, str]
    cookies: list[str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Client:
    """An application that is running, from `with` to its end."""

    def __init__(
        self, app: Starlette, *, client: tuple[str, int] = LOCAL, headers: Mapping[str, str] | None = None
    ) -> None:
        self.app = app
        self.headers = headers or {}
        self.client = client
        self._runner = asyncio.Runner()

    def __enter__(self) -> Client:
        self._lifespan = self.app.router.lifespan_context(self.app)
        self._runner.run(self._lifespan.__aenter__())
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self._runner.run(self._lifespan.__aexit__(None, None, None))
        finally:
            self._runner.close()

    def get(self, target: str, **headers: str) -> Answered:
        return self.ask("GET", target, headers=headers)

    def post(self, target: str, body: Any, **headers: str) -> Answered:
        """`body` is sent as JSON."""
        return self.ask("POST", target, json.dumps(body).encode(), {"content-type": "application/json", **headers})

    def ask(
        self,
        method: str,
        target: str,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        client: tuple[str, int] | None = None,
        *,
        is_whole: bool = True,
    ) -> Answered:
        """One request. `_` in the name of a header stands for `-`. `is_whole`: its sender waits for the answer."""
        return self._runner.run(
            asked(
                self.app,
                method,
                target,
                body,
                {**self.headers, **(headers or {})},
                client or self.client,
                is_whole=is_whole,
            )
        )

    def knock(self, target: str, headers: Mapping[str, str] | None = None) -> bool:
        """Whether a WebSocket is accepted; it is closed at once."""
        scope = _scope(target, headers, self.client)
        return self._runner.run(_knocked(self.app, {**scope, "type": "websocket", "scheme": "ws", "subprotocols": []}))


async def asked(
    app: Starlette,
    method: str,
    target: str,
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
    client: tuple[str, int] = LOCAL,
    *,
    is_whole: bool = True,
) -> Answered:
    """One request to an application that is running in this event loop."""
    scope = {**_scope(target, headers, client), "type": "http", "scheme": "http", "method": method}
    return await _asked(app, scope, body, is_whole=is_whole)


def _scope(target: str, headers: Mapping[str, str] | None, client: tuple[str, int]) -> dict[str, Any]:
    sent = {name.lower().replace("_", "-"): value for name, value in {**HEADERS, **(headers or {})}.items()}
    path, _, query = target.partition("?")
    return {
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "path": unquote(path),
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in sent.items()],
        "client": client,
        "server": ("127.0.0.1", 8080),
    }


async def _asked(app: Starlette, scope: dict[str, Any], body: bytes, *, is_whole: bool) -> Answered:
    chunks = [body[at : at + 65_536] for at in range(0, len(body), 65_536)] or [b""]
    told: list[Message] = []

    async def receive() -> Message:
        if not chunks:
            return {"type": "http.disconnect"}
        chunk = chunks.pop(0)
        return {"type": "http.request", "body": chunk, "more_body": bool(chunks) or not is_whole}

    async def send(message: Message) -> None:
        told.append(message)

    try:
        await app(scope, receive, send)
    except Exception:
        # Starlette answers 500 and raises on, for the server's log.
        if not told:
            raise
    pairs = [(name.decode(), value.decode("latin-1")) for name, value in told[0]["headers"]]
    return Answered(
        told[0]["status"],
        dict(pairs),
        [value for name, value in pairs if name == "set-cookie"],
        b"".join(message.get("body", b"") for message in told[1:]),
    )


async def _knocked(app: Starlette, scope: dict[str, Any]) -> bool:
    comes: list[Message] = [{"type": "websocket.connect"}, {"type": "websocket.disconnect", "code": 1000}]
    told: list[str] = []

    async def receive() -> Message:
        return comes.pop(0)

    async def send(message: Message) -> None:
        told.append(message["type"])

    await app(scope, receive, send)
    return told[0] == "websocket.accept"
