"""One live call as one actor: whatever happens becomes an event on one bounded queue; one task answers it.

It decides nothing about the call itself: `turns` knows who has the floor, `playback` what was heard, the conversation
what comes next, and `orders` who does it. Socket readers call what begins with `on_`; none of these waits. What takes
its time stands beside the actor: `speaking` speaks, `ears` hear, `errands` ask, `away` follows who is put through.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from typing import assert_never

from flowengine.conversation.events import (
    CallerHungUp,
    CallerPressed,
    CallerSaid,
    EndRequested,
    Event,
    LineJudged,
    SpeechCut,
    SpeechHeard,
    TimerFired,
    TransferEnded,
    Verdict,
)
from flowengine.conversation.record import hidden
from flowengine.conversation.steering import Request
from flowengine.conversation.weakly import weakly
from flowengine.runtime.away import Away
from flowengine.runtime.beginning import Beginning
from flowengine.runtime.ears import Ears
from flowengine.runtime.ending import Ending
from flowengine.runtime.errands import Errands
from flowengine.runtime.greeting import Greeting
from flowengine.runtime.happenings import FloorFree, Gone, Happening, Mark, StreamLost, Transferred
from flowengine.runtime.hastening import Hastening
from flowengine.runtime.hearing_out import hear_out
from flowengine.runtime.inbox import OVERFLOW, Inbox
from flowengine.runtime.last_words import BAD_LINE, HUNG_UP, LASTED, NO_HEARING, NO_SPEECH, TOO_LONG
from flowengine.runtime.measuring import Measuring
from flowengine.runtime.observed import CallResult, SessionParts
from flowengine.runtime.orders import Orders
from flowengine.runtime.playback import Cut
from flowengine.runtime.ports import (
    FinalTranscript,
    PartialTranscript,
    RecogniserEvent,
    RecogniserFailed,
    Told,
    VoiceEnded,
    VoiceStarted,
)
from flowengine.runtime.pulse import Pulse
from flowengine.runtime.quiet_line import QuietLine
from flowengine.runtime.speaking import Speaking
from flowengine.runtime.tasks import Tasks
from flowengine.runtime.timers import Timers
from flowengine.runtime.turns import FLOOR_RECHECK_S, Turns

log = logging.getLogger(__name__)


class CallSession:
    """Runs one call from connection to hang-up."""

    def __init__(self, parts: SessionParts) -> None:
        self._parts = parts
        self._line = parts.line
        self._conversation = parts.conversation
        self._turns = Turns()
        self._timers = Timers(weakly(self._on_timer))
        self.inbox = Inbox(turn=parts.ticker.leisure.turn)
        self._following: deque[Event] = deque()
        self._tasks = Tasks()
        self._speaking = Speaking(parts, self._tasks, weakly(self._on_sound), weakly(self._on_speech_failure))
        self._ears = Ears(parts.recogniser, parts.line.call_id, parts.language, self._tasks, self.inbox.put)
        self._ears.echo = self._speaking.echo
        self._beginning = Beginning(self._ears.moment, self._speaking.playback.reached)
        self._hastening = Hastening(parts.conversation.is_whole_turn, self._ears.finalize)
        at, tell = weakly(self._at), weakly(self._tell)
        self._errands = Errands(parts, self._tasks, at, self.inbox.put, tell)
        leave, hear_again = weakly(self.leave), weakly(self._listen_anew)
        self.away = Away(parts.line, self._tasks, at, self.inbox.put, tell, leave, hear_again, parts.outliving)
        self._now: Callable[[], float] = lambda: asyncio.get_running_loop().time()
        self._zero = 0.0
        self.quiet = QuietLine(parts.line.call_id, tell)
        self._measuring = Measuring(tell, self._speaking.playback, self._speaking.interrupting)
        self._pulse = Pulse(
            self._speaking, self._measuring, self.away, weakly(self._look), self._tasks.fail, parts.ticker
        )
        self._ending = Ending()
        self._greeting = Greeting(lambda: parts.conversation.screens, at, self.inbox.put)
        self._orders = Orders(
            speaking=self._speaking,
            stop_speaking=weakly(self._stop_speaking),
            never_heard=weakly(self._never_heard),
            ears=self._ears,
            timers=self._timers,
            errands=self._errands,
            away=self.away,
            greeting=self._greeting,
            record=parts.record,
            ending=self._ending,
        )
        self._warned = False

    # What the outside calls.

    @property
    def has_ended_well(self) -> bool:
        """The call has come to an end of its own; it may still be being torn down."""
        return self._tasks.are_over and self._ending.failure is None

    def on_audio(self, mulaw: bytes) -> None:
        """Caller audio, mu-law 8 kHz, of any length: straight to the recogniser."""
        self.quiet.heard(now := self._now())
        self._ears.push(mulaw, now)
        self._greeting.push(mulaw)

    def on_mark(self, name: str) -> None:
        """The far end has played up to this mark."""
        self.inbox.put(Mark(name))

    def on_key(self, key: str) -> None:
        """The caller pressed one key."""
        self.inbox.put(CallerPressed(self._at(), key))

    def on_text(self, text: str) -> bool:
        """Typed words, taken as if they had been recognised; False in private, when there are none, as no voice."""
        self.quiet.typed()
        if not self._ears.private:
            self.inbox.put(CallerSaid(self._at(), self._ears.without_cards(text)))
        return not self._ears.private

    def on_verdict(self, verdict: Verdict) -> None:
        """Who has answered, as the telephone network judges it."""
        self.inbox.put(LineJudged(self._at(), verdict))

    def on_gone(self, reason: str, *, failure: bool = False, comes_back: bool = False) -> None:
        """The far end has left; `failure` when that was not a hang-up but a broken line.

        A stream that ends because its caller is being put through is no hang-up, and neither is one that broke when
        its caller `comes_back` over another.
        """
        # Who has left is not waited for, though the writing side notices only now that the socket is closed.
        if self._ending.gone is None and not self.away.expects_stream_to_end(lost=comes_back):
            self.leave(reason, failure=failure)

    def leave(self, reason: str, *, failure: bool = False) -> None:
        """The caller is not there any more, wherever they were; a call that is over has its end already."""
        if not self._tasks.are_over and self._ending.leave(reason, failure=failure):
            self.inbox.put(Gone(reason))

    def end(
        self, reason: str, message: str | None = None, *, outcome: str = "failed", onward: str | None = None
    ) -> None:
        """Say `message` if the flow is still running, then hang up; or put the caller through to `onward` for good."""
        self._ending.onward = onward
        self.inbox.put(EndRequested(self._at(), reason, message, outcome))

    def steer(self, ask: Callable[[float], Request]) -> str | None:
        """Ask something of the flow, as of now: why that cannot be, or None. Raises EvaluationError."""
        refusal = self._conversation.refusal(request := ask(self._at()))
        if refusal is None:
            self.inbox.put(request)
        return refusal

    def on_returned(self) -> bool:
        """The caller is on our line again, over a new stream; False when nobody was expected, or is any more."""
        if self._tasks.are_over or not self.away.returned():
            return False
        self.quiet.heard(self._now())
        self._listen_anew()
        return True

    def let_go(self, reason: str) -> None:
        """End the session of a caller who is away, and leave the call to the two who speak."""
        self._ending.stays_up = True
        self.leave(reason)

    async def run(self) -> CallResult:
        """The whole call. Returns when the line is down; raises nothing but cancellation."""
        # Asked for at every frame: in Python 3.11 finding the running loop is a system call.
        self._now = asyncio.get_running_loop().time
        self._zero = self._now() - self._parts.opening.at
        self.quiet.heard(self._now())
        try:
            await self._tasks.run(self._act())
        except Exception as error:
            # A defect of ours costs one call, not the server. An exception's text may carry speech: its type must do.
            self._ending.failure = type(error).__name__
            log.error("call failed", extra={"call_id": self._line.call_id, "error": self._ending.failure})
        finally:
            ended_at = self._at()
            self._stop()
            await asyncio.gather(
                self._tasks.end(self._parts.outliving, self._line.call_id),
                self._ending.part(self._line, self._parts.outliving),
            )
        return self._ending.result(self._conversation.outcome, ended_at)

    # The actor.

    async def _act(self) -> None:
        self._ears.open()
        self._pulse.start()
        for order in self._parts.opening.orders:
            self._orders.carry_out(order)
        self._think(*self._parts.opening.events)
        while not self._is_over():
            if self.away.go(quiet=self._is_undisturbed()):
                self._deafen()
            self._take(await self.inbox.take())
        await hear_out(
            self.inbox, self._ears, self._speaking, self._ending, self._conversation, self._has_floor, self._take
        )
        self._fall_silent()

    def _is_undisturbed(self) -> bool:
        """All was heard, and the caller says nothing that may yet keep them here."""
        return self._speaking.idle and not self._has_floor()

    def _has_floor(self) -> bool:
        return self._turns.caller_has_floor(self._now())

    def _stop(self) -> None:
        """Nothing of the call happens any more; what was broken off is in the record."""
        self._pulse.stop()
        self._ending.is_mute = True
        if self.inbox.overflowed:
            self._ending.failure = OVERFLOW
        try:
            if not self._ending.is_over(quiet=self._speaking.idle):
                self._break_off(self._ending.failure or "cancelled")
            for happening in self.inbox.rest():
                if isinstance(happening, CallerSaid | FinalTranscript):
                    # No answer is given any more, but an opt-out counts.
                    self._take(happening)
        except Exception as error:
            # The conversation is what failed in the first place.
            log.error("call failed", extra={"call_id": self._line.call_id, "error": type(error).__name__})
        for stop in (self._speaking.shut, self._errands.stop, self.away.stop, self._ears.shut, self._timers.clear):
            stop()
        self._greeting.stop()
        self._measuring.over()

    def _break_off(self, reason: str) -> None:
        self._following.clear()
        self._think(EndRequested(self._at(), reason))
        self._fall_silent()

    def _is_over(self) -> bool:
        return self.inbox.overflowed or self._ending.is_over(quiet=self._speaking.idle)

    def _take(self, happening: Happening) -> None:
        match happening:
            case Mark(name=name):
                heard = self._speaking.on_mark(name)
                self._measuring.marked(self._now())
                for speech in heard:
                    self._think(SpeechHeard(self._at(), speech.speech_id))
            case Gone():
                self._ending.has_left = True
                self._tell_cut(self._speaking.clear(self._now()))
                self._think(CallerHungUp(self._at()))
                # Whatever the flow still wanted to do, nobody is there any more.
                self._ending.outcome = self._ending.outcome or self._conversation.outcome or "hung_up"
            case StreamLost():
                self._deafen()
                self._fall_silent()
            case Transferred():
                self._come_back(happening)
            case FloorFree():
                pass
            case VoiceStarted() | VoiceEnded() | PartialTranscript() | FinalTranscript() | RecogniserFailed():
                self._hear(happening)
            case _:
                self._ending.follow(happening, is_open=not self._conversation.finished)
                self._think(happening)

    def _deafen(self) -> None:
        """Nobody is on our line for a while; what they were just saying counts all the same."""
        self._speaking.music.stop()
        (self._ears.hear_out if self._has_floor() else self._ears.shut)()
        self._measuring.over()

    def _listen_anew(self) -> None:
        """The caller is on our line again: what they said before they left it is no turn of now."""
        self._turns = Turns()
        self._measuring.over()
        self._ears.open()
        self._pulse.wake()

    def _hear(self, event: RecogniserEvent) -> None:
        now = self._now()
        self._turns.on(event, now)
        self._errands.hear(event)
        self._hastening.hear(event)
        self._greeting.hear(event)
        self._speaking.hear(event)
        reached = self._beginning.hear(event, now)
        match event:
            case PartialTranscript():
                self._parts.show(self._at(), event)
                # A farewell is spoken to its end.
                if self._ending.outcome is None and self._speaking.is_interrupted_by(event, reached):
                    self._measuring.interrupted()
                    self._fall_silent()
            case FinalTranscript(text=text, confidence=confidence, end_ms=end_ms, behind=behind):
                self._measuring.final(text, self._ears.moment(end_ms))
                if text.strip():
                    # Nothing of ours is said to somebody who speaks with others.
                    reached = None if self.away.is_away else reached
                    self._think(CallerSaid(self._at(), text, confidence, reached, behind))
            case RecogniserFailed(reason=reason):
                log.error("recogniser failed", extra={"call_id": self._line.call_id, "reason": reason})
                self._ending.failure = NO_HEARING
                self._think(EndRequested(self._at(), self._ending.failure, BAD_LINE))
            case VoiceStarted() | VoiceEnded():
                pass
            case _:
                assert_never(event)
        self._speaking.interrupting.settle(event)

    def _think(self, *events: Event) -> None:
        """Give the conversation what happened, and what carrying out its orders made happen, in order."""
        self._following.extend(events)
        while self._following:
            event = self._following.popleft()
            self._parts.keep(event.at, hidden(event) if self._ears.private else event)
            self._measuring.happened(event, self._now(), self._zero)
            for command in self._conversation.send(event):
                self._parts.keep(self._at(), command)
                self._measuring.ordered(command, self._now())
                self._orders.carry_out(command)

    def _stop_speaking(self) -> None:
        self._tell_cut(self._speaking.stop(self._now()))

    def _fall_silent(self) -> None:
        self._stop_speaking()
        self._think()

    def _never_heard(self, speech_id: str) -> None:
        self._following.append(SpeechCut(self._at(), speech_id, ""))

    def _tell_cut(self, cuts: list[Cut]) -> None:
        for cut in cuts:
            self._following.append(SpeechCut(self._at(), cut.speech_id, cut.heard))

    def _come_back(self, told: Transferred) -> None:
        """The flow learns how the transfer ended, and whoever told us, whether it goes on."""
        request_id = self.away.ended()
        if request_id is not None and (told.is_up or told.result == "answered"):
            self._think(TransferEnded(self._at(), request_id, told.result))
        if not told.is_up and not self._is_over():
            self.leave(HUNG_UP)
        if not told.goes_on.done():
            told.goes_on.set_result(told.is_up and not self._is_over())

    def _on_timer(self, timer_id: str) -> None:
        is_busy = self.away.is_returning or self._has_floor()
        if is_busy and not self._errands.is_out(timer_id):
            # Who speaks, or is not there, is not silent: ask again when the floor is free. An errand is late anyway.
            self._timers.start(timer_id, FLOOR_RECHECK_S)
        else:
            self.inbox.put(TimerFired(self._at(), timer_id))

    def _on_sound(self, now: float) -> None:
        self._pulse.sound(now)

    def _on_speech_failure(self, reason: str) -> None:
        log.error("synthesis failed", extra={"call_id": self._line.call_id, "reason": reason})
        if is_ours := self._ending.is_open and not self._conversation.finished:
            self._ending.failure = NO_SPEECH
            self.inbox.put(EndRequested(self._at(), NO_SPEECH, self._speaking.last_words))
        if not (is_ours and self._speaking.last_words):
            self.leave(NO_SPEECH, failure=True)

    def _look(self, now: float) -> None:
        """What is late: a mark, the caller's audio, the end of the call."""
        for cut in self._speaking.overdue(now):
            self.inbox.put(SpeechCut(self._at(), cut.speech_id, cut.heard))
        if self.away.is_wanted and self._is_undisturbed():
            self.inbox.put(FloorFree())
        if self._parts.recogniser is not None and self.quiet.is_dead(now):
            self.on_gone("no audio from the line", failure=True)
        if not self._warned and now - self._zero - self.away.spent_s > self._parts.longest_s:
            self._warned = True
            self.end(LASTED, TOO_LONG)

    def _tell(self, told: Told) -> None:
        self._parts.keep(self._at(), told)

    def _at(self) -> float:
        return round(self._now() - self._zero, 3)
