"""Typed values from what a caller said, and from the data a call is started with.

An answer to the question of a slot may be as short as the caller likes ("three"); a value that comes unasked must be
plain by itself ("at three"). Types whose words could mean anything are never filled unasked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType

from flowengine.conversation.answers import yes_or_no
from flowengine.conversation.choices import read_choice
from flowengine.conversation.contact import check_contact
from flowengine.conversation.dates import date_reader
from flowengine.conversation.emails import read_email
from flowengine.conversation.idioms import masked
from flowengine.conversation.lengths import length_reader
from flowengine.conversation.misheard import LEADING_UP, whole_row
from flowengine.conversation.money import read_money
from flowengine.conversation.names import read_name
from flowengine.conversation.numbers import read_amount
from flowengine.conversation.phones import phone_reader, row_reader, uk_number
from flowengine.conversation.postcodes import postcode_reader, read_postcode
from flowengine.conversation.reading import TAKEN, Found, only_corrects, tokens, without
from flowengine.conversation.times import find_time, read_moment
from flowengine.conversation.weighing import find
from flowengine.graph.model import Flow, TypeKind, ValueType
from flowengine.words.normalise import FILLERS

ORDER: tuple[TypeKind, ...] = (
    "email",
    "uk_postcode",
    "phone",
    "datetime",
    "date",
    "time",
    "duration",
    "money",
    "one_of",
    "digits",
    "number",
    "boolean",
    "uk_name",
    "text",
)
"""The surest first: what one value has used, the next cannot."""

NOTHING: Mapping[str, object] = MappingProxyType({})
LONGEST = 2000
"""Signs of an answer, two minutes of talk; of a longer one only a text is made."""

NONE = (["none"], ["nil"], ["none", "at", "all"], ["none", "really"], ["none", "thanks"], ["none", "please"])
UNASKED: frozenset[TypeKind] = frozenset(
    {"email", "uk_postcode", "phone", "datetime", "date", "time", "one_of", "money"}
)
IN_PASSING: Mapping[TypeKind, frozenset[TypeKind]] = {
    "date": frozenset({"date", "datetime"}),
    "time": frozenset({"time", "datetime"}),
    "datetime": frozenset({"date", "time", "datetime"}),
    "uk_postcode": frozenset({"uk_postcode"}),
    "phone": frozenset({"phone"}),
    "email": frozenset({"email"}),
}
"""Types filled in passing, and the types of other slots that make it unsure which is meant."""


def find_all(
    text: str,
    wanted: Mapping[str, ValueType],
    now: datetime,
    *,
    current: str | None,
    named: frozenset[str] = frozenset(),
    known: Mapping[str, object] = NOTHING,
) -> dict[str, object]:
    """The slots of `wanted` that `text` gives a value for; `current` was asked for, `named` the caller speaks of.

    `known`: values there are already, that a correction may put right in part ("no, one two four").
    """
    short = text if len(text) <= LONGEST else ""
    said = tokens(short)
    found: dict[str, object] = {}
    names = sorted(wanted, key=lambda name: (name not in named, ORDER.index(wanted[name].kind), name != current))
    for name in names:
        kind = wanted[name]
        asked = name == current or name in named
        if not asked and kind.kind not in UNASKED and not _is_lone_number(name, wanted, found, current, said):
            continue
        alike = sum(other.kind == kind.kind for each, other in wanted.items() if each not in found)
        whole = text if kind.kind == "text" else short
        result = _find(kind, whole, said, now, asked=asked, several=alike > 1, known=known.get(name))
        if result is not None:
            found[name] = result.value
            said = without(said, result)
    return found


def extract(kind: ValueType, text: str, now: datetime) -> object | None:
    """The value of this type in an answer to its question; None when there is none."""
    return find_all(text, {"value": kind}, now, current="value").get("value")


def find_in_passing(text: str, flow: Flow, variables: Mapping[str, object], now: datetime) -> dict[str, object]:
    """Values said beside something else ("yes, and Tuesday is best"), where only one slot can be meant."""
    found: dict[str, object] = {}
    short = text if len(text) <= LONGEST else ""
    for name, slot in flow.slots.items():
        rivals = IN_PASSING.get(slot.type.kind)
        if rivals is None or slot.secret or variables.get(name) is not None:
            continue
        if sum(other.type.kind in rivals for other in flow.slots.values()) == 1:
            result = _find(slot.type, short, tokens(short), now, asked=False)
            if result is not None:
                found[name] = result.value
    return found


def _is_lone_number(
    name: str, wanted: Mapping[str, ValueType], found: Mapping[str, object], current: str | None, said: list[str]
) -> bool:
    """ "Tuesday, for four people": a number beside an answer belongs to the only slot that could take it."""
    numeric = [each for each, kind in wanted.items() if kind.kind in ("number", "money") or _takes_row(kind, said)]
    return numeric == [name] and current in found


def _takes_row(kind: ValueType, said: list[str]) -> bool:
    """Whether the words hold a row of digits as long as this type wants: "three" is no telephone number."""
    return kind.kind == "digits" and find(row_reader(kind.digits), said, "name") is not None


def _find(
    kind: ValueType,
    text: str,
    said: list[str],
    now: datetime,
    *,
    asked: bool,
    several: bool = False,
    known: object | None = None,
) -> Found | None:
    before = known if isinstance(known, str) and only_corrects(said) else ""
    match kind.kind:
        case "date":
            day = known if isinstance(known, date) and not isinstance(known, datetime) else None
            return find(date_reader(now.date(), day), masked(said), "when", several=several)
        case "time":
            return find_time(masked(said), bare=asked, now=now if asked else None, several=several)
        case "datetime":
            moment = known if isinstance(known, datetime) else None
            return _whole(read_moment(masked(said), now, bare=asked, known=moment))
        case "duration":
            return find(length_reader(), said, "amount", several=several)
        case "money":
            return find(lambda each: read_money(each, bare=asked), masked(said), "amount", several=several)
        case "number":
            return find(read_amount, masked(said), "amount", several=several) or _none_at_all(said)
        case "digits":
            found = find(row_reader(kind.digits, before), masked(said), "name", several=several)
            return found or (_misheard(kind, text, said) if asked else None)
        case "phone":
            found = find(phone_reader(before), masked(said), "name", several=several)
            return found or (_misheard(kind, text, said) if asked else None)
        case "uk_postcode":
            found = find(postcode_reader(before or None), said, "name", several=several)
            return found or (_misheard(kind, text, said) if asked else None)
        case "email":
            return _whole(read_email(text, known if isinstance(known, str) else ""))
        case "boolean":
            return _whole(yes_or_no(text))
        case "one_of":
            return _whole(read_choice(kind.choices, text, asked=asked))
        case "uk_name":
            return _whole(read_name(text))
        case "text":
            return _whole(_line(text))


def _whole(value: object | None) -> Found | None:
    """A value read from the utterance as a whole; it leaves the tokens to others."""
    return Found(value, 0, 0) if value is not None else None


def _misheard(kind: ValueType, text: str, said: list[str]) -> Found | None:
    """An answer that is such a value and no more, but for homophones and letters that sound alike."""
    if TAKEN in said:
        return None
    if kind.kind == "uk_postcode":
        begins = next((index for index, word in enumerate(said) if word not in LEADING_UP), len(said))
        read = read_postcode(said[begins:], mends=True) if begins < len(said) else None
        return Found(read[0], 0, len(said)) if read is not None and begins + read[1] == len(said) else None
    if kind.kind == "phone":
        row = whole_row(text, lambda digits: re.fullmatch(r"0[12378]\d{9}", digits) is not None)
        return Found(uk_number(row), 0, len(said)) if row is not None else None
    row = whole_row(text, lambda digits: len(digits) == kind.digits)
    return Found(row, 0, len(said)) if row is not None else None


def _none_at_all(said: list[str]) -> Found | None:
    """ "None", as the whole answer to how many."""
    words = [word for word in said if word not in FILLERS]
    return Found(0, 0, len(said)) if words in NONE else None


def _line(text: str) -> str | None:
    """The utterance as one line; nothing where only fillers were said."""
    line = " ".join(text.split())
    return line if any(word not in FILLERS for word in re.findall(r"\w+", line.lower())) else None


__all__ = ["check_contact", "extract", "find_all", "find_in_passing"]
