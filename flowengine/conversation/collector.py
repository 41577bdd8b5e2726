"""`collect`: asks for slots until each has a valid, confirmed value, or until a slot has had its tries.

Slots are filled in any order the caller gives them; the questions come in the author's order. A read-back is answered
by yes, by no, or by the right value at once ("no, Wednesday").
"""

from __future__ import annotations

from typing import Literal

from flowengine.conversation.afterthoughts import behind_yes, correction
from flowengine.conversation.answers import yes_or_no
from flowengine.conversation.call import Call
from flowengine.conversation.correcting import WHOLE, lone_number, same_answer, spoken_of
from flowengine.conversation.endings import is_limited, with_another_end
from flowengine.conversation.halves import Begun, extend
from flowengine.conversation.idioms import without_idioms
from flowengine.conversation.keypad import takes_keys, typed
from flowengine.conversation.owing import Owing
from flowengine.conversation.place import Collecting
from flowengine.conversation.prompt import Prompt
from flowengine.conversation.reading import corrects, tokens
from flowengine.conversation.slots import IN_PASSING, find_all
from flowengine.conversation.whole_values import is_whole_value
from flowengine.graph.model import Slot, Template, ValueType
from flowengine.words.normalise import normalise

Result = Literal["done", "failed"]
Heard = Literal["filled", "missed"]
PLAIN = frozenset({"date", "uk_postcode", "phone", "email", "one_of"})
"""Types whose values are never said by chance: "yes, Friday" to a read-back of Thursday means Friday."""

NUMERIC = frozenset({"number", "time", "digits", "money"})
"""Types whose values may be said by chance: what only sounds like a number is left out first."""

SHORT = 6
"""Tokens of a correction that says nothing else ("no sorry, make it Friday"); more may be the text asked for."""


