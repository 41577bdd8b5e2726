"""Keys: which branch a row of them means, and which value."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from flowengine.conversation.hiding import HIDDEN_KEY
from flowengine.conversation.phones import uk_number
from flowengine.conversation.place import Live
from flowengine.graph.model import OnPress, ValueType

BETWEEN_KEYS_S = 2.0
"""How long a longer menu choice may pause between keys."""

BETWEEN_DIGITS_S = 4.0
"""How long a number being typed may pause: people look it up as they type."""

Entry = Literal["unknown", "complete", "partial", "open"]


def presses(live: Live) -> Iterator[str]:
    """The key rows that are live."""
    for branches in live:
        for branch in branches:
            yield from (trigger.keys for trigger in branch.triggers if isinstance(trigger, OnPress))


def is_sign(key: str) -> bool:
    """Whether this is one of the two keys that are no digit; which a record that hides a secret shows."""
    return key in ("*", "#")


def begins_one(keys: str, known: frozenset[str]) -> bool:
    """Whether one of the known rows begins with these keys, or is them."""
    return any(each.startswith(keys) for each in known)


def entry(keys: str, known: frozenset[str]) -> Entry:
    """How far `keys` have come: `open` is complete already and could go on ("1" beside "12")."""
    longer = any(each != keys and each.startswith(keys) for each in known)
    if keys in known:
        return "open" if longer else "complete"
    return "partial" if longer else "unknown"


def takes_keys(kind: ValueType) -> bool:
    """Whether a value of this type can be typed."""
    return kind.kind in ("digits", "number", "phone")


def is_full(kind: ValueType, keys: str) -> bool:
    """Whether an entry needs no `#` to be finished."""
    return kind.kind == "digits" and kind.digits is not None and len(keys) >= kind.digits


def typed(kind: ValueType, keys: str) -> object | None:
    """The value typed; None when it is none of this type."""
    if keys and set(keys) == {HIDDEN_KEY}:
        return keys if kind.kind != "digits" or kind.digits in (None, len(keys)) else None
    if not keys.isdigit():
        return None
    match kind.kind:
        case "number":
            return int(keys)
        case "phone":
            return uk_number(keys)
        case "digits":
            return keys if kind.digits is None or len(keys) == kind.digits else None
        case _:
            return None
