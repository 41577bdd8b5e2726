"""The caller's turn: what it is open for, whether it is private, and the keys that come too late to be an answer.

`digits(4)` is full at its fourth key. Who types a fifth at once has not heard the next question: the rest of such a run
of keys answers nothing, and after a secret it is part of the secret. So the line stays private until the run is over.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flowengine.conversation.call import Call
from flowengine.conversation.collector import Collector
from flowengine.conversation.commands import CancelTimer, Listen, Speak, StartTimer
from flowengine.conversation.events import CallerPressed, CallerSaid, CameBack, Event, SpeechHeard, TimerFired
from flowengine.conversation.expecting import expecting
from flowengine.conversation.place import OpenToCaller, intents_of, layers
from flowengine.conversation.recording import Recording
from flowengine.graph.model import Collect

RUN_S = 1.5
"""Keys of one run follow each other sooner than this: several times the pace of somebody who types what they know."""

RUN_TIMER = "run-of-keys"
EARLY_S = 0.05
"""A timer may tell a little less than it was set to."""

SURPLUS = "keys were left out that were pressed on after an answer was full"


@dataclass(slots=True)
class _Run:
    """The keys of an answer that is full by itself, and those that follow it without a pause."""

    slot: str
    secret: bool
    last_at: float
    on_its_way: frozenset[str]
    """Speech from before the last key: that it was heard says nothing."""
    is_surplus: bool = False


class OpenTurn:
    """Opens the caller's turn, and keeps the voice and the recording of who types a secret out of the call."""

    def __init__(self, call: Call, collector: Collector, recording: Recording) -> None:
        self._call = call
        self._collector = collector
        self._recording = recording
        self._is_private = False
        self._run: _Run | None = None

    def open(self) -> None:
        """The caller may speak, or type."""
        call, stay = self._call, self._call.stay
        assert stay is not None, "the call has not begun"
        asked = isinstance(stay.waiting, Collect) and self._collector.secret and stay.doubt is None
        self._is_private = asked or (self._run is not None and self._run.secret)
        self._recording.keep_out(secret=self._is_private)
        call.emit(Listen(expecting(call.flow, stay), intents_of(layers(call.flow, stay)), self._is_private))

    def open_to_protection(self) -> None:
        """Something else than the caller is waited for: once a secret was typed, what protects them can be heard."""
        stay = self._call.stay
        if self._is_private and stay is not None and not isinstance(stay.waiting, OpenToCaller):
            self.open()

    def full(self, *, secret: bool) -> None:
        """An answer has all its keys, by their number alone; more may follow at once."""
        self._end()
        self._run = _Run(self._collector.asked, secret, self._call.at, self._coming())
        if secret:
            self._call.emit(StartTimer(RUN_TIMER, RUN_S))

    def takes(self, event: Event, is_protective: Callable[[str], bool]) -> bool:
        """Whether this belongs to a run of keys, and is nobody else's; other events may end the run."""
        run = self._run
        if run is None or self._call.outcome is not None:
            return False
        match event:
            case CallerPressed(key=key):
                return self._key(run, key)
            case CallerSaid(text=text):
                # A private line has no ears, but text may come otherwise; its record is hidden, so it answers nothing.
                return run.secret and not is_protective(text)
            case TimerFired(timer_id=timer_id, at=at) if timer_id == RUN_TIMER:
                if run.secret and at >= run.last_at + RUN_S - EARLY_S:
                    self._run = None
                    self.open()
                return True
            case SpeechHeard(speech_id=speech_id) if speech_id in self._coming() - run.on_its_way:
                self._over(run)
            case CameBack():
                self._end()
            case _:
                pass
        return False

    def _key(self, run: _Run, key: str) -> bool:
        # As long as a line is private the record hides its keys, so the timer alone ends the run of a secret.
        if not run.secret and (self._call.at > run.last_at + RUN_S or (key == "*" and self._is_read_back(run))):
            self._end()
            return False
        run.last_at, run.on_its_way = self._call.at, self._coming()
        if key == "#":
            # The caller's own end of the entry: what follows is meant for what follows.
            self._over(run)
            return True
        if not run.is_surplus:
            run.is_surplus = True
            self._call.note(SURPLUS)
        if run.secret:
            self._call.emit(StartTimer(RUN_TIMER, RUN_S))
        return True

    def _is_read_back(self, run: _Run) -> bool:
        """Whether `*` can still take back the number that was typed, however soon it comes."""
        stay, collector = self._call.stay, self._collector
        return (
            stay is not None
            and isinstance(stay.waiting, Collect)
            and collector.confirming
            and collector.asked == run.slot
        )

    def _over(self, run: _Run) -> None:
        self._end()
        if run.secret:
            self.open()

    def _end(self) -> None:
        run, self._run = self._run, None
        if run is not None and run.secret:
            self._call.emit(CancelTimer(RUN_TIMER))

    def _coming(self) -> frozenset[str]:
        return frozenset(each.speech_id for each in self._call.transcript.speeches if isinstance(each, Speak))
