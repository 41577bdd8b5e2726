"""When recording begins and ends: once all that was said before it was heard, since the notice is among it.

A notice that was cut short told nobody anything: then the call is not recorded, and a note says so. While a secret is
typed nothing is recorded either: the tones of its keys are in the audio (rule C2).
"""

from __future__ import annotations

from dataclasses import dataclass

from flowengine.conversation.call import Call
from flowengine.conversation.commands import Record

REFUSED = "not recorded: the caller does not want it"
NOT_HEARD = "not recorded: what was said before it was not heard to its end"


@dataclass(slots=True)
class _Order:
    """`record start` or `stop`, and the speech that comes before it."""

    start: bool
    awaited: set[str]
    was_cut: bool = False


class Recording:
    """Holds the orders of a call back until each may be carried out, in their order."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._orders: list[_Order] = []
        self._refused = self._is_on = self._is_paused = False

    def order(self, *, start: bool) -> None:
        """`record start`, `record stop`."""
        if self._refused:
            if start:
                self._call.note(REFUSED)
            return
        self._orders.append(_Order(start, set(self._call.transcript.coming)))
        self._go_on()

    def refuse(self) -> None:
        """The caller does not want it: stop at once, and record no more of this call."""
        self._refused, self._is_on = True, False
        self._orders.clear()
        self._call.emit(Record(start=False))

    def keep_out(self, *, secret: bool) -> None:
        """A secret is being typed, or not any more: pause what is recorded, or go on."""
        if secret != self._is_paused:
            self._is_paused = secret
            if self._is_on:
                self._call.emit(Record(start=not secret))

    def heard(self, speech_id: str) -> None:
        """What was said has been heard to its end."""
        self._done(speech_id, was_cut=False)

    def cut(self, speech_id: str) -> None:
        """It was stopped before its end."""
        self._done(speech_id, was_cut=True)

    def _done(self, speech_id: str, *, was_cut: bool) -> None:
        for order in self._orders:
            if speech_id in order.awaited:
                order.awaited.discard(speech_id)
                order.was_cut |= was_cut
        self._go_on()

    def _go_on(self) -> None:
        while self._orders and not self._orders[0].awaited:
            order = self._orders.pop(0)
            if order.start and order.was_cut:
                self._call.note(NOT_HEARD)
            else:
                self._is_on = order.start
                if not self._is_paused:
                    self._call.emit(Record(order.start))
