"""A cold transfer that is ordered, and its caller, who is here until the lines before it are over.

Whoever puts the caller through does so once all was heard, and nothing that the caller says is still to be decided.
Until then what they say counts as while an action runs: where it takes the call elsewhere, or asks something back, the
order is withdrawn (`Dismiss`), and given again when the call stands there once more with nothing under way.
"""

from __future__ import annotations

from flowengine.conversation.call import Call
from flowengine.conversation.commands import Dismiss
from flowengine.conversation.commands import Transfer as PutThrough
from flowengine.conversation.events import CallerPressed, CallerSaid
from flowengine.conversation.place import Stay, is_away


class Leaving:
    """The way out of one call to somebody else."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._stay: Stay | None = None
        self._order: PutThrough | None = None
        self._stands = False
        self._has_left = False

    def begin(self, stay: Stay, order: PutThrough) -> None:
        """Have the caller put through, as soon as they have heard what is said before."""
        self._stay, self._order, self._stands = stay, order, True
        self._call.emit(order)

    def ended(self) -> None:
        """The telephone has told what became of it."""
        self._stay = self._order = None
        # A noise had cut the line before it: after the transfer that would be said out of its time.
        self._call.transcript.broken_off.clear()

    @property
    def is_gone(self) -> bool:
        """The caller is being put through, or speaks with somebody else."""
        stay = self._call.stay
        return self._has_left and stay is not None and is_away(stay)

    def hears(self, event: CallerSaid | CallerPressed) -> bool:
        """Whether a caller who says or presses this is still here. Who began to speak while the agent could be heard is
        waited for; how far the agent had come (`reached`) nobody tells of one who has left."""
        return not self.is_gone or (isinstance(event, CallerSaid) and event.reached is not None)

    def settle(self) -> None:
        """After each event: whether the order stands, and whether anything keeps the caller here."""
        call, here = self._call, self._call.stay
        if call.outcome is not None or here is None:
            return
        self._has_left = is_away(here) and call.transcript.quiet and not self._is_busy(here)
        stay, order = self._stay, self._order
        if stay is None or order is None:
            return
        waits = stay.request == order.request_id
        stands = waits and stay is here and not self._is_busy(stay)
        if stands != self._stands:
            self._stands = stands
            call.emit(order if stands else Dismiss(order.request_id))
        if not waits:
            self._stay = self._order = None

    def _is_busy(self, stay: Stay) -> bool:
        """Something is under way with the caller that has to be settled first."""
        is_asked = stay.doubt is not None or stay.question is not None
        return stay.held is not None or is_asked or bool(stay.keys) or self._call.is_weighing
