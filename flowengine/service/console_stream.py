"""`/console/stream`: a call from the page. The browser plays and marks like a telephone, and sees more.

Binary frames are mu-law audio both ways; JSON text frames carry the rest (docs/reference/console.md).
"""

from __future__ import annotations

import asyncio
from typing import assert_never

import msgspec
from starlette.websockets import WebSocket, WebSocketDisconnect

from flowengine.conversation.commands import (
    AskGuard,
    AskModel,
    Blocked,
    CancelTimer,
    ChooseIntent,
    Chose,
    Dismiss,
    Ended,
    Entered,
    Hangup,
    HearGreeting,
    Hold,
    Join,
    Listen,
    Noted,
    Pause,
    ReadValue,
    Record,
    RunAction,
    Screened,
    SendKeys,
    SlotFilled,
    Speak,
    StartTimer,
    StopSpeaking,
    Summarised,
    Suppress,
    TakenBack,
    Transfer,
    Understood,
    WeighMeaning,
)
from flowengine.conversation.events import (
    ActionFinished,
    CallerHungUp,
    CallerPressed,
    CallerSaid,
    CameBack,
    ColleagueReady,
    Connected,
    EndRequested,
    GreetingEnded,
    GreetingRecognised,
    GuardAnswered,
    IntentChosen,
    LineJudged,
    MachineDetected,
    MeaningWeighed,
    ModelAnswered,
    ModelFailed,
    ModelSaid,
    MoveRequested,
    NoteRequested,
    SayRequested,
    SlotGiven,
    SpeechCut,
    SpeechHeard,
    TimerFired,
    TransferEnded,
    ValueRead,
    WeighingFailed,
)
from flowengine.errors import FlowEngineError, ProtocolError, StoreError, TelephonyError
from flowengine.runtime.colleague_line import ColleagueRung, NoColleagues
from flowengine.runtime.measured import TURN_PARTS, Interrupted, ReplyStarted, TurnMeasured
from flowengine.runtime.observed import CallResult, Observed
from flowengine.runtime.ports import FirstSound, PartialTranscript, RecordingSet, Remarked, SummaryFilled, TurnsFelt
from flowengine.runtime.session import CallSession
from flowengine.service.auth import Access
from flowengine.service.calls import Calls
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
        self._outbox.put(_json({"event": "mark", "name": name}), audio=True)

    def clear(self) -> None:
        self._outbox.clear(_json({"event": "clear"}))

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
        watcher = Watcher(outbox)
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
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
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
                self._session.on_gone("hung up")
            case _:
                self._watcher.error("not understood: expected mark, text, dtmf (0-9, * or #) or stop")


