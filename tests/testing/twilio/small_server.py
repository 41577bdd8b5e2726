"""A small server for the simulated telephone to ring: signed webhooks, a media stream, an agent that a test writes."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from flowengine.adapters.scripted.synthesiser import ScriptedSynthesiser
from flowengine.adapters.twilio import twiml
from flowengine.adapters.twilio.signature import is_valid, is_valid_upgrade
from flowengine.testing.twilio import trouble as troubles
from flowengine.testing.twilio.call import CallReport, Telephone
from flowengine.testing.twilio.script import parse
from flowengine.testing.twilio.trouble import Trouble
from tests.patience import PATIENCE_S


@dataclass
class Talk:
    """The server's end of one media stream, and all that came over it."""

    socket: WebSocket
    telephone: Telephone
    came: list[dict[str, Any]] = field(default_factory=list)
    unreadable: list[str | bytes] = field(default_factory=list)
    close_code: int | None = None

    @property
    def stream_sid(self) -> str:
        return next(str(message["streamSid"]) for message in self.came if message["event"] == "start")

    @property
    def call_sid(self) -> str:
        return next(str(message["start"]["callSid"]) for message in self.came if message["event"] == "start")

    def of(self, event: str) -> list[dict[str, Any]]:
        return [message for message in self.came if message["event"] == event]

    def marks(self) -> list[str]:
        return [message["mark"]["name"] for message in self.of("mark")]

    def audio(self) -> bytes:
        return b"".join(base64.b64decode(message["media"]["payload"]) for message in self.of("media"))

    async def until(self, enough: Callable[[], object], *, at_most: float = PATIENCE_S) -> None:
        """Read until `enough()`. Raises TimeoutError, WebSocketDisconnect."""
        async with asyncio.timeout(at_most):
            while not enough():
                await self.read()

    async def read(self) -> None:
        message = await self.socket.receive()
        if message["type"] == "websocket.disconnect":
            self.close_code = message["code"]
            raise WebSocketDisconnect(message["code"])
        raw: str | bytes = message.get("text") or message.get("bytes") or b""
        try:
            self.came.append(json.loads(raw))
        except ValueError:
            self.unreadable.append(raw)

    async def play(self, mulaw: bytes) -> None:
        payload = {"payload": base64.b64encode(mulaw).decode()}
        await self.socket.send_json({"event": "media", "streamSid": self.stream_sid, "media": payload})

    async def mark(self, name: str) -> None:
        await self.socket.send_json({"event": "mark", "streamSid": self.stream_sid, "mark": {"name": name}})

    async def clear(self) -> None:
        await self.socket.send_json({"event": "clear", "streamSid": self.stream_sid})

    def hang_up(self) -> None:
        """What a REST update with Status=completed does."""
        self.telephone.rest.complete(self.call_sid)

    def redirect(self, twiml: str) -> None:
        """What a REST update with Twiml does."""
        self.telephone.rest.redirect(self.call_sid, twiml)


Agent = Callable[[Talk], Awaitable[None]]


class SmallServer:
    """Records every webhook; answers with TwiML that connects the stream, unless a test has put in another."""

    def __init__(self, telephone: Telephone, agent: Agent) -> None:
        self.telephone = telephone
        self._agent = agent
        self.base = ""
        self.voice_twiml: str | None = None
        self.after_twiml = twiml.refusal("We lost the line.")
        self.forms: list[tuple[str, dict[str, str]]] = []
        self.talks: list[Talk] = []
        self.webhook_status = 204

    @property
    def talk(self) -> Talk:
        return self.talks[-1]

    def forms_of(self, path: str) -> list[dict[str, str]]:
        return [form for at, form in self.forms if at == path]

    async def ring(
        self,
        *says: str,
        trouble: Trouble = troubles.NONE,
        direction: str = "inbound",
        status_callbacks: bool = False,
        patience_s: float = PATIENCE_S,
    ) -> CallReport:
        async with asyncio.timeout(2 * PATIENCE_S):
            return await self.telephone.ring(
                f"{self.base}/voice?flow=door",
                parse(says),
                ScriptedSynthesiser(),
                direction=direction,
                status_url=f"{self.base}/status" if status_callbacks else None,
                quiet_s=0.1,
                patience_s=patience_s,
                trouble=trouble,
            )

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/voice", self._voice, methods=["POST"]),
                Route("/{path}", self._told, methods=["POST"]),
                WebSocketRoute("/stream", self._stream),
            ]
        )

    async def _form(self, request: Request) -> dict[str, str]:
        pairs = parse_qsl((await request.body()).decode(), keep_blank_values=True)
        url = f"{self.base}{request.url.path}" + (f"?{request.url.query}" if request.url.query else "")
        signature = request.headers.get("x-twilio-signature", "")
        assert is_valid(self.telephone.account.auth_token, url, pairs, signature)
        self.forms.append((request.url.path, dict(pairs)))
        return dict(pairs)

    async def _voice(self, request: Request) -> Response:
        await self._form(request)
        text = self.voice_twiml or twiml.connect(
            stream_url=f"{self.base.replace('http', 'ws')}/stream",
            action_url=f"{self.base}/after",
            status_url=f"{self.base}/stream-status",
            token="token",
        )
        return Response(text, media_type="application/xml")

    async def _told(self, request: Request) -> Response:
        await self._form(request)
        if request.url.path == "/after":
            return Response(self.after_twiml, media_type="application/xml")
        return Response(status_code=self.webhook_status)

    async def _stream(self, socket: WebSocket) -> None:
        url = f"{self.base}/stream"
        token = self.telephone.account.auth_token
        if not is_valid_upgrade(token, url, socket.headers.get("x-twilio-signature", "")):
            await socket.close(1008)
            return
        await socket.accept()
        talk = Talk(socket, self.telephone)
        self.talks.append(talk)
        try:
            await self._agent(talk)
            await socket.close(1000)
        except WebSocketDisconnect:
            return
        except (RuntimeError, TimeoutError):
            with contextlib.suppress(RuntimeError):
                await socket.close(1011)


@contextlib.asynccontextmanager
async def small_server(agent: Agent) -> AsyncIterator[SmallServer]:
    """Up on a free port of this machine, with a telephone to ring it."""
    async with Telephone(voice=ScriptedSynthesiser()) as telephone:
        server = SmallServer(telephone, agent)
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            listener.listen(16)
            server.base = f"http://127.0.0.1:{listener.getsockname()[1]}"
            config = uvicorn.Config(
                server.app(), ws="websockets-sansio", ws_per_message_deflate=False, log_config=None, lifespan="off"
            )
            web = uvicorn.Server(config)
            serving = asyncio.create_task(web.serve(sockets=[listener]))
            try:
                yield server
            finally:
                web.should_exit = True
                await serving


def rung(
    agent: Agent,
    says: Sequence[str] = (),
    *,
    trouble: Trouble = troubles.NONE,
    prepare: Callable[[SmallServer], None] = lambda server: None,
    direction: str = "inbound",
    status_callbacks: bool = False,
    patience_s: float = PATIENCE_S,
) -> tuple[CallReport, SmallServer]:
    """One call to a server of its own."""

    async def main() -> tuple[CallReport, SmallServer]:
        async with small_server(agent) as server:
            prepare(server)
            report = await server.ring(
                *says,
                trouble=trouble,
                direction=direction,
                status_callbacks=status_callbacks,
                patience_s=patience_s,
            )
            return report, server

    return asyncio.run(main())
