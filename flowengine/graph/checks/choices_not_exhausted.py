"""An `if` answers some of the choices of a `one of (…)`, and says nothing of the others.

Where several arms take a choice each, the one that has none mostly is forgotten: its callers silently get what comes
after. Give it an arm, or an `else`. (A single `if` asks about one choice on purpose.)

Bad:

    slot size: one of (small, medium, large)
      ask "Small, medium or large?"

    state first
      collect size
        done -> price
        failed -> goodbye

    state price
      if size == "small"
        say "That is ten pounds."
      elif size == "medium"
        say "That is twelve pounds."
      -> goodbye

Good:

    slot size: one of (small, medium, large)
      ask "Small, medium or large?"

    state first
      collect size
        done -> price
        failed -> goodbye

    state price
      if size == "small"
        say "That is ten pounds."
      elif size == "medium"
        say "That is twelve pounds."
      else
        say "That is fifteen pounds."
      -> goodbye
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from jinja2 import nodes

from flowengine.graph.checks.rule import Rule
from flowengine.graph.choices import declared_choices
from flowengine.graph.expression_types import Path, path_of
from flowengine.graph.jinja import read
from flowengine.graph.model import If
from flowengine.graph.names import Draft
from flowengine.graph.walk import undamaged
from flowengine.language.diagnostics import Diagnostic

RULE = Rule("FL317", "choices-not-exhausted", "warning")


def check(draft: Draft) -> Iterator[Diagnostic]:
    choices = declared_choices(draft)
    for statement in undamaged(draft):
        if isinstance(statement, If) and len(statement.arms) > 1 and statement.arms[-1].condition is not None:
            found = _answered(statement, choices)
            if found is None:
                continue
            path, answered = found
            missing = [choice for choice in choices[path] if choice not in answered]
            if missing:
                message = f"nothing here is for {' or '.join(map(repr, missing))} of '{'.'.join(path)}'"
                yield RULE.at(statement.span, message, "add an 'elif' for it, or an 'else'")


def _answered(statement: If, choices: Mapping[Path, tuple[str, ...]]) -> tuple[Path, frozenset[str]] | None:
    """What a chain compares in every arm, and with which choices; None where it asks of anything else."""
    path: Path = ()
    answered: set[str] = set()
    for arm in statement.arms:
        tree = read(arm.condition).tree if arm.condition is not None else None
        found = list(_comparisons(tree)) if tree is not None else []
        for each in found:
            if each is None or each[0] not in choices or path not in ((), each[0]):
                return None
            path = each[0]
            answered.update(each[1])
    return (path, frozenset(answered)) if path else None


def _comparisons(node: nodes.Node) -> Iterator[tuple[Path, tuple[str, ...]] | None]:
    """`x == "a"`, `x in ["a", "b"]`, and those joined by `or`; None for what is no such thing."""
    match node:
        case nodes.Or():
            yield from _comparisons(node.left)
            yield from _comparisons(node.right)
        case nodes.Compare(expr=subject, ops=[nodes.Operand(op="eq", expr=nodes.Const(value=str(value)))]):
            yield path_of(subject), (value,)
        case nodes.Compare(expr=subject, ops=[nodes.Operand(op="in", expr=nodes.List(items=items))]):
            yield path_of(subject), tuple(str(getattr(item, "value", "")) for item in items)
        case _:
            yield None
