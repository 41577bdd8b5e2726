"""The caller's keys: a menu's choice, a longer row, a number typed into a slot.

`#` ends what is being typed and `*` clears it, as on any telephone that asks for a number; where the flow has a branch
for them they mean that.
"""

from __future__ import annotations

from flowengine.conversation.call import Call
from flowengine.conversation.collector import Collector
from flowengine.conversation.hiding import HIDDEN
from flowengine.conversation.keypad import (
    BETWEEN_DIGITS_S,
    BETWEEN_KEYS_S,
    begins_one,
    entry,
    is_full,
    is_sign,
    presses,
)
from flowengine.conversation.open_turn import OpenTurn
from flowengine.conversation.owing import Owing
from flowengine.conversation.place import best, fits, layers
from flowengine.conversation.settling import Settling
from flowengine.graph.model import Collect, Listen, OnOtherwise, OnPress

NOT_LIVE = "a key was pressed where none is live"


class Pressing:
    """Takes keys one by one; a row of them is one turn."""

    def __init__(self, call: Call, collector: Collector, settling: Settling, turn: OpenTurn, owing: Owing) -> None:
        self._call = call
        self._turn = turn
        self._owing = owing
        self._collector = collector
        self._settling = settling

    def pressed(self, key: str) -> None:
        """One key."""
        call, stay = self._call, self._settling.here
        known = self._rows()
        if key == "#" and not begins_one(stay.keys + key, known):
            # After a number that needed none it is no answer to the next question.
            return self.finished() if stay.keys else call.note(NOT_LIVE)
        if key == "*" and not begins_one(stay.keys + key, known):
            if not begins_one(key, known) and (stay.keys or self._fills_a_slot()):
                return self._corrected()
            stay.keys = ""
        if self._fills_a_slot() and not is_sign((stay.keys + key)[0]):
            return self._digit(key)
        if not known and not isinstance(stay.waiting, Collect):
            return call.note(NOT_LIVE)
        stay.keys += key
        call.disarm_silence()
        if not known:
            # The slot takes no keys: the whole row is one answer that was none, and the question is asked again.
            return call.arm_keys(BETWEEN_KEYS_S)
        match entry(stay.keys, known):
            case "complete" | "unknown":
                return self.finished()
            case "partial" | "open":
                return call.arm_keys(BETWEEN_KEYS_S)

    def finished(self) -> None:
        """The row of keys is complete: by itself, by `#`, or by a pause."""
        call, stay = self._call, self._settling.here
        keys, stay.keys = stay.keys, ""
        if not keys:
            return None
        call.disarm_silence()
        call.disarm_keys()
        found = best(list(fits(layers(call.flow, stay), OnPress(keys), stay.counts)))
        if stay.is_ending and not found:
            return call.note(NOT_LIVE)
        shown = self._hear(keys)
        if self._fills_a_slot() and not is_sign(keys[0]):
            call.emit(call.understood(shown, None, 1.0, "key"))
            call.stop_speaking()
            self._owing.was_answered()
            return self._settling.collected(self._collector.enter(keys))
        if not found and not isinstance(stay.waiting, Listen | Collect):
            return call.note(NOT_LIVE)
        if not found:
            call.emit(call.understood(shown, None, 0.0, "none"))
            return self._settling.unmatched(OnOtherwise())
        call.emit(call.understood(shown, found[0].label, 1.0, "key"))
        return self._settling.take(found[0])

    def _hear(self, keys: str) -> str:
        """The caller has pressed these; how that is shown."""
        call, stay = self._call, self._settling.here
        hidden = isinstance(stay.waiting, Collect) and self._collector.secret
        shown = f"(press {HIDDEN if hidden else keys})"
        self._owing.broke_in(None, all_coming=True)
        call.hear(shown, None)
        stay.doubt = None
        return shown

    def _rows(self) -> frozenset[str]:
        """The rows that a branch takes here. Where a number can be typed, no row of digits is one."""
        rows = presses(layers(self._call.flow, self._settling.here))
        return frozenset(row for row in rows if not self._fills_a_slot() or is_sign(row[0]))

    def _fills_a_slot(self) -> bool:
        return isinstance(self._settling.here.waiting, Collect) and self._collector.takes_keys

    def _corrected(self) -> None:
        """`*`: what was typed so far is wrong, or else the value that was read back."""
        call, stay = self._call, self._settling.here
        if stay.keys:
            stay.keys = ""
            return call.disarm_keys()
        if not self._collector.confirming:
            return call.note(NOT_LIVE)
        call.disarm_silence()
        call.emit(call.understood(self._hear("*"), None, 1.0, "key"))
        call.stop_speaking()
        return self._settling.collected(self._collector.deny())

    def _digit(self, key: str) -> None:
        call, stay = self._call, self._settling.here
        call.disarm_silence()
        stay.keys += key
        if is_full(self._collector.wanted, stay.keys):
            self._turn.full(secret=self._collector.secret)
            return self.finished()
        call.stop_speaking()
        return call.arm_keys(BETWEEN_DIGITS_S)