class Watcher:
    """Tells the page what happens in its call."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self._texts: dict[str, str] = {}

    def tell(self, at: float, event: str, **facts: object) -> None:
        self._outbox.put(_json({"event": event, "at": at, **facts}))

    def error(self, message: str) -> None:
        self._outbox.put(_json({"event": "error", "message": message}))

    def ended(self, result: CallResult) -> None:
        self.tell(round(result.duration, 3), "ended", outcome=result.outcome, reason=result.reason)

    def __call__(self, at: float, observed: Observed) -> None:
        match observed:
            case Entered(state=state, previous=previous, by=by):
                self.tell(at, "entered", state=state, previous=previous, by=by)
            case Speak(speech_id=speech_id):
                self._texts[speech_id] = observed.text
                self.tell(at, "agent", speech_id=speech_id, text=observed.text)
            case SpeechHeard(speech_id=speech_id):
                if (text := self._texts.pop(speech_id, None)) is not None:
                    self.tell(at, "heard", speech_id=speech_id, text=text, complete=True)
            case SpeechCut(speech_id=speech_id, heard=heard):
                if self._texts.pop(speech_id, None) is not None:
                    self.tell(at, "heard", speech_id=speech_id, text=heard, complete=False)
            case PartialTranscript(text=text):
                self.tell(at, "partial", text=text)
            case Understood(text=text, intent=intent, score=score, tier=tier):
                self.tell(at, "caller", text=text, intent=intent, score=score, tier=tier)
            case Listen(expecting=expecting, intents=intents, private=private):
                self.tell(at, "listening", expecting=expecting, intents=intents, private=private)
            case SlotFilled(name=name, value=value):
                self.tell(at, "slot", name=name, value=value)
            case Summarised(fields=fields):
                self.tell(at, "summary", fields=dict(fields))
            case Noted(text=text):
                self.tell(at, "note", text=text)
            case Blocked(rule=rule, what=what):
                self.tell(at, "note", text=f"guard, {rule}: not said, since it {what}")
            case TakenBack():
                self.tell(at, "note", text="The caller went on: their turn is taken back, and taken anew as a whole.")
            case Chose(split=split, variant=variant):
                self.tell(at, "note", text=f"split {split}: {variant}")
            case RecordingSet(on=on, problem=problem):
                done = "recording starts" if on else "recording stops"
                self.tell(at, "note", text=done if problem is None else f"{done}: not done, {problem}")
            case Remarked(text=text):
                self.tell(at, "note", text=text)
            case RunAction(action=action):
                self.tell(at, "note", text=f"action {action}")
            case ActionFinished(result=result, reason=reason):
                self.tell(at, "note", text=f"action: {result}" + (f" ({reason})" if reason else ""))
            case Transfer(briefing=str() as briefing):
                self.tell(at, "note", text=f"a colleague would be told: {briefing}")
            case TransferEnded(result=result):
                self.tell(at, "note", text=f"transfer: {result.replace('_', ' ')}")
            case CameBack():
                self.tell(at, "note", text="The line was lost, and is there again.")
            case ReplyStarted(ms=ms, filler=filler):
                self.tell(at, "latency", ms=ms, filler=filler)
            case TurnMeasured():
                parts = {part: getattr(observed, part) for part in TURN_PARTS}
                self.tell(at, "turn", **parts, reply=observed.reply, filler=observed.filler)
            case Suppress():
                self.tell(at, "note", text="The caller opted out: the number goes on the do-not-call list.")
            case (
                Pause()
                | SendKeys()
                | StopSpeaking()
                | StartTimer()
                | CancelTimer()
                | AskGuard()
                | AskModel()
                | WeighMeaning()
                | ChooseIntent()
                | ReadValue()
                | Transfer()
                | Join()
                | Dismiss()
                | Hold()
                | ColleagueRung()
                | ColleagueReady()
                | Hangup()
                | Ended()
                | Connected()
                | CallerSaid()
                | CallerPressed()
                | TimerFired()
                | GuardAnswered()
                | ModelSaid()
                | ModelAnswered()
                | ModelFailed()
                | MeaningWeighed()
                | IntentChosen()
                | ValueRead()
                | WeighingFailed()
                | Record()
                | LineJudged()
                | GreetingRecognised()
                | GreetingEnded()
                | HearGreeting()
                | Screened()
                | MachineDetected()
                | CallerHungUp()
                | EndRequested()
                | SayRequested()
                | MoveRequested()
                | SlotGiven()
                | NoteRequested()
                | FirstSound()
                | Interrupted()
                | SummaryFilled()
                | TurnsFelt()
            ):
                pass
            case _:
                assert_never(observed)


async def _started(socket: WebSocket) -> StartCall:
    """The first message. Raises ProtocolError, TimeoutError, WebSocketDisconnect."""
    async with asyncio.timeout(START_TIMEOUT_S):
        message = await socket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", 1005))
    try:
        return msgspec.json.decode(message.get("text") or "", type=StartCall)
    except msgspec.DecodeError as error:
        raise ProtocolError(f"the first message must be start, with a flow: {error}") from error


async def _refuse(socket: WebSocket, message: str) -> None:
    await socket.send_text(_json({"event": "error", "message": message}))
    await close(socket, 1008, "refused")


def _json(message: dict[str, object]) -> str:
    return msgspec.json.encode(message).decode()
