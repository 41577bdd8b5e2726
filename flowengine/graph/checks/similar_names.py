"""Two names of one kind differ by a letter, by two letters swapped, by a plural s, by a capital or an underscore.

Mostly one of them is a slip of the keyboard, and where it is not, whoever reads the flow aloud takes one for the other.
Names that differ in a digit, or in a word of up to four letters, are meant to differ.

Bad:

    state first
      say "Shall I go on?"
      listen
        agree -> confirmation
        refuse or silence or otherwise -> conformation

    state confirmation
      say "Good."
      end booked

    state conformation
      say "All right, then not."
      end declined

Good:

    state first
      say "Shall I go on?"
      listen
        agree -> agreed_to_1
        refuse or silence or otherwise -> agreed_to_2

    state agreed_to_1
      end booked

    state agreed_to_2
      -> goodbye
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from flowengine.graph.checks.rule import Rule
from flowengine.graph.checks.unreachable_state import reachable
from flowengine.graph.names import Definition, Draft
from flowengine.graph.walk import own
from flowengine.language.diagnostics import Diagnostic, Related

RULE = Rule("FL214", "similar-names", "warning")

SHORTEST = 5
"""A word must have so many letters before one of them can be called a slip: `day` and `way` are two words."""
LONGEST = 60

_FORMS = ("d", "r", "n", "y")
"""One letter more that makes another form of a word: agree, agreed; call, calls is a plural, and reported."""


def check(draft: Draft) -> Iterator[Diagnostic]:
    by_kind: dict[str, dict[str, Definition]] = defaultdict(dict)
    used = _used(draft)
    for definition in draft.names.definitions:
        if len(definition.name) <= LONGEST and (draft.library_alone or (definition.kind, definition.name) in used):
            by_kind[definition.kind].setdefault(definition.name, definition)
    for definitions in by_kind.values():
        yield from _one_kind(draft, definitions)


def _used(draft: Draft) -> set[tuple[str, str]]:
    """What no other check calls unused, undefined or out of reach: one slip is reported once."""
    used: set[tuple[str, str]] = {(reference.kind, reference.name) for reference in draft.names.references}
    used -= {(kind, name) for kind, name in used if kind == "state"}
    used |= {("state", name) for name in reachable(draft.flow)}
    used |= {("contact field", name) for name in draft.flow.contact}
    return used


def _one_kind(draft: Draft, definitions: dict[str, Definition]) -> Iterator[Diagnostic]:
    seen = Beside()
    for definition in definitions.values():
        for other, difference in seen.find(definition.name):
            yield from _finding(draft, other, definition, difference)
        seen.add(definition)


class Beside:
    """Definitions by what is left of their names when a letter is taken out, so that finding does not try them all."""

    def __init__(self) -> None:
        self._met: dict[tuple[str, str], list[Definition]] = defaultdict(list)

    def add(self, definition: Definition) -> None:
        for key in _keys(definition.name):
            self._met[key].append(definition)

    def find(self, name: str) -> Iterator[tuple[Definition, str]]:
        """Those that differ from a name by a slip, and how."""
        near = {other.name: other for key in _keys(name) for other in self._met.get(key, ())}
        for other in near.values():
            difference = slip(other.name, name) if other.name != name else None
            if difference is not None:
                yield other, difference


def _finding(draft: Draft, first: Definition, second: Definition, difference: str) -> Iterator[Diagnostic]:
    here, there = (second, first) if own(draft, second.span) else (first, second)
    if own(draft, here.span):
        message = f"{here.kind} {here.name!r} and {there.kind} {there.name!r} differ only by {difference}"
        help_ = "if they are one thing, give it one name; else name them further apart"
        yield RULE.at(here.span, message, help_, Related(there.span, f"here stands {there.name!r}"))


def _keys(name: str) -> Iterator[tuple[str, str]]:
    """A name's digits with its letters, whole and with each one letter left out."""
    digits = "".join(each for each in name if each.isdigit())
    letters = "".join(each for each in name.casefold() if each.isalpha())
    yield from dict.fromkeys((digits, letters[:index] + letters[index + 1 :]) for index in range(len(letters) + 1))


def slip(one: str, other: str) -> str | None:
    """How two names differ, when it looks like a slip of the keyboard; None when it does not."""
    if one.casefold() == other.casefold():
        return "capitals"
    if one.casefold().replace("_", "") == other.casefold().replace("_", ""):
        return "an underscore"
    first, second = one.casefold().split("_"), other.casefold().split("_")
    differing = [(left, right) for left, right in zip(first, second, strict=False) if left != right]
    if len(first) != len(second) or len(differing) != 1:
        return None
    short, long = sorted(differing[0], key=len)
    if len(short) > 2 and long in (f"{short}s", f"{short}es"):
        return "a plural s"
    if len(short) < SHORTEST or any(each.isdigit() for each in short + long):
        return None
    if len(long) == len(short) + 1:
        added = any(long[:index] + long[index + 1 :] == short for index in range(len(long)))
        return "a letter" if added and not (long[:-1] == short and long[-1] in _FORMS) else None
    if len(long) > len(short):
        return None
    places = [index for index, (left, right) in enumerate(zip(short, long, strict=True)) if left != right]
    if len(places) == 1:
        return "a letter"
    swapped = len(places) == 2 and places[1] == places[0] + 1 and short[places[0]] == long[places[1]]
    return "two letters that are swapped" if swapped and short[places[1]] == long[places[0]] else None
