"""`/twilio/stream`: Twilio's media stream, from the upgrade to the close.

A frame of audio is handled where it arrives, in one go; only events go through the session's queue.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from starlette.websockets import WebSocket, WebSocketDisconnect

from flowengine.adapters.twilio import callbacks, consulting, media, signature, twiml
from flowengine.adapters.twilio.consulting import ColleagueOrder
from flowengine.adapters.twilio.rest import TwilioRest
from flowengine.errors import ProtocolError, RequestNotSent, TelephonyError
from flowengine.runtime.last_words import HUNG_UP
from flowengine.runtime.session import CallSession
from flowengine.service.calls import Calls
from flowengine.service.live_call import LiveCall
from flowengine.service.outbox import Outbox
from flowengine.service.streams import carry_on_over_socket, close, run_over_socket
from flowengine.service.tokens import PreparedCall
from flowengine.service.webhooks import public_url

log = logging.getLogger(__name__)

START_TIMEOUT_S = 5.0
POLICY_VIOLATION = 1008
LEFTOVER_S = 2.0
"""The caller hears nothing before that."""


class TwilioLine:
    """Twilio as the far end of a call, over one stream after the other.

    Hang-up goes by REST, since closing the stream alone does not end a call.
    """

    def __init__(self, prepared: PreparedCall, stream_sid: str, outbox: Outbox, rest: TwilioRest, base: str) -> None:
        self.call_id = prepared.call_id
        self._prepared = prepared
        self._rest = rest
        self._base = base
        self.at_first_sound: Callable[[], None] | None = None
        self.attach(stream_sid, outbox)

    def attach(self, stream_sid: str, outbox: Outbox) -> None:
        """From now on the call goes over this stream."""
        self.stream_sid = stream_sid
        self._encode = media.Encoder(stream_sid)
        self._outbox = outbox

    def play(self, mulaw: bytes) -> None:
        if self.at_first_sound is not None:
            self.at_first_sound()
            self.at_first_sound = None
        self._outbox.put(self._encode.media(mulaw), audio=True)

    def mark(self, name: str) -> None:
        self._outbox.put(self._encode.mark(name), audio=True)

    def clear(self) -> None:
        self._outbox.clear(self._encode.clear())

    async def hang_up(self) -> None:
        await self._rest.hang_up(self._prepared.call_sid)

    async def transfer(self, target: str) -> None:
        outbound = self._prepared.direction == "outbound"
        instructions = twiml.dial(
            target,
            action_url=f"{self._base}/twilio/transfer-ended",
            # The person called is no number of ours: Twilio would refuse to show it (13214).
            caller_id=self._prepared.from_number if outbound else None,
        )
        await self._rest.redirect(self._prepared.call_sid, instructions)

    async def consult(self, leg: str, target: str, placed: Callable[[str], None]) -> None:
        prepared, base = self._prepared, self._base
        ours = prepared.from_number if prepared.direction == "outbound" else prepared.to_number
        if not ours:
            raise RequestNotSent("this call has no number of ours that a colleague could be shown")
        agent = prepared.flow.agent
        announced = f"This is {agent.name}, the automated assistant of {agent.company}, with a caller for you."
        sid = await self._rest.ring_colleague(
            ColleagueOrder(
                target,
                ours,
                announced,
                answer_url=f"{base}/twilio/colleague?leg={leg}",
                status_url=f"{base}/twilio/colleague-status?leg={leg}",
            )
        )
        placed(sid)

    async def join(self, leg: str) -> None:
        instructions = consulting.joining(leg, action_url=f"{self._base}/twilio/transfer-ended")
        await self._rest.redirect(self._prepared.call_sid, instructions)

    async def fetch_back(self) -> None:
        instructions = consulting.fetched_back(f"{self._base}/twilio/transfer-ended")
        await self._rest.redirect(self._prepared.call_sid, instructions)

    async def dismiss(self, placed: str) -> None:
        await self._rest.hang_up(placed)

    async def is_up(self) -> bool:
        return await self._rest.status(self._prepared.call_sid) not in callbacks.ENDS

    async def record(self, start: bool) -> None:
        if start:
            await self._rest.start_recording(self._prepared.call_sid)
        else:
            await self._rest.stop_recording(self._prepared.call_sid)


class TwilioReader:
    """What Twilio sends, given to the session. What cannot be read is logged once and passed over."""

    def __init__(self, session: CallSession, call_id: str, is_current: Callable[[], bool]) -> None:
        self._session = session
        self._call_id = call_id
        self._is_current = is_current
        self._complained: set[str] = set()

    def __call__(self, message: str | bytes) -> None:
        if not self._is_current():
            return
        if isinstance(message, bytes):
            self._complain("binary frame")
            return
        try:
            parsed = media.decode(message)
        except ProtocolError:
            self._complain("unreadable message")
            return
        if isinstance(parsed, media.Media):
            # Before the rest, since nearly all are.
            self._session.on_audio(parsed.payload)
            return
        match parsed:
            case media.Mark(name=name):
                self._session.on_mark(name)
            case media.Dtmf(digit=digit):
                self._session.on_key(digit)
            case media.Stop():
                self._session.on_gone(HUNG_UP)
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
        calls.families.refused.add("signature")
        # Before it is accepted, closing a socket answers the upgrade with 403.
        await socket.close(POLICY_VIOLATION)
        return
    with calls.arrivals.one():
        await socket.accept()
        expected = await _expected(socket, calls)
    if expected is None:
        return
    start, prepared = expected
    live = calls.find(prepared.call_sid)
    outbox = Outbox(socket)
    if live is None:
        line = TwilioLine(prepared, start.stream_sid, outbox, socket.app.state.twilio, settings.server_base_url or "")
        live = calls.open(prepared, line)
        if prepared.revived is None:
            line.at_first_sound = live.first_sound
        reader, is_current = _ends(live, line, start.stream_sid)
        await run_over_socket(socket, outbox, calls, live, reader, is_current=is_current, comes_back=True)
    elif isinstance(live.line, TwilioLine) and live.session.away.is_returning:
        live.line.attach(start.stream_sid, outbox)
        live.session.on_returned()
        reader, is_current = _ends(live, live.line, start.stream_sid)
        await carry_on_over_socket(socket, outbox, live, reader, is_current)
    else:
        log.warning("stream refused: its call has one already", extra={"call_sid": start.call_sid})
        await close(socket, POLICY_VIOLATION, "second stream")
    await close(socket)


async def _expected(socket: WebSocket, calls: Calls) -> tuple[media.Start, PreparedCall] | None:
    """The `start` of a stream, and the call that it is for; None when there is none, and the socket is closed."""
    try:
        start = await _started(socket)
    except WebSocketDisconnect as gone:
        # The far end closed it, was lost, or broke a rule of the protocol: the code tells which.
        log.warning("stream ended before its start", extra={"close_code": gone.code})
        calls.families.refused.add("closed_early")
        return None
    except TimeoutError:
        log.warning("stream refused: no start in time")
        calls.families.refused.add("no_start")
        await close(socket, POLICY_VIOLATION, "no start")
        return None
    prepared = calls.tokens.redeem(start.parameters.get("token", ""), start.call_sid)
    if prepared is None:
        log.warning("stream refused: unknown token", extra={"call_sid": start.call_sid})
        calls.families.refused.add("token")
        await close(socket, POLICY_VIOLATION, "bad token")
        return None
    # A call that was revived is taken over once, by its first stream; later ones carry it on.
    revived = prepared.revived if calls.find(prepared.call_sid) is None else None
    if revived is None:
        return start, prepared
    if not await calls.recording.take_over(prepared):
        log.warning("stream refused: its call is somebody else's", extra={"call_sid": start.call_sid})
        await close(socket, POLICY_VIOLATION, "second stream")
        return None
    if revived.colleague is not None:
        await _dismiss_leftover(socket.app.state.twilio, revived.colleague, prepared.call_id)
    return start, prepared


async def _dismiss_leftover(rest: TwilioRest, sid: str, call_id: str) -> None:
    """The dead process had a colleague rung, whom nobody would answer: they may be rung anew."""
    try:
        async with asyncio.timeout(LEFTOVER_S):
            await rest.hang_up(sid)
    except (TelephonyError, TimeoutError):
        log.warning("a colleague's call could not be ended", extra={"call_id": call_id})


def _ends(live: LiveCall, line: TwilioLine, stream_sid: str) -> tuple[TwilioReader, Callable[[], bool]]:
    """What one stream is read with, and whether it is still the one that its call goes over."""

    def is_current() -> bool:
        return line.stream_sid == stream_sid

    return TwilioReader(live.session, live.prepared.call_id, is_current), is_current


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
