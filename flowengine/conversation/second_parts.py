"""What the second part of a turn does to the first: it goes on with it, takes it back, or puts a value of it right.

Asked at two moments: whether words belong to the turn before them, and what both come to where that was said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from flowengine.conversation.afterthoughts import Words, agreed, correction, goes_on, in_short, opposes, put_right
from flowengine.conversation.call import Call
from flowengine.conversation.place import Stay, intents_of, layers
from flowengine.conversation.slots import find_all
from flowengine.graph.model import Collect, Listen

SURE = 0.85
"""Another choice than the one before, by a score of the matcher's."""


@dataclass(slots=True)
class FirstPart:
    """A turn that more may belong to, and where it was said. `here`: a copy of that stay, as it was."""

    words: Words
    here: Stay
    variables: Mapping[str, object]
    is_free: bool = False
    """An answer in free words: nothing but a correction belongs to it."""
    filled: set[str] = field(default_factory=set)
    """The slots that it has given a value."""
    intent: str | None = None
    """What it was taken for."""


class SecondParts:
    """Reads words as the second part of a turn."""

    def __init__(self, call: Call) -> None:
        self._call = call

    def belongs(self, first: FirstPart, text: str) -> bool:
        """Whether words go on with a turn, or take back what was said in it."""
        if not first.is_free and (goes_on(text) or self._opposes(first, text)):
            return True
        rest = correction(text)
        return bool(rest) and (self._put_right(first, rest) is not None or self._is_other_choice(first, rest))

    def together(self, first: FirstPart, text: str) -> Words:
        """What both come to."""
        return Words(self._meant(first, text), f"{first.words.said} {text}")

    def _meant(self, first: FirstPart, text: str) -> str:
        rest = correction(text)
        right = self._put_right(first, rest) if rest else None
        if self._opposes(first, text) and (right is None or not first.filled):
            return in_short(text)
        if right is not None:
            return right
        return rest if rest and self._chosen(first, rest) is not None else f"{first.words.meant} {text}"

    def _opposes(self, first: FirstPart, text: str) -> bool:
        """Whether words take back a yes; or a no, where that question takes the yes by itself."""
        call, was = self._call, first.here
        was_yes = agreed(first.words.meant, call.flow.intents.get(first.intent or ""))
        if not opposes(was_yes, text):
            return False
        if was_yes or was.doubt is not None or isinstance(was.waiting, Collect):
            return True
        return bool(call.prepared.matcher.understand(in_short(text), intents_of(layers(call.flow, was))))

    def _put_right(self, first: FirstPart, rest: str) -> str | None:
        """The turn with a value of it put right, as it is to be understood; None where these words put none right."""
        call, was, slots = self._call, first.here, self._call.flow.slots
        progress = was.collecting if isinstance(was.waiting, Collect) else None
        if progress is None:
            given = {name: slots[name].type for name in first.filled if name in slots and not slots[name].secret}
            return put_right(first.words.meant, rest, given, call.now)
        current = progress.current
        if not progress.confirming:
            given = {name: slots[name].type for name in progress.slots if not slots[name].secret}
            return put_right(first.words.meant, rest, given, call.now, current=current)
        known = {current: first.variables.get(current)}
        whole = f"sorry, {rest}"
        found = find_all(whole, {current: slots[current].type}, call.now, current=current, known=known)
        return whole if found else None

    def _is_other_choice(self, first: FirstPart, rest: str) -> bool:
        """Whether these words choose something else of what was asked there, and is not asked now."""
        chosen, stay = self._chosen(first, rest), self._call.stay
        waits = stay.waiting if stay is not None else None
        return chosen is not None and (waits is None or chosen not in intents_of((waits.branches,)))

    def _chosen(self, first: FirstPart, rest: str) -> str | None:
        """The other intent of that question that these words surely are."""
        was = first.here
        if not isinstance(was.waiting, Listen):
            return None
        found = self._call.prepared.matcher.understand(rest, intents_of((was.waiting.branches,)))
        return found[0].intent if found and found[0].score >= SURE and found[0].intent != first.intent else None
