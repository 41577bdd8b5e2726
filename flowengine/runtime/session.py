"""One live call as one actor: whatever happens becomes an event on one bounded queue; one task answers it.

The session carries out what the `Conversation` orders and decides nothing about the call itself: `turns` knows who has
the floor, `playback` what was heard, the conversation what comes next. Socket readers call `on_audio`, `on_mark`,
`on_key`, `on_text` and `on_gone`; none of these waits.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from dataclasses import dataclass
from typing import assert_never

from flowengine.conversation.commands import (
    AskGuard,
    AskModel,
    CancelTimer,
    Chose,
    Command,
    Ended,
    Entered,
    Expecting,
    Hangup,
    Listen,
    Noted,
    Pause,
    Record,
    RunAction,
    SlotFilled,
    Speak,
    StartTimer,
    StopSpeaking,
    Suppress,
    Transfer,
    Understood,
)
from flowengine.conversation.events import (
    CallerHungUp,
    CallerPressed,
    CallerSaid,
    Connected,
    EndRequested,
    Event,
    GuardAnswered,
    SpeechCut,
    SpeechHeard,
    TimerFired,
)
from flowengine.errors import FlowEngineError, RecogniserError
from flowengine.runtime.observed import CallResult, Observed, SessionParts
from flowengine.runtime.playback import Cut, Heard, Playback
from flowengine.runtime.ports import (
    FinalTranscript,
    PartialTranscript,
    Recogniser,
    RecogniserEvent,
    RecogniserFailed,
    RecogniserStream,
    ReplyStarted,
    VoiceEnded,
    VoiceStarted,
)
from flowengine.runtime.speaker import Speaker
from flowengine.runtime.timers import Timers
from flowengine.runtime.turns import FLOOR_RECHECK_S, Turns, interrupts
from flowengine.runtime.unprovided import unprovided

log = logging.getLogger(__name__)

INBOX_LIMIT = 2000
GUARD_TIMEOUT_S = 2.0
MEDIA_SILENT_S = 10.0
HANGUP_TIMEOUT_S = 5.0
TEARDOWN_S = 2.0
OVERFLOW = "event queue full"
BAD_LINE = "I'm sorry, the line is bad. Goodbye."
TOO_LONG = "I'm sorry, we have to stop here. Thank you for your time. Goodbye."


@dataclass(frozen=True, slots=True)
class Mark:
    """The far end says that it has played up to here."""

    name: str


@dataclass(frozen=True, slots=True)
class Gone:
    """The far end has left."""

    reason: str


Happening = Event | RecogniserEvent | Mark | Gone


class CallSession:
    """Runs one call from connection to hang-up."""

    def __init__(self, parts: SessionParts) -> None:
        self._parts = parts
        self._line = parts.line
        self._conversation = parts.conversation
        self._playback = Playback(parts.line)
        self._turns = Turns()
        self._timers = Timers(self._on_timer)
        self._inbox: asyncio.Queue[Happening] = asyncio.Queue(INBOX_LIMIT)
        self._following: deque[Event] = deque()
        self._uninterruptible: set[str] = set()
        self._stream: RecogniserStream | None = None
        self._expecting: Expecting = "open"
        self._speaker: Speaker | None = None
        self._tasks: asyncio.TaskGroup | None = None
        self._zero = 0.0
        self._audio_zero: float | None = None
        self._audio_at = 0.0
        self._voice_ended_at: float | None = None
        self._outcome: str | None = None
        self._gone: str | None = None
        self._failure: str | None = None
        self._warned = False

    # What the outside calls.

    def on_audio(self, mulaw: bytes) -> None:
        """Caller audio, mu-law 8 kHz, of any length: straight to the recogniser."""
        self._audio_at = self._now()
        if self._audio_zero is None:
            self._audio_zero = self._audio_at
        if self._stream is not None:
            self._stream.push(mulaw)

    def on_mark(self, name: str) -> None:
        """The far end has played up to this mark."""
        self._post(Mark(name))

    def on_key(self, key: str) -> None:
        """The caller pressed one key."""
        self._post(CallerPressed(self._at(), key))

    def on_text(self, text: str) -> None:
        """Typed words, taken as if they had been recognised."""
        self._voice_ended_at = self._now()
        self._post(CallerSaid(self._at(), text))

    def on_gone(self, reason: str, *, failure: bool = False) -> None:
        """The far end has left; `failure` when that was not a hang-up but a broken line."""
        if self._gone is None:
            self._gone = reason
            if failure:
                self._failure = reason
            self._post(Gone(reason))

    def end(self, reason: str, message: str | None = None) -> None:
        """Say `message` if the flow is still running, then hang up."""
        self._post(EndRequested(self._at(), reason, message))

    async def run(self) -> CallResult:
        """The whole call. Returns when the line is down; raises nothing but cancellation."""
        self._zero = self._audio_at = self._now()
        try:
            async with asyncio.TaskGroup() as tasks:
                self._tasks = tasks
                self._speaker = Speaker(
                    self._playback, self._parts.synthesiser, self._parts.voice, tasks, self._on_speech_failure
                )
                listening = (
                    tasks.create_task(self._recognise(self._parts.recogniser), name="recogniser")
                    if self._parts.recogniser is not None
                    else None
                )
                self._parts.ticker.add(self, self._on_tick)
                try:
                    await self._act()
                finally:
                    self._parts.ticker.remove(self)
                    self._speaker.stop()
                    if listening is not None:
                        listening.cancel()
        except* Exception as group:
            # A defect of ours costs one call, not the server. An exception's text may carry speech: its type must do.
            self._failure = type(group.exceptions[0]).__name__
            log.error("call failed", extra={"call_id": self._line.call_id, "error": self._failure})
        finally:
            await self._tear_down()
        return CallResult(
            outcome=self._outcome or self._conversation.outcome or "failed",
            reason=self._failure or self._gone or "flow ended",
            abnormal=self._failure is not None,
            duration=self._at(),
        )

    # The actor.

    async def _act(self) -> None:
        self._think(Connected(0.0))
        while not self._is_over():
            self._take(await self._inbox.get())

    def _is_over(self) -> bool:
        if self._failure == OVERFLOW:
            return True
        return self._outcome is not None and (self._gone is not None or self._playback.idle)

    def _take(self, happening: Happening) -> None:
        match happening:
            case Mark(name=name):
                self._tell_heard(self._playback.on_mark(name))
            case Gone():
                self._tell_cut(self._playback.clear(self._now()))
                self._think(CallerHungUp(self._at()))
                # Whatever the flow still wanted to do, nobody is there any more.
                self._outcome = self._outcome or self._conversation.outcome or "hung_up"
            case VoiceStarted() | VoiceEnded() | PartialTranscript() | FinalTranscript() | RecogniserFailed():
                self._hear(happening)
            case _:
                self._think(happening)

    def _hear(self, event: RecogniserEvent) -> None:
        now = self._now()
        self._turns.on(event, now)
        match event:
            case PartialTranscript():
                self._observe(event)
                if self._may_be_interrupted() and interrupts(event):
                    self._stop_speaking()
                    self._follow()
            case FinalTranscript(text=text, confidence=confidence, end_ms=end_ms):
                if text.strip():
                    self._voice_ended_at = (self._audio_zero or now) + end_ms / 1000
                    self._think(CallerSaid(self._at(), text, confidence))
            case RecogniserFailed(reason=reason):
                log.error("recogniser failed", extra={"call_id": self._line.call_id, "reason": reason})
                self._failure = "speech recognition failed"
                self._think(EndRequested(self._at(), self._failure, BAD_LINE))
            case VoiceStarted() | VoiceEnded():
                pass
            case _:
                assert_never(event)

    def _think(self, event: Event) -> None:
        self._following.append(event)
        self._follow()

    def _follow(self) -> None:
        """Give the conversation what happened, and what carrying out its orders made happen, in order."""
        while self._following:
            event = self._following.popleft()
            self._parts.record.write(event.at, event)
            self._observe(event)
            for command in self._conversation.send(event):
                at = self._at()
                self._parts.record.write(at, command)
                self._observe(command)
                self._carry_out(command)

    def _carry_out(self, command: Command) -> None:
        match command:
            case Speak(speech_id=speech_id, interruptible=interruptible):
                if not interruptible:
                    self._uninterruptible.add(speech_id)
                self._say(command)
            case Pause():
                self._say(command)
            case StopSpeaking():
                self._stop_speaking()
            case Listen(expecting=expecting):
                self._expecting = expecting
                if self._stream is not None:
                    self._stream.expect(expecting)
            case StartTimer(timer_id=timer_id, seconds=seconds):
                self._timers.start(timer_id, seconds)
            case CancelTimer(timer_id=timer_id):
                self._timers.cancel(timer_id)
            case AskGuard(request_id=request_id, guard=guard):
                assert self._tasks is not None
                self._tasks.create_task(self._ask_guard(request_id, guard), name="guard")
            case RunAction() | AskModel() | Transfer():
                self._following.append(unprovided(command, self._at()))
            case Suppress(reason=reason):
                self._parts.record.suppress(reason)
            case Hangup(outcome=outcome):
                self._outcome = outcome
                self._timers.clear()
            case Record() | Entered() | Understood() | SlotFilled() | Chose() | Noted() | Ended():
                pass
            case _:
                assert_never(command)

    def _say(self, speech: Speak | Pause) -> None:
        assert self._speaker is not None
        if self._playback.idle:
            self._playback.first_audio_at = None
        self._speaker.say(speech)
        self._on_tick(self._now())

    def _may_be_interrupted(self) -> bool:
        """A farewell is spoken to its end, and so is a line that forbids it."""
        return self._outcome is None and not self._playback.idle and not self._uninterruptible

    def _stop_speaking(self) -> None:
        assert self._speaker is not None
        self._speaker.stop()
        if not self._playback.idle:
            self._tell_cut(self._playback.clear(self._now()))

    def _tell_cut(self, cuts: list[Cut]) -> None:
        for cut in cuts:
            self._uninterruptible.discard(cut.speech_id)
            self._following.append(SpeechCut(self._at(), cut.speech_id, cut.heard))

    def _tell_heard(self, heard: list[Heard]) -> None:
        for speech in heard:
            self._uninterruptible.discard(speech.speech_id)
            self._think(SpeechHeard(self._at(), speech.speech_id))

    # What comes from tasks, timers and the ticker.

    async def _recognise(self, recogniser: Recogniser) -> None:
        try:
            self._stream = await recogniser.open(self._line.call_id, language=self._parts.language)
            # The flow may have asked its first question while the engine was still being opened.
            self._stream.expect(self._expecting)
            async for event in self._stream.events():
                self._post(event)
        except RecogniserError as error:
            self._post(RecogniserFailed(type(error).__name__))

    async def _ask_guard(self, request_id: str, guard: str) -> None:
        try:
            async with asyncio.timeout(GUARD_TIMEOUT_S):
                answer = await self._parts.guard.decide(guard)
        except Exception:
            self._post(GuardAnswered(self._at(), request_id, allowed=False, reasons=("GUARD_UNAVAILABLE",)))
        else:
            self._post(GuardAnswered(self._at(), request_id, answer.allowed, answer.reasons))

    def _on_timer(self, timer_id: str) -> None:
        if self._turns.caller_has_floor(self._now()):
            # Somebody who is speaking is not silent: ask again when the floor is free.
            self._timers.start(timer_id, FLOOR_RECHECK_S)
        else:
            self._post(TimerFired(self._at(), timer_id))

    def _on_speech_failure(self, reason: str) -> None:
        log.error("synthesis failed", extra={"call_id": self._line.call_id, "reason": reason})
        self.on_gone("speech synthesis failed", failure=True)

    def _on_tick(self, now: float) -> None:
        """Twenty milliseconds have passed: send audio, and look for what is late."""
        playback = self._playback
        waited = playback.first_audio_at
        playback.pump(now)
        if waited is None and playback.first_audio_at is not None and self._voice_ended_at is not None:
            ms = round((playback.first_audio_at - self._voice_ended_at) * 1000)
            self._voice_ended_at = None
            self._parts.record.write(self._at(), ReplyStarted(ms))
            self._observe(ReplyStarted(ms))
        for cut in playback.overdue(now):
            self._post(SpeechCut(self._at(), cut.speech_id, cut.heard))
        if self._parts.recogniser is not None and now - self._audio_at > MEDIA_SILENT_S:
            self.on_gone("no audio from the line", failure=True)
        if not self._warned and now - self._zero > self._parts.longest_s:
            self._warned = True
            self.end("longest call reached", TOO_LONG)

    def _post(self, happening: Happening) -> None:
        try:
            self._inbox.put_nowait(happening)
        except asyncio.QueueFull:
            # What is lost might be the hang-up: a call that can't keep up ends rather than going on half deaf.
            self._failure = OVERFLOW

    def _observe(self, observed: Observed) -> None:
        if self._parts.observe is not None:
            self._parts.observe(self._at(), observed)

    async def _tear_down(self) -> None:
        self._timers.clear()
        try:
            async with asyncio.timeout(TEARDOWN_S):
                if self._stream is not None:
                    await self._stream.close()
        except (FlowEngineError, TimeoutError):
            log.warning("recogniser did not close in time", extra={"call_id": self._line.call_id})
        try:
            async with asyncio.timeout(HANGUP_TIMEOUT_S):
                await self._line.hang_up()
        except (FlowEngineError, TimeoutError):
            log.warning("hang-up failed", extra={"call_id": self._line.call_id})

    def _now(self) -> float:
        return asyncio.get_running_loop().time()

    def _at(self) -> float:
        return round(self._now() - self._zero, 3)
