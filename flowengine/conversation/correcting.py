"""Which slot a correction speaks of: "no, actually the time should be eight", "sorry, I said four pizzas, not twelve".

A slot is spoken of by a word of its name or of its type that no other slot of the `collect` shares, or by the value it
has, denied. A number alone belongs to the only number slot, where the words leave no doubt that it is one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, time

from flowengine.conversation.idioms import without_idioms
from flowengine.conversation.numbers import read_amount
from flowengine.conversation.reading import TURNS, tokens
from flowengine.conversation.slots import extract
from flowengine.conversation.times import PARTS
from flowengine.conversation.weighing import find
from flowengine.graph.model import TypeKind, ValueType
from flowengine.words.normalise import word_set

WHOLE: frozenset[TypeKind] = frozenset({"text", "uk_name", "boolean"})
"""Types that take an utterance as a whole, a correction of something else too."""

CALLED: Mapping[TypeKind, frozenset[str]] = {
    "date": word_set("date day"),
    "time": word_set("time"),
    "datetime": word_set("date day time"),
    "uk_postcode": word_set("postcode"),
    "phone": word_set("phone mobile telephone"),
    "email": word_set("email"),
    "uk_name": word_set("name"),
    "money": word_set("amount price"),
}
UNTELLING = word_set("slot how many much what which when where is of the a an to for at in on by no not number")
INSISTS = word_set("said meant mean make should actually instead rather")
BESIDE = TURNS | word_set("it it's its is i that's was be not please just only then thanks of them")


def same_answer(known: object, said: object, text: str) -> bool:
    """Whether a value said without a "no" is the one known: "yes, eight" to eight in the evening, too."""
    if isinstance(known, time) and isinstance(said, time):
        same = (known.hour - said.hour) % 12 == 0 and known.minute == said.minute
        return known == said or (same and PARTS.keys().isdisjoint(tokens(text)))
    return known == said


def spoken_of(text: str, wanted: Mapping[str, ValueType], known: Mapping[str, object], now: datetime) -> frozenset[str]:
    """The slots of `wanted` that these words name, or whose known value they deny."""
    words = {name: _words(name, kind) for name, kind in wanted.items() if kind.kind not in ("text", "boolean")}
    said = set(tokens(text))
    named = {
        name
        for name, own in words.items()
        if any(sum(word in other for other in words.values()) == 1 for word in own & said)
    }
    if named:
        return frozenset(named)
    _, separator, after = text.lower().rpartition(" not ")
    if not separator:
        return frozenset()
    denied = [name for name in words if name in known and extract(wanted[name], after, now) == known[name]]
    return frozenset(denied) if len(denied) == 1 else frozenset()


def lone_number(text: str, wanted: Collection[str]) -> dict[str, object]:
    """The number that a correction gives for the one slot of `wanted`; empty where it may be no correction at all."""
    said = tokens(without_idioms(text))
    found = find(read_amount, said, "amount")
    if found is None or len(wanted) != 1:
        return {}
    counted = said[found.stop : found.stop + 1]
    after = found.stop + (bool(counted) and counted[0].endswith("s") and found.value != 1)
    rest = [*said[: found.start], *said[after:]]
    if INSISTS.isdisjoint(rest) and not BESIDE.issuperset(rest):
        return {}
    return dict.fromkeys(wanted, found.value)


def _words(name: str, kind: ValueType) -> frozenset[str]:
    return CALLED.get(kind.kind, frozenset()) | (frozenset(name.split("_")) - UNTELLING)