class Collector:
    """Fills the slots of the `collect` that waits in the call's present stay."""

    def __init__(self, call: Call, owing: Owing) -> None:
        self._call = call
        self._owing = owing

    def begin(self, slots: tuple[str, ...]) -> Result | None:
        """Ask for the first that is missing. What the caller has just said may fill some ("yes, Tuesday is best")."""
        stay = self._call.stay
        assert stay is not None
        stay.collecting = Collecting(slots, slots[0])
        if self._call.utterance is not None:
            missing = [name for name in slots if self._call.variables.get(name) is None]
            self._fill(self._found(self._call.utterance, missing, None))
        return self.advance()

    def ask(self) -> None:
        """Say the open question again: the read-back, or the slot's own; before it what the caller talked into."""
        self._owing.say_statements()
        progress = self._progress()
        slot = self._slot()
        if progress.confirming and slot.confirm is not None:
            self._say(slot.confirm)
        elif progress.failures.get(slot.name) and slot.again is not None:
            self._say(slot.again)
        elif slot.ask is not None:
            self._say(slot.ask)
        else:
            self._call.say(Prompt((f"What is the {slot.name.replace('_', ' ')}?",)))

    def hear(self, text: str) -> Heard | None:
        """Take an utterance as an answer. None when it is none: then it may be something else, or a failure."""
        self._call.utterance = None
        if self._slot().secret:
            return None
        if self._progress().confirming and self._known(self._slot()) is not None:
            return self._confirm(text)
        return self._answer(text)

    def miss(self) -> Result | None:
        """The question got no answer. Counts, and asks again unless the tries are used up."""
        if self._count():
            return "failed"
        self.ask()
        return None

    def take(self, value: object) -> Result | None:
        """A value of the slot asked for, however it was come by: it is read back as any other."""
        self._progress().confirming = False
        self._fill({self._slot().name: value})
        return self.advance()

    @property
    def asked(self) -> str:
        """The slot asked for."""
        return self._slot().name

    @property
    def wanted(self) -> ValueType:
        """The type asked for."""
        return self._slot().type

    @property
    def takes_keys(self) -> bool:
        return takes_keys(self._slot().type)

    @property
    def expects_words(self) -> bool:
        """The slot asked for takes any words at all, so an intent beside it needs to be certain."""
        return not self._progress().confirming and self._slot().type.kind in ("text", "uk_name")

    @property
    def expects_choice(self) -> bool:
        return self._progress().confirming or self._slot().type.kind in ("boolean", "one_of")

    @property
    def confirming(self) -> bool:
        """A value was read back, and yes or no is waited for."""
        return self._progress().confirming

    def names_choice(self, text: str) -> bool:
        """Whether these words are one of the choices that are asked for."""
        slot = self._slot()
        if self.confirming or slot.type.kind != "one_of":
            return False
        said = normalise(text).words
        return any(normalise(choice.replace("_", " ")).words == said for choice in slot.type.choices)

    def rests_on_yes(self, text: str) -> bool:
        """Whether all that this question would take from the words is a yes."""
        slot = self._slot()
        if not (self.confirming or slot.type.kind == "boolean") or yes_or_no(text) is not True or corrects(text):
            return False
        types = {name: self._call.flow.slots[name].type for name in self._progress().slots}
        values = {name: kind for name, kind in types.items() if kind.kind not in WHOLE}
        return not find_all(text, values, self._call.now, current=slot.name, known=self._read_back())

    def is_whole(self, text: str) -> bool:
        """Whether an answer to the question asked is surely all of it, or all that was missing."""
        return is_whole_value(self.wanted, text) or extend(self._begun, self.wanted, text)[1] is not None

    @property
    def secret(self) -> bool:
        return self._slot().secret

    def deny(self) -> Result | None:
        """The value that was read back is wrong, and no other was given."""
        self._call.clear(self._slot().name)
        self._progress().confirming = False
        return self.miss()

    def enter(self, keys: str) -> Result | None:
        """Take a finished keypad entry."""
        value = typed(self._slot().type, keys)
        return self.take(value) if value is not None else self.miss()

    # Answers.

    def _answer(self, text: str) -> Heard | None:
        progress = self._progress()
        missing = [name for name in progress.slots if self._call.variables.get(name) is None]
        # "No, Wednesday" while the time is asked for speaks of the day.
        given = self._corrected(text, missing) or self._found(text, missing, progress.current) or self._completed(text)
        if not given:
            return None
        self._fill(given)
        return "filled"

    def _completed(self, text: str) -> dict[str, object]:
        """The row of digits that this answer completes; else the beginning that it makes is kept."""
        digits, value = extend(self._begun, self.wanted, text)
        self._progress().begun = Begun(self.asked, digits) if digits else None
        return {self.asked: value} if value is not None else {}

    @property
    def _begun(self) -> str:
        begun = self._progress().begun
        return begun.digits if begun is not None and begun.slot == self.asked else ""

    def _confirm(self, text: str) -> Heard | None:
        progress, slot = self._progress(), self._slot()
        text = self._turned_round(text)
        others = [name for name in progress.slots if self._call.variables.get(name) is None]
        strict = slot.type.kind in ("text", "uk_name")
        found = self._corrected(text, [slot.name, *others])
        if not found and (not strict or corrects(text)):
            found = self._heard_in_read_back(text, slot, others)
        value = found.pop(slot.name, None)
        if value is None:
            value = self._ending_otherwise(text)
        self._fill(found)
        agreed = yes_or_no(text)
        same = value is None or (agreed is not False and same_answer(self._known(slot), value, text))
        if not (same or value == self._known(slot)) and (agreed is not True or slot.type.kind in PLAIN | NUMERIC):
            self._call.clear(slot.name)
            self._fill({slot.name: value})
            return "filled"
        if any(name not in others for name in found):
            # The "no" was to another slot's value; this read-back stays open.
            return "filled"
        if agreed is True and value is None and is_limited(text):
            # "Yes, but …": something is wrong with it, and nobody can tell what.
            return "filled" if found else None
        if agreed is True or (value is not None and agreed is None):
            self._call.confirmed[slot.name] = self._known(slot)
            return "filled"
        if agreed is False:
            self._call.clear(slot.name)
            progress.confirming = False
            return "missed"
        return "filled" if found else None

    def _ending_otherwise(self, text: str) -> object | None:
        """The row of digits that was read back, with the end that these words give it."""
        known = self._known(self._slot())
        is_row = self._slot().type.kind in ("digits", "phone") and isinstance(known, str)
        return with_another_end(known, text) if is_row and isinstance(known, str) else None

    def _turned_round(self, text: str) -> str:
        """ "Yes and actually it's Smith", as "no, Smith": another value behind a yes takes its place. Values that are
        never said by chance need no such words ("yes, Friday")."""
        slot = self._slot()
        if slot.type.kind in PLAIN | NUMERIC:
            return text
        rest = behind_yes(text, surely=slot.type.kind == "text")
        another = f"no, {rest}"
        value = self._heard_in_read_back(another, slot, []).get(slot.name) if rest else None
        return another if value is not None and value != self._known(slot) else text

    def _heard_in_read_back(self, text: str, slot: Slot, others: list[str]) -> dict[str, object]:
        """What an answer to the read-back holds; a day or a time beside a "yes" is no number."""
        if slot.type.kind not in NUMERIC:
            # Of a text it is the text: "no, it's the red one".
            said = correction(text) if slot.type.kind == "text" else ""
            return self._found(said or text, [slot.name, *others], slot.name)
        types = {name: self._call.flow.slots[name].type.kind for name in self._progress().slots}
        beside = [name for name, kind in types.items() if kind in ("date", "time") and slot.type.kind != "time"]
        found = self._found(without_idioms(text), [*dict.fromkeys((slot.name, *others, *beside))], slot.name)
        return {name: value for name, value in found.items() if name in (slot.name, *others)}

    def _corrected(self, text: str, open_slots: list[str]) -> dict[str, object]:
        """What a correction gives, where it gives a value for a slot that has one; else empty."""
        if not corrects(text):
            return {}
        progress, call = self._progress(), self._call
        types = {name: call.flow.slots[name].type for name in progress.slots if not call.flow.slots[name].secret}
        known = {name: call.variables[name] for name in types if name not in open_slots}
        named = spoken_of(text, types, known, call.now)
        whole = types[progress.current].kind in WHOLE
        if whole and not named and len(tokens(text)) > SHORT:
            return {}
        kinds = [types[name].kind for name in known]
        unsure = {name for name in known if name not in named and kinds.count(types[name].kind) > 1}
        if progress.confirming:
            # "No, Friday", said to the day of a visit, is not a date of birth.
            rivals = IN_PASSING.get(types[progress.current].kind, frozenset()) - {types[progress.current].kind}
            unsure |= {name for name in known if name not in named and types[name].kind in rivals}
        if whole:
            unsure.add(progress.current)
        wanted = {name: kind for name, kind in types.items() if name not in unsure}
        found = find_all(text, wanted, call.now, current=progress.current, named=named, known=self._read_back())
        if not found:
            found = lone_number(text, [name for name in known if types[name].kind == "number"])
        return found if found.keys() & known.keys() else {}

    def _found(self, text: str, wanted: list[str], current: str | None) -> dict[str, object]:
        slots = {name: self._call.flow.slots[name].type for name in wanted}
        return find_all(text, slots, self._call.now, current=current, known=self._read_back())

    def _read_back(self) -> dict[str, object]:
        """The value that was read back, which "no, one two four" puts right in part."""
        slot = self._slot()
        value = self._known(slot) if self._progress().confirming else None
        return {slot.name: value} if value is not None else {}

    def _known(self, slot: Slot) -> object | None:
        return self._call.variables.get(slot.name)

    def _fill(self, values: dict[str, object]) -> None:
        for name, value in values.items():
            self._call.fill(name, value)
            if name == self.asked:
                self._progress().begun = None

    # Questions.

    def advance(self) -> Result | None:
        """Ask what is open now: the next question after an answer, the same after a digression; or the result."""
        progress = self._progress()
        for name in progress.slots:
            progress.current = name
            progress.confirming = False
            slot = self._slot()
            value = self._call.variables.get(name)
            if value is not None and slot.valid is not None and not self._call.holds(slot.valid):
                if slot.invalid is not None:
                    self._say(slot.invalid)
                self._call.clear(name)
                if self._count():
                    return "failed"
                # What was wrong has been said; the plain question follows better than "Sorry, …?".
                self._say(slot.ask) if slot.ask is not None else self.ask()
                return None
            if value is None:
                self.ask()
                return None
            if slot.confirm is not None and not slot.secret and self._call.confirmed.get(name) != value:
                progress.confirming = True
                self.ask()
                return None
        return "done"

    def _count(self) -> bool:
        """One more failure of the slot asked for; True when it was the last it may have."""
        progress, slot = self._progress(), self._slot()
        failures = progress.failures.get(slot.name, 0) + 1
        progress.failures[slot.name] = failures
        if failures < slot.tries:
            return False
        if progress.confirming:
            # Never confirmed, so never known.
            self._call.clear(slot.name)
        return True

    def _say(self, template: Template) -> None:
        self._call.say(Prompt((self._call.spoken(template),)))

    def _progress(self) -> Collecting:
        stay = self._call.stay
        assert stay is not None, "the call has not begun"
        assert stay.collecting is not None, "nothing is being collected"
        return stay.collecting

    def _slot(self) -> Slot:
        return self._call.flow.slots[self._progress().current]
