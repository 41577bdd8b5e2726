"""Values of a record as a person reads them: an amount of money is one of pounds, which is what the language knows;
a boolean is a yes or a no.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from flowengine.graph.model import Flow

YES_NO = {"true": "yes", "false": "no"}


def amounts_of(flow: Flow) -> frozenset[str]:
    """The names under which a call of this flow keeps amounts of money: of slots, and of what actions answer."""
    return _named(flow, "money")


def booleans_of(flow: Flow) -> frozenset[str]:
    """The names under which it keeps what is so or not so."""
    return _named(flow, "boolean")


def _named(flow: Flow, kind: str) -> frozenset[str]:
    slots = (name for name, slot in flow.slots.items() if slot.type.kind == kind)
    results = (each.name for action in flow.actions.values() for each in action.results if each.type.kind == kind)
    fields = (name for name, field in flow.summary.items() if field.type.kind == kind)
    return frozenset((*slots, *results, *fields))


def shown(name: str, written: str, amounts: frozenset[str], booleans: frozenset[str] = frozenset()) -> str:
    """A value as the record has it; "£3.50" for 3.5 where the name is an amount's, "yes" for true where a boolean's."""
    if name in booleans:
        return YES_NO.get(written, written)
    if name not in amounts:
        return written
    try:
        pounds = Decimal(written)
        return f"{'−' if pounds < 0 else ''}£{abs(pounds):,.2f}".removesuffix(".00")
    except InvalidOperation:
        # Hidden, or nothing.
        return written
