"""Which conditions can hold together on one path: of contact fields, and of variables between the places that set them.

A condition that is not followed may come out either way. One is followed as far as its names keep still: `turns`, `now`
and the like change by themselves, a slot whenever the caller takes a turn, a variable where it is set.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from jinja2 import nodes

from flowengine.graph.effects import Assigned, Assumed, Effect, Turned
from flowengine.graph.jinja import Reading, read
from flowengine.graph.model import Expression, Flow

Truth = bool | None
Known = tuple[Truth, ...]
"""What is known of each condition that is followed: that it holds, that it does not, or nothing."""

_KEEP_STILL = frozenset({"contact", "agent"})
_CHANGE = frozenset({"turns", "now", "today", "daypart", "last_heard", "sentiment", "mood", "call", "slots"})

# `Any`: constants of an author's condition, of whatever type.
_SIGNS: dict[str, Callable[[Any, Any], object]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "lteq": operator.le,
    "gt": operator.gt,
    "gteq": operator.ge,
}

_UNKNOWN = object()
_QUOTES = frozenset("'\"")


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition: its words without a leading `not`, and the names it depends on (`contact.plan`, `told`)."""

    text: str
    names: frozenset[str]
    tree: nodes.Node

    @property
    def roots(self) -> frozenset[str]:
        """The names without attributes: `visit_day` of `visit_day.month`, which changes with it."""
        return frozenset(name.partition(".")[0] for name in self.names)


class Conditions:
    """The conditions that a proof follows."""

    def __init__(self, flow: Flow, followed: tuple[Condition, ...] = ()) -> None:
        self._flow = flow
        self.followed = followed
        self.nothing: Known = (None,) * len(followed)

    def following(self, expression: Expression) -> Conditions | None:
        """These and one more; None where it is followed already, or cannot be."""
        found, _ = condition(expression)
        if found is None or found.names & _CHANGE or self.follows(expression):
            return None
        if not found.roots <= (_KEEP_STILL | self._flow.variables | set(self._flow.slots)):
            return None
        return Conditions(self._flow, (*self.followed, found))

    def follows(self, expression: Expression) -> bool:
        """Whether a condition is among them."""
        found, _ = condition(expression)
        return found is not None and any(found.text == each.text for each in self.followed)

    def after(self, effect: Effect, known: Known) -> Known | None:
        """What is known after an effect; None when it cannot happen."""
        if not self.followed:
            return known
        match effect:
            case Assumed(condition=expression, holds=holds):
                return self._assumed(expression, holds, known)
            case Assigned(name=name, value=value):
                constant = _constant(value)
                return self._changed(known, lambda each: name in each.roots, {name: constant})
            case Turned():
                return self._changed(known, lambda each: not each.roots.isdisjoint(self._flow.slots), {})
            case _:
                return known

    def _assumed(self, expression: Expression, holds: bool, known: Known) -> Known | None:
        found, negated = condition(expression)
        if found is None:
            return known
        truth = holds != negated
        values = _given(found, truth)
        after = list(known)
        for index, each in enumerate(self.followed):
            now: Truth = truth if each.text == found.text else None
            if now is None and values and each.names <= values.keys():
                now = _truth(each, values)
            if now is None:
                continue
            if after[index] is not None and after[index] != now:
                return None
            after[index] = now
        return tuple(after)

    def _changed(self, known: Known, concerns: Callable[[Condition], bool], values: dict[str, object]) -> Known:
        return tuple(
            (_truth(each, values) if each.names <= values.keys() else None) if concerns(each) else truth
            for each, truth in zip(self.followed, known, strict=True)
        )


@lru_cache(maxsize=65_536)
def condition(expression: Expression) -> tuple[Condition | None, bool]:
    """The condition of an `if` without its leading `not`, and whether there was one; None where it cannot be read."""
    reading: Reading = read(expression)
    tree = reading.tree
    if tree is None:
        return None, False
    # Blanks between words mean nothing; those in quotes do.
    text = expression.text.strip() if _QUOTES & set(expression.text) else " ".join(expression.text.split())
    negated = False
    while isinstance(tree, nodes.Not):
        tree, negated = tree.node, not negated
        text = text.removeprefix("not").strip()
    names = frozenset(f"{word.name}.{word.attribute}" if word.attribute else word.name for word in reading.words)
    return Condition(text, names, tree), negated


def truth_of(assumed: Assumed) -> tuple[str, bool]:
    """A condition's words without a leading `not`, and whether they held."""
    found, negated = condition(assumed.condition)
    return (found.text if found is not None else assumed.condition.text), assumed.holds != negated


def _given(found: Condition, truth: bool) -> dict[str, object]:
    """The value that an equality gives a name: `contact.plan == "full"`."""
    match found.tree:
        case nodes.Compare(expr=left, ops=[nodes.Operand(op="eq" | "ne" as sign, expr=right)]):
            for subject, other in ((left, right), (right, left)):
                if isinstance(other, nodes.Const) and (name := _name(subject)) and truth == (sign == "eq"):
                    return {name: other.value}
        case _:
            pass
    return {}


def _constant(value: Expression | None) -> object:
    tree = read(value).tree if value is not None else None
    return tree.value if isinstance(tree, nodes.Const) else _UNKNOWN


def _truth(found: Condition, values: dict[str, object]) -> Truth:
    value = _value(found.tree, values)
    return None if value is _UNKNOWN else bool(value)


def _value(node: nodes.Node, values: dict[str, object]) -> object:
    """The value of a simple expression under these values; `_UNKNOWN` of any other."""
    match node:
        case nodes.Const(value=value):
            return value
        case nodes.Name() | nodes.Getattr():
            return values.get(_name(node), _UNKNOWN)
        case nodes.Not(node=inner):
            value = _value(inner, values)
            return value if value is _UNKNOWN else not value
        case nodes.And(left=left, right=right) | nodes.Or(left=left, right=right):
            first, second = _value(left, values), _value(right, values)
            if first is _UNKNOWN or second is _UNKNOWN:
                return _UNKNOWN
            return (first and second) if isinstance(node, nodes.And) else (first or second)
        case nodes.Compare(expr=left, ops=[nodes.Operand(op=sign, expr=right)]) if sign in _SIGNS:
            first, second = _value(left, values), _value(right, values)
            if first is _UNKNOWN or second is _UNKNOWN:
                return _UNKNOWN
            try:
                return _SIGNS[sign](first, second)
            except TypeError:
                return _UNKNOWN
        case _:
            return _UNKNOWN


def _name(node: nodes.Node) -> str:
    match node:
        case nodes.Getattr(node=nodes.Name(name=str(name)), attr=str(attribute)):
            return f"{name}.{attribute}"
        case nodes.Name(name=str(name)):
            return name
        case _:
            return ""
