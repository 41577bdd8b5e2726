"""What conditions say together: which are always true, which never, and which repeat what an earlier one said.

Only what is certain is claimed. A condition is looked at as comparisons of one thing with a constant, joined by `and`,
`or` and `not`; anything else in it may be either.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf
from typing import Any

from jinja2 import nodes

from flowengine.graph.expression_types import Path, Types, Typing
from flowengine.graph.kinds import Type

# `Any`: constants of any kind are compared, and a TypeError is an answer too.
_OPERATORS: Mapping[str, Callable[[Any, Any], object]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "lteq": operator.le,
    "gt": operator.gt,
    "gteq": operator.ge,
}
_OPPOSITE = {"eq": "ne", "ne": "eq", "lt": "gteq", "gteq": "lt", "gt": "lteq", "lteq": "gt"}
_MIRRORED = {"eq": "eq", "ne": "ne", "lt": "gt", "gt": "lt", "lteq": "gteq", "gteq": "lteq"}

_CALENDAR = {"hour": (0, 23), "minute": (0, 59), "second": (0, 59), "month": (1, 12), "day": (1, 31), "weekday": (0, 6)}
"""The range of each attribute, or method, of a date or time."""


@dataclass(frozen=True, slots=True)
class Bound:
    """One thing compared with a constant. `lowest` and `highest`: the range that it cannot leave anyway."""

    subject: str
    op: str
    value: object
    lowest: float = -inf
    highest: float = inf


@dataclass(frozen=True, slots=True)
class Context:
    """What is known of names: types, and the variables that only ever hold one value."""

    types: Types
    constants: Mapping[str, object]


def verdict(node: nodes.Node, context: Context) -> bool | None:
    """Whether a condition is always true (True), never (False), or sometimes."""
    match node:
        case nodes.Const():
            return bool(node.value)
        case nodes.Name(name=str(name)) if name in context.constants:
            return bool(context.constants[name])
        case nodes.Not():
            inner = verdict(node.node, context)
            return None if inner is None else not inner
        case nodes.And():
            parts = list(conjuncts(node))
            found = [verdict(part, context) for part in parts]
            if False in found or contradictory(_bounds(parts, context)):
                return False
            return True if all(found) else None
        case nodes.Or():
            parts = list(_disjuncts(node))
            found = [verdict(part, context) for part in parts]
            if True in found or contradictory([opposite(each) for each in _bounds(parts, context)]):
                return True
            return False if all(each is False for each in found) else None
        case nodes.Compare() if len(node.ops) == 1:
            return _compared(node, context)
        case _:
            return None


def conjuncts(node: nodes.Node) -> Iterator[nodes.Node]:
    """The parts of a condition that must all hold."""
    if isinstance(node, nodes.And):
        yield from conjuncts(node.left)
        yield from conjuncts(node.right)
    else:
        yield node


def bound(node: nodes.Node, context: Context) -> Bound | None:
    """A condition as one comparison, if it is one."""
    if isinstance(node, nodes.Not):
        inner = bound(node.node, context)
        return opposite(inner) if inner is not None else None
    if not isinstance(node, nodes.Compare) or len(node.ops) != 1 or node.ops[0].op not in _OPPOSITE:
        return None
    left, right, op = node.expr, node.ops[0].expr, node.ops[0].op
    if isinstance(left, nodes.Const):
        left, right, op = right, left, _MIRRORED[op]
    subject = _subject(left)
    if subject is None or not isinstance(right, nodes.Const):
        return None
    lowest, highest = _range(left, context.types)
    return Bound(subject, op, right.value, lowest, highest)


def opposite(one: Bound) -> Bound:
    """What holds when this does not."""
    return replace(one, op=_OPPOSITE[one.op])


def contradictory(bounds: Iterable[Bound]) -> bool:
    """Whether these can never hold together."""
    by_subject: dict[str, list[Bound]] = {}
    for each in bounds:
        by_subject.setdefault(each.subject, []).append(each)
    return any(_impossible(group) for group in by_subject.values())


def repeats(earlier: nodes.Node, later: nodes.Node) -> bool:
    """Whether `later` holds only when `earlier` does, since it says the same, or the same and more."""
    said = list(conjuncts(later))
    return all(part in said for part in conjuncts(earlier))


def _impossible(bounds: Sequence[Bound]) -> bool:
    for each in bounds:
        if each.op == "eq" and not all(_holds(each.value, other) for other in bounds):
            return True
    low, low_open, high, high_open = bounds[0].lowest, False, bounds[0].highest, False
    for each in bounds:
        value = _number(each.value)
        if value is None:
            continue
        if each.op in ("gt", "gteq") and (value, each.op == "gt") > (low, low_open):
            low, low_open = value, each.op == "gt"
        if each.op in ("lt", "lteq") and (-value, each.op == "lt") > (-high, high_open):
            high, high_open = value, each.op == "lt"
        if each.op == "eq" and not low <= value <= high:
            return True
    return low > high or (low == high and (low_open or high_open))


def _holds(value: object, other: Bound) -> bool:
    try:
        return bool(_OPERATORS[other.op](value, other.value))
    except TypeError:
        return True


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _bounds(parts: list[nodes.Node], context: Context) -> list[Bound]:
    found = [bound(part, context) for part in parts]
    return [each for each in found if each is not None]


def _disjuncts(node: nodes.Node) -> Iterator[nodes.Node]:
    if isinstance(node, nodes.Or):
        yield from _disjuncts(node.left)
        yield from _disjuncts(node.right)
    else:
        yield node


def _compared(node: nodes.Compare, context: Context) -> bool | None:
    left, right, op = node.expr, node.ops[0].expr, node.ops[0].op
    if op not in _OPPOSITE:
        return None
    if left == right and not any(True for _ in left.find_all(nodes.Call)):
        return op in ("eq", "lteq", "gteq")
    values = [_known(side, context) for side in (left, right)]
    if None not in values:
        return _outcome(op, *(each[0] for each in values if each is not None))
    one = bound(node, context)
    if one is not None and contradictory([one]):
        return False
    if one is not None and contradictory([opposite(one)]):
        return True
    typing = Typing("")
    kinds = [typing.of(side, context.types) for side in (left, right)]
    return op == "ne" if op in ("eq", "ne") and _never_equal(*kinds) else None


def _never_equal(one: Type | None, other: Type | None) -> bool:
    if one is None or other is None or one.kind == other.kind:
        return False
    return {one.kind, other.kind} != {"number", "boolean"}


def _known(node: nodes.Node, context: Context) -> tuple[object] | None:
    match node:
        case nodes.Const():
            return (node.value,)
        case nodes.Name(name=str(name)) if name in context.constants:
            return (context.constants[name],)
        case _:
            return None


def _outcome(op: str, left: object, right: object) -> bool | None:
    try:
        return bool(_OPERATORS[op](left, right))
    except TypeError:
        return None


def _subject(node: nodes.Node) -> str | None:
    match node:
        case nodes.Name(name=str(name)):
            return name
        case nodes.Getattr(node=inner, attr=str(attribute)):
            before = _subject(inner)
            return f"{before}.{attribute}" if before is not None else None
        case nodes.Call(node=nodes.Getattr(attr="weekday") as method, args=[], kwargs=[]):
            before = _subject(method)
            return f"{before}()" if before is not None else None
        case nodes.Filter(node=nodes.Expr() as inner, name="length", args=[]):
            before = _subject(inner)
            return f"{before}|length" if before is not None else None
        case _:
            return None


def _range(node: nodes.Node, types: Types) -> tuple[float, float]:
    """What a thing can be at least, and at most."""
    match node:
        case nodes.Name(name="turns"):
            return 0, inf
        case nodes.Name(name="sentiment" | "mood"):
            return -1, 1
        case nodes.Filter(name="length"):
            return 0, inf
        case nodes.Getattr(node=inner, attr=str(attribute)) if attribute != "weekday":
            return _CALENDAR.get(attribute, (-inf, inf)) if _is_calendar(inner, types) else (-inf, inf)
        case nodes.Call(node=nodes.Getattr(node=inner, attr="weekday")):
            return _CALENDAR["weekday"] if _is_calendar(inner, types) else (-inf, inf)
        case _:
            return -inf, inf


def _is_calendar(node: nodes.Node, types: Types) -> bool:
    path: Path = ()
    match node:
        case nodes.Name(name=str(name)):
            path = (name,)
        case nodes.Getattr(node=nodes.Name(name=str(name)), attr=str(attribute)):
            path = (name, attribute)
        case _:
            pass
    known = types.get(path)
    return known is not None and known.kind in ("date", "time", "datetime")
