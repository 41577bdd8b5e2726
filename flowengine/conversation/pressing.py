"""The caller's keys: a menu's choice, a longer row, a number typed into a slot."""

from __future__ import annotations

from flowengine.conversation.call import Call
from flowengine.conversation.collector import Collector
from flowengine.conversation.hiding import HIDDEN
from flowengine.conversation.keypad import BETWEEN_DIGITS_S, BETWEEN_KEYS_S, entry, is_full, presses
from flowengine.conversation.open_turn import OpenTurn
from flowengine.conversation.owing import Owing
from flowengine.conversation.place import best, fits, layers
from flowengine.conversation.settling import Settling
from flowengine.graph.model import Collect, Listen, OnOtherwise, OnPress


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
        if self._fills_a_slot() and key != "*":
            return self._digit(key)
        known = frozenset(presses(layers(call.flow, stay)))
        if not known and (not isinstance(stay.waiting, Collect) or (key == "#" and not stay.keys)):
            # A "#" after a number that needed none is no answer to the next question.
            return call.note("a key was pressed where none is live")
        stay.keys += key
        call.disarm_silence()
        if not known:
            # The slot takes no keys: the whole row is one answer that was none, and the question is asked again.
            return self.finished() if key == "#" else call.arm_keys(BETWEEN_KEYS_S)
        match entry(stay.keys, known):
            case "complete" | "unknown":
                return self.finished()
            case "partial" | "open":
                return call.arm_keys(BETWEEN_KEYS_S)

    def finished(self) -> None:
        """The row of keys is complete: by itself, or by a pause."""
        call, stay = self._call, self._settling.here
        keys, stay.keys = stay.keys, ""
        if not keys:
            return None
        call.disarm_silence()
        call.disarm_keys()
        hidden = isinstance(stay.waiting, Collect) and self._collector.secret
        shown = f"(press {HIDDEN if hidden else keys})"
        self._owing.broke_in(None, all_coming=True)
        call.hear(shown, None)
        stay.doubt = None
        if self._fills_a_slot():
            call.emit(call.understood(shown, None, 1.0, "key"))
            call.stop_speaking()
            self._owing.was_answered()
            return self._settling.collected(self._collector.enter(keys))
        found = best(list(fits(layers(call.flow, stay), OnPress(keys), stay.counts)))
        if not found and not isinstance(stay.waiting, Listen | Collect):
            return call.note("a key was pressed where none is live")
        if not found:
            call.emit(call.understood(shown, None, 0.0, "none"))
            return self._settling.unmatched(OnOtherwise())
        call.emit(call.understood(shown, found[0].label, 1.0, "key"))
        return self._settling.take(found[0])

    def _fills_a_slot(self) -> bool:
        return isinstance(self._settling.here.waiting, Collect) and self._collector.takes_keys

    def _digit(self, key: str) -> None:
        call, stay = self._call, self._settling.here
        call.disarm_silence()
        if key != "#":
            stay.keys += key
        if key == "#":
            return self.finished()
        if is_full(self._collector.wanted, stay.keys):
            self._turn.full(secret=self._collector.secret)
            return self.finished()
        call.stop_speaking()
        return call.arm_keys(BETWEEN_DIGITS_S)
