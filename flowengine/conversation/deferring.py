"""What happened while a line was spoken that must be heard: it is taken when the line is over."""

from __future__ import annotations

from dataclasses import replace
from itertools import takewhile

from flowengine.conversation.events import CallerPressed, CallerSaid, MachineDetected, TimerFired
from flowengine.conversation.hiding import HIDDEN

Deferrable = CallerSaid | CallerPressed | TimerFired | MachineDetected


class Deferred:
    """In order. False when nothing waits."""

    def __init__(self) -> None:
        self._events: list[Deferrable] = []

    def __bool__(self) -> bool:
        return bool(self._events)

    def add(self, event: Deferrable) -> None:
        """After all that wait."""
        self._events.append(event)

    def take(self) -> Deferrable:
        """The next. What was said in several goes is one turn: the first of them may lead to another question, and the
        others were no answer to that."""
        event = self._events.pop(0)
        while isinstance(event, CallerSaid) and self._events and isinstance(later := self._events[0], CallerSaid):
            event = _joined(event, later)
            del self._events[0]
        return event

    def joined(self, event: CallerSaid) -> CallerSaid:
        """The words that wait last, together with these: what they are one turn with."""
        words = event
        for before in takewhile(lambda each: isinstance(each, CallerSaid), reversed(self._events)):
            assert isinstance(before, CallerSaid)
            words = _joined(before, words)
        return words

    def withdraw(self) -> None:
        """Forget the words that wait last: they are taken already."""
        while self._events and isinstance(self._events[-1], CallerSaid):
            self._events.pop()


def _joined(first: CallerSaid, then: CallerSaid) -> CallerSaid:
    """Words that a record hides stay so."""
    text = HIDDEN if HIDDEN in (first.text, then.text) else f"{first.text} {then.text}"
    return replace(then, text=text)
