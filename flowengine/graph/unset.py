"""What comes of a text when a name in it has no value yet.

At run time a slot that is not filled is nothing (`none`): it may be asked about, compared for equality and handed on,
and everything else fails; it is never spoken. A variable that no `set` has reached does not exist: whatever reads it
fails, but for `is defined` and `default`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from jinja2 import nodes

from flowengine.graph.jinja import read
from flowengine.graph.model import Expression, Template

Without = Literal["fails", "perhaps", "works"]
"""It fails whenever it is read; it fails, or hands nothing on, in some calls; it does what is meant."""

_TAKE_NOTHING = ("int", "float")
"""Filters that make a number of nothing."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The first place in a text that needs the value, and whether it is sure to be read."""

    offset: int
    without: Without


def needs(text: Template | Expression, name: str, *, slot: bool) -> Reading | None:
    """Where a text needs a name to have a value; None when it does without. The surest place is given."""
    tree = read(text).tree
    if tree is None or name in read(text).local_names:
        return None
    found = list(_Needs(name, slot).of(tree, sure=True, alone=isinstance(text, Expression)))
    return next((each for each in found if each.without == "fails"), found[0] if found else None)


def shows(condition: nodes.Node | None, name: str, *, holds: bool, slot: bool) -> bool:
    """Whether a condition that holds, or does not, shows that a name has a value."""
    match condition:
        case nodes.Not():
            return shows(condition.node, name, holds=not holds, slot=slot)
        case nodes.And() | nodes.Or():
            # What every part says when they must all hold; what each says when one is enough.
            parts = [shows(part, name, holds=holds, slot=slot) for part in (condition.left, condition.right)]
            return any(parts) if isinstance(condition, nodes.And) == holds else all(parts)
        case nodes.Name(name=str(other)):
            # A slot may be filled with 0 or "", so that it is not true says nothing.
            return other == name and holds
        case nodes.Test(node=nodes.Name(name=str(other)), name=str(test)) if other == name:
            if slot and test == "none":
                return not holds
            return holds if test == "defined" else test == "undefined" and not holds
        case nodes.Compare(expr=nodes.Name(name=str(other)), ops=[nodes.Operand(op=op, expr=nodes.Const(value=value))]):
            return other == name and value is not None and ((op == "eq" and holds) or (op == "ne" and not holds))
        case _:
            return False


class _Needs:
    def __init__(self, name: str, slot: bool) -> None:
        self._name = name
        self._slot = slot

    def of(self, node: nodes.Node, *, sure: bool, alone: bool = False) -> Iterator[Reading]:
        """`alone`: the value is handed on as it is, or asked about."""
        match node:
            case nodes.Name(name=str(name)) if name == self._name:
                if not (self._slot and alone):
                    yield Reading(node.lineno, "fails" if sure else "perhaps")
            case nodes.Getattr(node=nodes.Name(name="slots"), attr=str(name)) if name == self._name and self._slot:
                if not alone:
                    yield Reading(node.lineno + 1, "fails" if sure else "perhaps")
            case nodes.Test(node=inner):
                if not (isinstance(inner, nodes.Name) and node.name in ("defined", "undefined", "none")):
                    yield from self.of(inner, sure=sure, alone=True)
            case nodes.Filter(node=nodes.Expr() as inner, name="default" | "d"):
                fills_nothing = any(isinstance(each, nodes.Const) and each.value is True for each in node.args[1:])
                named = any(pair.key == "boolean" for pair in node.kwargs)
                if self._slot and not (fills_nothing or named):
                    yield from self.of(inner, sure=sure, alone=alone)
                elif not isinstance(inner, nodes.Name):
                    yield from self.of(inner, sure=sure, alone=True)
            case nodes.Filter(node=nodes.Expr() as inner):
                yield from self.of(inner, sure=sure, alone=node.name in _TAKE_NOTHING)
            case nodes.Compare():
                equal = all(operand.op in ("eq", "ne", "in", "notin") for operand in node.ops)
                for side in (node.expr, *(operand.expr for operand in node.ops)):
                    yield from self.of(side, sure=sure, alone=equal)
            case nodes.Not():
                yield from self.of(node.node, sure=sure, alone=True)
            case nodes.And() | nodes.Or():
                yield from self.of(node.left, sure=sure, alone=True)
                if not self._shown(node.left, holds=isinstance(node, nodes.And)):
                    yield from self.of(node.right, sure=False, alone=alone or isinstance(node.right, nodes.Name))
            case nodes.CondExpr():
                yield from self.of(node.test, sure=sure, alone=True)
                for arm, holds in ((node.expr1, True), (node.expr2, False)):
                    if arm is not None and not self._shown(node.test, holds=holds):
                        yield from self.of(arm, sure=False, alone=alone)
            case nodes.If():
                yield from self._if(node, sure)
            case nodes.For():
                yield from self.of(node.iter, sure=sure)
                for part in node.body:
                    yield from self.of(part, sure=False)
            case _:
                for part in node.iter_child_nodes():
                    yield from self.of(part, sure=sure)

    def _if(self, node: nodes.If, sure: bool) -> Iterator[Reading]:
        """An `if` block in a text: each test is read when those before it did not hold."""
        yield from self.of(node.test, sure=sure, alone=True)
        refuted = self._shown(node.test, holds=False)
        if not self._shown(node.test, holds=True):
            for part in node.body:
                yield from self.of(part, sure=False)
        if not refuted:
            for part in (*node.elif_, *node.else_):
                yield from self.of(part, sure=False)

    def _shown(self, condition: nodes.Node, *, holds: bool) -> bool:
        return shows(condition, self._name, holds=holds, slot=self._slot)
