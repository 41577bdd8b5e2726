"""The texts that a name can hold, where they are known: choices of `one of (…)`, and what `set` gives a variable."""

from __future__ import annotations

from collections.abc import Mapping

from jinja2 import nodes

from flowengine.graph.expression_types import Path
from flowengine.graph.jinja import read
from flowengine.graph.model import Do, Set
from flowengine.graph.names import Draft
from flowengine.graph.walk import every_statement


def declared_choices(draft: Draft) -> Mapping[Path, tuple[str, ...]]:
    """The choices of contact fields and slots that nothing else gives a value, and the outcomes of `call.outcome`."""
    flow = draft.flow
    found: dict[Path, tuple[str, ...]] = {("contact", name): each.type.choices for name, each in flow.contact.items()}
    found |= {(name,): slot.type.choices for name, slot in flow.slots.items() if name not in flow.variables}
    if not draft.library_alone:  # the flow that uses it has outcomes of its own
        found["call", "outcome"] = tuple(flow.outcomes)
    return {path: choices for path, choices in found.items() if choices}


def known_choices(draft: Draft) -> Mapping[Path, tuple[str, ...]]:
    """The same, and those of variables whose every value is a constant text or a choice of an action's result."""
    if draft.library_alone or draft.lost_names:
        return declared_choices(draft)
    values: dict[str, list[tuple[str, ...] | None]] = {}
    for statement in every_statement(draft.flow):
        if isinstance(statement, Set):
            values.setdefault(statement.name, []).append(_constants(statement))
        elif isinstance(statement, Do) and statement.action in draft.flow.actions:
            for result in draft.flow.actions[statement.action].results:
                values.setdefault(result.name, []).append(result.type.choices or None)
    found = dict(declared_choices(draft))
    for name, all_of_them in values.items():
        slot = draft.flow.slots.get(name)
        every = [*all_of_them, slot.type.choices or None] if slot is not None else all_of_them
        if all(every):
            found[name,] = tuple(dict.fromkeys(value for each in every if each for value in each))
    return found


def _constants(statement: Set) -> tuple[str, ...] | None:
    """The texts that a `set` can give; None where they are not known."""
    tree = read(statement.value).tree
    parts = [tree.expr1, tree.expr2] if isinstance(tree, nodes.CondExpr) else [tree]
    found = [part.value for part in parts if isinstance(part, nodes.Const) and isinstance(part.value, str)]
    return tuple(found) if len(found) == len(parts) else None
