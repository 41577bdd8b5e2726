"""A row of digits that is said in parts, each a turn: "one two three" … "four five six".

Only answers that are such a row and no more count. Who says the beginning once more begins anew, and so does who says
more than is missing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from flowengine.conversation.answers import yes_or_no
from flowengine.conversation.misheard import whole_row
from flowengine.conversation.phones import read_digits, uk_number
from flowengine.conversation.reading import corrects, tokens
from flowengine.graph.model import ValueType

BEGINNING = re.compile(r"0(?:[12378]\d*)?")
"""Of a British number. It has all its eleven digits then: one of ten, which few have, could be a beginning too."""

GOES_ON = re.compile(r"^\W*(?:and\W+)?then\b\W*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Begun:
    """So many digits of a slot have been said: too few."""

    slot: str
    digits: str


def extend(begun: str, kind: ValueType, text: str) -> tuple[str, str | None]:
    """The digits said so far with those of `text`, and the value they make; None where they make none (yet).

    What takes back leaves nothing of what was said before; other words that are no digits leave it as it is.
    """
    row = whole_row(GOES_ON.sub("", text), lambda digits: len(digits) < _length(kind))
    if row is None:
        return ("" if _takes_back(text) else begun), None
    together = begun + row
    if row.startswith(begun) or begun.startswith(row) or len(together) > _length(kind):
        together = row
    if kind.kind == "phone":
        together = together if BEGINNING.fullmatch(together) else ""
        return together, uk_number(together) if len(together) == _length(kind) else None
    return together, together if len(together) == _length(kind) else None


def _takes_back(text: str) -> bool:
    """ "No", "sorry, four five six"; not "sorry?"."""
    return yes_or_no(text) is False or (corrects(text) and any(read_digits([word]) for word in tokens(text)))


def _length(kind: ValueType) -> int:
    """How many digits such a value has; 0 where they are any number, or none at all."""
    match kind.kind:
        case "digits":
            return kind.digits or 0
        case "phone":
            return 11
        case _:
            return 0
