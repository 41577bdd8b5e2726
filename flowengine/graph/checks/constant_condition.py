"""A condition is always true, or always false.

It names nothing that could differ from call to call; or it compares a thing with itself, with a value of another type,
with a number outside its range; or its parts contradict each other. One of its arms is never taken. `x != "a" or
x != "b"` is the best known: it is true of everything.

Bad:

    state first
      if contact.plan != "basic" or contact.plan != "full"
        say "Hello."
      -> goodbye

Good:

    state first
      if contact.plan == "basic"
        say "Hello."
      -> goodbye
"""

from __future__ import annotations

from collections.abc import Iterator

from jinja2 import nodes

from flowengine.graph.checks.rule import Rule
from flowengine.graph.conditions import Context, verdict
from flowengine.graph.expression_types import asked_about, declared_types, without
from flowengine.graph.jinja import read
from flowengine.graph.model import Do, Expression, If, Set
from flowengine.graph.names import Draft
from flowengine.graph.walk import every_statement
from flowengine.language.diagnostics import Diagnostic

RULE = Rule("FL401", "constant-condition", "warning")


def check(draft: Draft) -> Iterator[Diagnostic]:
    types, asked = declared_types(draft), asked_about(draft)
    constants = _constants(draft)
    for condition in _conditions(draft):
        reading = read(condition)
        if reading.tree is None:
            continue
        help_ = "compare something of the call, or take the 'if' out"
        if reading.constant:
            yield RULE.at(condition.span, f"'{condition.text}' is the same in every call", help_)
            continue
        known = without(types, asked.get(id(condition), frozenset()))
        found = verdict(reading.tree, Context(known, constants))
        if found is not None:
            always = "always" if found else "never"
            fixed = [word.name for word in reading.words if word.name in constants]
            why = f": {fixed[0]!r} is only ever set to {constants[fixed[0]]!r}" if fixed else ""
            yield RULE.at(condition.span, f"'{condition.text}' is {always} true{why}", help_)


def _conditions(draft: Draft) -> Iterator[Expression]:
    for statement in every_statement(draft.flow):
        if isinstance(statement, If):
            yield from (arm.condition for arm in statement.arms if arm.condition is not None)
    yield from (slot.valid for slot in draft.flow.slots.values() if slot.valid is not None)


def _constants(draft: Draft) -> dict[str, object]:
    """The variables that hold one constant wherever they have a value."""
    if draft.library_alone or draft.lost_lines or draft.lost_names:
        return {}
    values: dict[str, list[nodes.Node | None]] = {}
    given = set(draft.flow.slots)
    for statement in every_statement(draft.flow):
        if isinstance(statement, Set):
            values.setdefault(statement.name, []).append(read(statement.value).tree)
        elif isinstance(statement, Do) and statement.action in draft.flow.actions:
            given.update(result.name for result in draft.flow.actions[statement.action].results)
    found: dict[str, object] = {}
    for name, trees in values.items():
        constants = [tree.value for tree in trees if isinstance(tree, nodes.Const)]
        if name not in given and len(constants) == len(trees) and all(each == constants[0] for each in constants):
            found[name] = constants[0]
    return found
