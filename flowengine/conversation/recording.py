"""When recording begins and ends: once all that was said before it was heard, since the notice is among it.

A notice that was cut short told nobody anything: then the call is not recorded, and a note says so. While a secret is
typed, or its keys are sent, nothing is recorded either: their tones are in the audio (rule C2).
"""

from __future__ import annotations

from dataclasses import dataclass

from flowengine.conversation.call import Call
from flowengine.conversation.commands import Record
from flowengine.graph.model import Template

REFUSED = "not recorded: the caller does not want it"
NOT_HEARD = "not recorded: what was said before it was not heard to its end"
STOPS_IN_S = 1.0
"""The telephone network is asked to stop, and does so while the call goes on: the keys of a secret wait for it."""


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
        self._refused = self._is_on = self._is_typed = False
        self._sending: set[str] = set()

    def order(self, *, start: bool, awaited: tuple[str, ...] | None = None) -> None:
        """`record start`, `record stop`, once these were heard; None: all that is on its way."""
        if self._refused:
            if start:
                self._call.note(REFUSED)
            return
        if start:
            self._call.transcript.asking.records()
        self._orders.append(_Order(start, set(self._call.transcript.coming if awaited is None else awaited)))
        self._go_on()

    def order_again(self) -> None:
        """What was said before `record start` was cut, and is said again: what is given up is not waited for."""
        self._orders = [each for each in self._orders if not each.start]
        self.order(start=True, awaited=self._call.transcript.wanted)

    def refuse(self) -> None:
        """The caller does not want it: stop at once, and record no more of this call."""
        self._refused, self._is_on = True, False
        self._orders.clear()
        self._call.emit(Record(start=False))

    def keep_out(self, *, secret: bool) -> None:
        """A secret is being typed, or not any more: pause what is recorded, or go on."""
        was_paused, self._is_typed = self._is_paused, secret
        self._settle(was_paused)

    def send_keys(self, template: Template) -> None:
        """`keys "…"`: what is recorded pauses for those of a secret, and goes on once they were heard."""
        call = self._call
        keys, secret = call.keys(template), call.is_secret(template)
        if keys is not None:
            self.send(keys, secret=secret)

    def send(self, keys: str, *, secret: bool) -> None:
        """The same, of keys that are known to be keys."""
        call = self._call
        if secret and self._is_on and not self._is_paused:
            call.emit(Record(start=False))
            call.pause(STOPS_IN_S)
        speech_id = call.send_keys(keys, secret=secret)
        if secret:
            self._sending.add(speech_id)

    def heard(self, speech_id: str) -> None:
        """What was said has been heard to its end."""
        self._done(speech_id, was_cut=False)

    def cut(self, speech_id: str) -> None:
        """It was stopped before its end."""
        self._done(speech_id, was_cut=True)

    @property
    def _is_paused(self) -> bool:
        return self._is_typed or bool(self._sending)

    def _settle(self, was_paused: bool) -> None:
        if self._is_on and self._is_paused != was_paused:
            self._call.emit(Record(start=was_paused))

    def _done(self, speech_id: str, *, was_cut: bool) -> None:
        for order in self._orders:
            if speech_id in order.awaited:
                order.awaited.discard(speech_id)
                order.was_cut |= was_cut
        self._go_on()
        # After the orders: what the flow stops here does not begin again for a moment.
        was_paused = self._is_paused
        self._sending.discard(speech_id)
        self._settle(was_paused)

    def _go_on(self) -> None:
        while self._orders and not self._orders[0].awaited:
            order = self._orders.pop(0)
            if order.start and order.was_cut:
                self._call.note(NOT_HEARD)
            else:
                self._is_on = order.start
                if not self._is_paused:
                    self._call.emit(Record(order.start))
