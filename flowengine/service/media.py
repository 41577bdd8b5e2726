"""`/twilio/stream`: Twilio's media stream, from the upgrade to the close.

A frame of audio is handled where it arrives, in one go; only events go through the session's queue.
"""

from __future__ import annotations

import asyncio
import logging

from starlette.websockets import WebSocket, WebSocketDisconnect

from flowengine.adapters.twilio import media, signature
from flowengine.adapters.twilio.rest import TwilioRest
from flowengine.errors import ProtocolError
from flowengine.runtime.session import CallSession
from flowengine.service.calls import Calls
from flowengine.service.outbox import Outbox
from flowengine.service.streams import close, run_over_socket
from flowengine.service.webhooks import public_url

log = logging.getLogger(__name__)

START_TIMEOUT_S = 5.0
POLICY_VIOLATION = 1008


class TwilioLine:
    """Twilio as the far end of a call; hang-up goes by REST, since closing the stream alone does not end a call."""

    def __init__(self, call_id: str, call_sid: str, stream_sid: str, outbox: Outbox, rest: TwilioRest) -> None:
        self.call_id = call_id
        self._call_sid = call_sid
        self._encode = media.Encoder(stream_sid)
        self._outbox = outbox
        self._rest = rest

    def play(self, mulaw: bytes) -> None:
        self._outbox.put(self._encode.media(mulaw), audio=True)

    def mark(self, name: str) -> None:
        self._outbox.put(self._encode.mark(name), audio=True)

    def clear(self) -> None:
        self._outbox.clear(self._encode.clear())

    async def hang_up(self) -> None:
        await self._rest.hang_up(self._call_sid)


class TwilioReader:
    """What Twilio sends, given to the session. What cannot be read is logged once and passed over."""

    def __init__(self, session: CallSession, call_id: str) -> None:
        self._session = session
        self._call_id = call_id
        self._complained: set[str] = set()

    def __call__(self, message: str | bytes) -> None:
        if isinstance(message, bytes):
            self._complain("binary frame")
            return
        try:
            parsed = media.decode(message)
        except ProtocolError:
            self._complain("unreadable message")
            return
        match parsed:
            case media.Media(payload=payload):
                self._session.on_audio(payload)
            case media.Mark(name=name):
                self._session.on_mark(name)
            case media.Dtmf(digit=digit):
                self._session.on_key(digit)
            case media.Stop():
                self._session.on_gone("hung up")
            case media.Connected() | media.Start():
                pass
            case media.Unknown():
                self._complain("unknown event")

    def _complain(self, what: str) -> None:
        if what not in self._complained:
            self._complained.add(what)
            log.warning("stream message ignored", extra={"call_id": self._call_id, "what": what})


async def twilio_stream(socket: WebSocket) -> None:
    """One media stream: signature, `start` with its token, the call, the close."""
    calls: Calls = socket.app.state.calls
    settings = calls.settings
    if not settings.has_telephone or not signature.is_valid_upgrade(
        settings.twilio_auth_token or "",
        public_url(settings, socket.url.path, socket.url.query),
        socket.headers.get("x-twilio-signature", ""),
    ):
        log.warning("stream refused: bad signature")
        # Before it is accepted, closing a socket answers the upgrade with 403.
        await socket.close(POLICY_VIOLATION)
        return
    await socket.accept()
    try:
        start = await _started(socket)
    except (TimeoutError, WebSocketDisconnect):
        log.warning("stream refused: no start in time")
        await close(socket, POLICY_VIOLATION, "no start")
        return
    prepared = calls.tokens.redeem(start.parameters.get("token", ""), start.call_sid)
    if prepared is None:
        log.warning("stream refused: unknown token", extra={"call_sid": start.call_sid})
        await close(socket, POLICY_VIOLATION, "bad token")
        return
    if calls.is_live(prepared.call_sid):
        log.warning("stream refused: its call has one already", extra={"call_sid": start.call_sid})
        await close(socket, POLICY_VIOLATION, "second stream")
        return
    outbox = Outbox(socket)
    line = TwilioLine(prepared.call_id, start.call_sid, start.stream_sid, outbox, socket.app.state.twilio)
    live = calls.open(prepared, line)
    await run_over_socket(socket, outbox, calls, live, TwilioReader(live.session, prepared.call_id))
    await close(socket)


async def _started(socket: WebSocket) -> media.Start:
    """The `start` message; whatever comes before it is passed over. Raises TimeoutError, WebSocketDisconnect."""
    async with asyncio.timeout(START_TIMEOUT_S):
        while True:
            message = await socket.receive()
            if message["type"] == "websocket.disconnect":
                raise WebSocketDisconnect(message.get("code", 1005))
            try:
                parsed = media.decode(message.get("text") or "")
            except ProtocolError:
                continue
            if isinstance(parsed, media.Start):
                return parsed
