"""Values of a record as a person reads them: an amount of money is one of pounds, which is what the language knows."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from flowengine.graph.model import Flow


def amounts_of(flow: Flow) -> frozenset[str]:
    """The names under which a call of this flow keeps amounts of money: of slots, and of what actions answer."""
    slots = (name for name, slot in flow.slots.items() if slot.type.kind == "money")
    results = (each.name for action in flow.actions.values() for each in action.results if each.type.kind == "money")
    fields = (name for name, field in flow.summary.items() if field.type.kind == "money")
    return frozenset((*slots, *results, *fields))


def shown(name: str, written: str, amounts: frozenset[str]) -> str:
    """A value as the record has it, or "£3.50" for 3.5 where that name is an amount's."""
    if name not in amounts:
        return written
    try:
        pounds = Decimal(written)
        return f"{'−' if pounds < 0 else ''}£{abs(pounds):,.2f}".removesuffix(".00")
    except InvalidOperation:
        # Hidden, or nothing.
        return written
