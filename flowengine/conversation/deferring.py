"""What happened while a line was spoken that must be heard: it is taken when the line is over."""

from __future__ import annotations

from dataclasses import replace

from flowengine.conversation.events import CallerPressed, CallerSaid, MachineDetected, TimerFired

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
            event = replace(later, text=f"{event.text} {later.text}")
            del self._events[0]
        return event
