"""`/console/stream`: a call from the page. The browser plays and marks like a telephone, and sees more.

Binary frames are mu-law audio both ways; JSON text frames carry the rest (docs/reference/console.md).
"""

from __future__ import annotations

import asyncio

import msgspec
from starlette.websockets import WebSocket, WebSocketDisconnect

from flowengine.errors import UNREADABLE_JSON, FlowEngineError, ProtocolError, StoreError, TelephonyError
from flowengine.runtime.colleague_line import NoColleagues
from flowengine.runtime.last_words import HUNG_UP
from flowengine.runtime.session import CallSession
from flowengine.service.auth import Access
from flowengine.service.calls import Calls
from flowengine.service.console_watcher import Watcher, as_json
from flowengine.service.outbox import Outbox
from flowengine.service.problems import ProblemError
from flowengine.service.streams import close, run_over_socket
from flowengine.store.keys import Role

LEAST_ROLE: Role = "operator"
"""A call from the page runs actions, as any call does."""
START_TIMEOUT_S = 10.0
TEXT_LIMIT = 500
AUDIO_LIMIT = 16_000
KEYS = frozenset("0123456789*#")


class StartCall(msgspec.Struct, tag_field="event", tag="start"):
    """The page's first message."""

    flow: str
    contact: dict[str, object] = {}
    microphone: bool = True


class PageMessage(msgspec.Struct):
    """Any later message: its `event` says which field counts."""

    event: str
    name: str = ""
    text: str = ""
    digit: str = ""


class BrowserLine(NoColleagues):
    """The page as the far end of a call."""

    def __init__(self, call_id: str, outbox: Outbox) -> None:
        self.call_id = call_id
        self._outbox = outbox

    def play(self, mulaw: bytes) -> None:
        self._outbox.put(mulaw, audio=True)

    def mark(self, name: str) -> None:
        self._outbox.put(as_json({"event": "mark", "name": name}), audio=True)

    def clear(self) -> None:
        self._outbox.clear(as_json({"event": "clear"}))

    async def hang_up(self) -> None:
        """The socket is closed by whoever runs the call, after the page was told how it ended."""

    async def transfer(self, target: str) -> None:
        raise TelephonyError("a call from the page has no telephone line")

    async def is_up(self) -> bool:
        return True

    async def record(self, start: bool) -> None:
        raise TelephonyError("a call from the page is not recorded")


async def console_stream(socket: WebSocket) -> None:
    """One call from the page, from its `start` to `ended`."""
    calls: Calls = socket.app.state.calls
    access: Access = socket.app.state.access
    try:
        await access.admit(socket, LEAST_ROLE)
    except ProblemError as error:
        # Before it is accepted, closing a socket answers the upgrade with 403, whatever the reason.
        await socket.close(1008, error.problem.title)
        return
    except StoreError:
        await socket.close(1013, "The record cannot be used")
        return
    await socket.accept()
    try:
        start = await _started(socket)
        prepared = calls.prepare(start.flow, start.contact, listens=start.microphone)
        outbox = Outbox(socket)
        watcher = Watcher(outbox.put, prepared.flow)
        line = BrowserLine(prepared.call_id, outbox)
        live = calls.open(prepared, line, listens=start.microphone, asked_for=True, observe=watcher)
    except (FlowEngineError, TimeoutError) as error:
        await _refuse(socket, str(error) or "no start message came in time")
        return
    except WebSocketDisconnect:
        return
    watcher.tell(
        0.0,
        "started",
        call_id=prepared.call_id,
        flow=prepared.flow.name,
        title=prepared.flow.title,
        voice=prepared.flow.voice,
        recogniser=live.recogniser,
        synthesiser=calls.engines.synthesiser.name,
    )
    reader = PageReader(live.session, watcher)
    await run_over_socket(socket, outbox, calls, live, reader, at_end=watcher.ended)
    await close(socket)


class PageReader:
    """What the page sends, given to the session. Nonsense is answered with an error message and the call goes on."""

    def __init__(self, session: CallSession, watcher: Watcher) -> None:
        self._session = session
        self._watcher = watcher

    def __call__(self, message: str | bytes) -> None:
        if isinstance(message, bytes):
            if len(message) <= AUDIO_LIMIT:
                self._session.on_audio(message)
            return
        try:
            parsed = msgspec.json.decode(message, type=PageMessage)
        except UNREADABLE_JSON as error:
            self._watcher.error(f"not understood: {error}")
            return
        match parsed.event:
            case "mark":
                self._session.on_mark(parsed.name)
            case "text" if parsed.text.strip():
                if not self._session.on_text(parsed.text.strip()[:TEXT_LIMIT]):
                    self._watcher.error("a secret is asked for: it is taken by the keypad alone")
            case "dtmf" if parsed.digit in KEYS:
                self._session.on_key(parsed.digit)
            case "stop":
                self._session.on_gone(HUNG_UP)
            case _:
                self._watcher.error("not understood: expected mark, text, dtmf (0-9, * or #) or stop")


async def _started(socket: WebSocket) -> StartCall:
    """The first message. Raises ProtocolError, TimeoutError, WebSocketDisconnect."""
    async with asyncio.timeout(START_TIMEOUT_S):
        message = await socket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", 1005))
    try:
        return msgspec.json.decode(message.get("text") or "", type=StartCall)
    except UNREADABLE_JSON as error:
        raise ProtocolError(f"the first message must be start, with a flow: {error}") from error


async def _refuse(socket: WebSocket, message: str) -> None:
    await socket.send_text(as_json({"event": "error", "message": message}))
    await close(socket, 1008, "refused")
