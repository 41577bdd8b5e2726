"""Typed values from what a caller said, and from the data a call is started with.

An answer to the question of a slot may be as short as the caller likes ("three"); a value that comes unasked must be
plain by itself ("at three"). Types whose words could mean anything are never filled unasked.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from flowengine.conversation.answers import yes_or_no
from flowengine.conversation.contact import check_contact
from flowengine.conversation.dates import read_date
from flowengine.conversation.names import read_email, read_name
from flowengine.conversation.numbers import read_amount, read_duration, read_money
from flowengine.conversation.phones import read_digits, read_phone
from flowengine.conversation.postcodes import find_postcode
from flowengine.conversation.reading import Found, Reader, find, tokens, without
from flowengine.conversation.times import find_time, read_moment
from flowengine.graph.model import Flow, TypeKind, ValueType
from flowengine.words.normalise import normalise

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

UNASKED: frozenset[TypeKind] = frozenset({"email", "uk_postcode", "phone", "datetime", "date", "time", "one_of"})
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
) -> dict[str, object]:
    """The slots of `wanted` that `text` gives a value for; `current` was asked for, `named` the caller speaks of."""
    said = tokens(text)
    found: dict[str, object] = {}
    names = sorted(wanted, key=lambda name: (name not in named, ORDER.index(wanted[name].kind), name != current))
    for name in names:
        kind = wanted[name]
        asked = name == current or name in named
        if not asked and kind.kind not in UNASKED and not _is_lone_number(name, wanted, found, current, said):
            continue
        result = _find(kind, text, said, now, asked=asked)
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
    for name, slot in flow.slots.items():
        rivals = IN_PASSING.get(slot.type.kind)
        if rivals is None or slot.secret or variables.get(name) is not None:
            continue
        if sum(other.type.kind in rivals for other in flow.slots.values()) == 1:
            result = _find(slot.type, text, tokens(text), now, asked=False)
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
    return kind.kind == "digits" and find(_digits_reader(kind.digits), said) is not None


def _find(kind: ValueType, text: str, said: list[str], now: datetime, *, asked: bool) -> Found | None:
    match kind.kind:
        case "date":
            return find(lambda each: read_date(each, now.date()), said)
        case "time":
            return find_time(said, bare=asked)
        case "datetime":
            return _whole(read_moment(said, now, bare=asked))
        case "duration":
            return find(read_duration, said)
        case "money":
            return find(lambda each: read_money(each, bare=asked), said)
        case "number":
            return find(read_amount, said)
        case "digits":
            return find(_digits_reader(kind.digits), said)
        case "phone":
            return find(read_phone, said)
        case "uk_postcode":
            postcode = find_postcode(text, said)
            return Found(*postcode) if postcode is not None else None
        case "email":
            return _whole(read_email(text))
        case "boolean":
            return _whole(yes_or_no(text))
        case "one_of":
            return _whole(_choice(kind.choices, text))
        case "uk_name":
            return _whole(read_name(text))
        case "text":
            return _whole(" ".join(text.split()) or None)


def _whole(value: object | None) -> Found | None:
    """A value read from the utterance as a whole; it leaves the tokens to others."""
    return Found(value, 0, 0) if value is not None else None


def _digits_reader(count: int | None) -> Reader:
    def read(said: object) -> tuple[object, int] | None:
        row = read_digits(said)  # type: ignore[arg-type]  # a sequence of tokens
        return row if row is not None and count in (None, len(row[0])) else None

    return read


def _choice(choices: tuple[str, ...], text: str) -> str | None:
    """The choice named; after a change of mind the last one; None when several are named without one."""
    said = normalise(text).words
    named: list[tuple[int, str]] = []
    for choice in choices:
        wanted = normalise(choice.replace("_", " ")).words
        for start in range(len(said) - len(wanted) + 1):
            if wanted and said[start : start + len(wanted)] == wanted and "not" not in said[max(0, start - 2) : start]:
                named.append((start, choice))
    distinct = {choice for _, choice in named}
    if len(distinct) == 1:
        return distinct.pop()
    if not distinct:
        return _nearly(choices, said)
    longest = max(distinct, key=len)
    if all(other in longest for other in distinct):
        return longest
    return max(named)[1] if {"no", "sorry", "actually", "mean", "rather"} & set(said) else None


def _nearly(choices: tuple[str, ...], said: tuple[str, ...]) -> str | None:
    """ "Mornings", "in the afternoons"."""
    near = {choice for choice in choices for word in said if word.rstrip("s") == choice.replace("_", " ").rstrip("s")}
    return near.pop() if len(near) == 1 else None


__all__ = ["check_contact", "extract", "find_all", "find_in_passing"]
