"""The types of names, and of a text's parts: what is surely known before the first call, and what cannot be.

Types are known of contact fields, slots, built-in names, results of actions, and variables whose every `set` gives them
the same. What is not known bears everything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import get_args

from jinja2 import nodes

from flowengine.graph.allowed import OF_ONE_VALUE
from flowengine.graph.edges import statements
from flowengine.graph.jinja import children, read
from flowengine.graph.kinds import (
    BOOLEAN,
    LIST,
    NUMBER,
    TEXT,
    TYPES,
    Type,
    attribute_type,
    filtered,
    has,
    joined,
    operate,
    out_of_reach,
    refuses,
    type_of,
)
from flowengine.graph.model import Do, Expression, If, Set, Template, TypeKind, ValueType
from flowengine.graph.names import Draft
from flowengine.graph.walk import every_statement, written_by
from flowengine.language import ast

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Types:
    """The types of names; of what is `hidden`, and of its parts, nothing is known here."""

    known: Mapping[Path, Type]
    hidden: frozenset[Path] = frozenset()

    def get(self, path: Path) -> Type | None:
        return None if path in self.hidden or path[:1] in self.hidden else self.known.get(path)


_BUILT_IN: Mapping[Path, Type] = {
    ("agent", "name"): TEXT,
    ("agent", "company"): TEXT,
    ("call", "outcome"): TEXT,
    ("today",): TYPES["date"],
    ("now",): TYPES["datetime"],
    ("daypart",): TEXT,
    ("turns",): NUMBER,
    ("last_heard",): TEXT,
    ("sentiment",): NUMBER,
    ("mood",): NUMBER,
}
MOST_ROUNDS = 8
"""How far back it is followed that a variable is set from one set further down."""
_SIGNS = {"lt": "<", "lteq": "<=", "gt": ">", "gteq": ">=", "in": "in", "notin": "in"}
_TOKEN = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|[\w.]*\w")


def declared_types(draft: Draft) -> Types:
    """The type of every name that surely has one: by what is declared, and by all that gives it a value."""
    if draft.library_alone:  # the flow that uses it may declare the same names again
        return Types(_BUILT_IN)
    flow, lost = draft.flow, draft.lost_names
    sure = _declared_well(draft)
    known: dict[Path, Type] = {
        ("contact", name): typed(each.type) for name, each in flow.contact.items() if name in sure
    }
    variables = {} if "" in lost else {name: slot.type for name, slot in flow.slots.items() if name in sure}
    known |= {(name,): typed(type_) for name, type_ in variables.items() if name not in flow.variables}
    known |= _BUILT_IN
    settings: dict[str, list[Set]] = {}
    results: dict[str, list[Type | None]] = {}
    for statement in every_statement(flow):
        if isinstance(statement, Set):
            settings.setdefault(statement.name, []).append(statement)
        elif isinstance(statement, Do) and statement.action in flow.actions:
            for result in flow.actions[statement.action].results:
                results.setdefault(result.name, []).append(typed(result.type) if result.name in sure else None)
    given_somewhere = dict.fromkeys((*settings, *results))
    for _ in range(MOST_ROUNDS):  # a variable set from another is known once that one is
        before = len(known)
        for name in given_somewhere:
            if "" in lost or name in lost or (name,) in known or (name in flow.slots and name not in variables):
                continue
            given = [_value(statement.value, Types(known)) for statement in settings.get(name, ())]
            given += results.get(name, [])
            type_ = joined([*given, typed(variables[name])] if name in variables else given)
            if type_ is not None:
                known[name,] = type_
        if len(known) == before:
            break
    return Types(known)


def type_of_text(text: Template | Expression, types: Types, hidden: frozenset[Path]) -> Type | None:
    """The type of a whole expression, where it is known; `hidden`: what an `if` around it asks about with `is`."""
    tree = read(text).tree
    return Typing(text.text).of(tree, without(types, hidden)) if tree is not None else None


@dataclass(frozen=True, slots=True)
class Leaf:
    """One of the values that an expression can give: its part of the text, and its type where that is known."""

    node: nodes.Node
    type: Type | None
    start: int
    end: int


def leaves(expression: Expression, types: Types) -> Iterator[Leaf]:
    """What an expression can give: the arms of its `if` and `else`, the sides of its `and` and `or`, else the whole."""
    tree = read(expression).tree
    known = without(types, _tested(tree))
    waiting = [tree] if tree is not None else []
    while waiting:
        node = waiting.pop(0)
        match node:
            case nodes.CondExpr():
                waiting += [arm for arm in (node.expr1, node.expr2) if arm is not None]
            case nodes.And() | nodes.Or():
                waiting += [node.left, node.right]
            case _:
                type_ = Typing(expression.text).of(node, known)
                yield Leaf(node, type_, start_of(node), end_of(node, expression.text))


def typed(type_: ValueType) -> Type:
    """The kind of value that a declared type has."""
    return TYPES[type_.kind]


def _declared_well(draft: Draft) -> frozenset[str]:
    """Slots, contact fields and results of actions whose type was written without a mistake."""
    sure: set[str] = set()
    unsure = set(draft.lost_names)
    for unit in draft.units:
        for item in unit.file.items:
            for part in _typed_parts(item):
                whole = (unit.source.path, part.name.span.line) not in draft.lost_lines
                known = part.type.name == "one of" or part.type.name in get_args(TypeKind)
                (sure if whole and known else unsure).add(part.name.text)
    return frozenset(sure - unsure)


def _typed_parts(item: ast.Item) -> tuple[ast.Field | ast.Slot | ast.Parameter, ...]:
    match item:
        case ast.Contact(fields=fields):
            return fields
        case ast.Slot():
            return (item,)
        case ast.Action(results=results):
            return results
        case _:
            return ()


def asked_about(draft: Draft) -> dict[int, frozenset[Path]]:
    """By text: what an `if` around it asks about with `is`, so that its type is other than declared there."""
    found: dict[int, frozenset[Path]] = {}
    for statement in every_statement(draft.flow):
        if not isinstance(statement, If):
            continue
        asked: frozenset[Path] = frozenset()
        for arm in statement.arms:
            tree = read(arm.condition).tree if arm.condition is not None else None
            if arm.condition is not None:
                found[id(arm.condition)] = found.get(id(arm.condition), frozenset()) | asked
            asked |= _tested(tree)
            for inner in statements(arm.body) if asked else ():
                for each in written_by(inner):
                    found[id(each.text)] = found.get(id(each.text), frozenset()) | asked
    return found


def _value(expression: Expression, types: Types) -> Type | None:
    tree = read(expression).tree
    return Typing(expression.text).of(tree, types) if tree is not None else None


def _tested(tree: nodes.Node | None) -> frozenset[Path]:
    """What a condition asks about with `is`."""
    if tree is None:
        return frozenset()
    tests = [*tree.find_all(nodes.Test), *([tree] if isinstance(tree, nodes.Test) else [])]
    return frozenset(path for test in tests if (path := path_of(test.node)))


def without(types: Types, hidden: frozenset[Path]) -> Types:
    """The types, but for the names that are hidden, and for their attributes."""
    return Types(types.known, types.hidden | hidden) if hidden else types


def path_of(node: nodes.Node) -> Path:
    """`name` or `name.attribute`, as a path of types; empty for anything else."""
    match node:
        case nodes.Name(name=str(name)):
            return (name,)
        case nodes.Getattr(node=nodes.Name(name=str(name)), attr=str(attribute)):
            return (name, attribute)
        case _:
            return ()


class Typing:
    """One text: the types of its parts, and what cannot be."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.problems: list[tuple[int, int, str, str]] = []

    def of(self, node: nodes.Node, types: Types) -> Type | None:
        """The type of a node, its parts looked through."""
        match node:
            case nodes.Const():
                return type_of(node.value)
            case nodes.Name():
                return types.get(path_of(node))
            case nodes.Getattr():
                return types.get(path_of(node)) or self._attribute(node, types)
            case nodes.Filter(node=nodes.Expr()):
                return self._filter(node, types)
            case nodes.Compare():
                return self._compare(node, types)
            case nodes.And() | nodes.Or():
                right = self.of(node.right, without(types, _tested(node.left)))
                return joined([self.of(node.left, types), right])
            case nodes.CondExpr():
                self.of(node.test, types)
                inner = without(types, _tested(node.test))
                other = self.of(node.expr2, inner) if node.expr2 is not None else None
                return joined([self.of(node.expr1, inner), other])
            case nodes.If():
                self.of(node.test, types)
                inner = without(types, _tested(node.test))
                for part in (*node.body, *node.elif_, *node.else_):
                    self.of(part, inner)
                return None
            case nodes.BinExpr():
                return self._binary(node, types)
            case nodes.Not():
                self.of(node.node, types)
                return BOOLEAN
            case nodes.Concat():
                self._parts(node, types)
                return TEXT
            case nodes.Test():
                # `x.hour is defined` asks what the check would complain about.
                self._parts(node.node if isinstance(node.node, nodes.Getattr) else node, types)
                return BOOLEAN
            case _:
                self._parts(node, types)
                return LIST if isinstance(node, nodes.List | nodes.Tuple) else None

    def _parts(self, node: nodes.Node, types: Types) -> None:
        for part in children(node):
            self.of(part, types)

    def _filter(self, node: nodes.Filter, types: Types) -> Type | None:
        assert node.node is not None
        for argument in node.args:
            self.of(argument, types)
        if node.name in ("default", "d") and isinstance(node.node, nodes.Getattr):
            self._parts(node.node, types)
            return None
        given = self.of(node.node, types)
        if given is None or not refuses(node.name, given):
            return filtered(node.name, given)
        takes = "a text or a list" if node.name in ("first", "join", "last", "length") else "a number"
        if node.name in OF_ONE_VALUE:
            takes = "one value"
        message = f"{node.name!r} takes {takes}, and {self._shown(node.node)} is {given.words}"
        self._report(node, message, _for_filter(node.name, given))
        return None

    def _attribute(self, node: nodes.Getattr, types: Types) -> Type | None:
        given = self.of(node.node, types)
        if given is None or out_of_reach(node.attr):
            return None
        if has(given, node.attr):
            return attribute_type(given, node.attr)
        message = f"{self._shown(node.node)} is {given.words}, which has no {node.attr!r}"
        others = [TYPES[kind].words for kind in ("date", "time", "datetime") if has(TYPES[kind], node.attr)]
        help_ = f"{' and '.join(others)} have it; ask for one, or take it out" if others else "take it out"
        self._report(node, message, help_)
        return None

    def _compare(self, node: nodes.Compare, types: Types) -> Type:
        left = node.expr
        before = self.of(left, types)
        for operand in node.ops:
            after = self.of(operand.expr, types)
            sign = operand.op
            bears, _ = operate("in" if sign == "notin" else sign, before, after)
            if not bears and before is not None and after is not None:
                what = "looked for in" if sign in ("in", "notin") else f"compared by {_SIGNS[sign]!r} with"
                message = f"{before.words} cannot be {what} {after.words}"
                help_ = _for_comparison(self._words(left), before, self._words(operand.expr), after, sign)
                self._report(left, message, help_, operand.expr)
                break
            left, before = operand.expr, after
        return BOOLEAN

    def _binary(self, node: nodes.BinExpr, types: Types) -> Type | None:
        left, right = self.of(node.left, types), self.of(node.right, types)
        name = type(node).__name__.lower()
        bears, result = operate(name, left, right)
        if not bears and left is not None and right is not None:
            message = f"{left.words} and {right.words} do not go together with {node.operator!r}"
            self._report(node.left, message, _for_arithmetic(left, right), node.right)
        return result

    def _report(self, first: nodes.Node, message: str, help_: str, last: nodes.Node | None = None) -> None:
        self.problems.append((start_of(first), end_of(last or first, self._text), message, help_))

    def _words(self, node: nodes.Node) -> str:
        return self._text[start_of(node) : end_of(node, self._text)]

    def _shown(self, node: nodes.Node) -> str:
        words = self._words(node)
        return words if words[:1] in "\"'" else f"'{words}'"


def start_of(node: nodes.Node) -> int:
    """Where in its text a part begins."""
    inner = [start_of(part) for part in children(node)]
    # Of `a == b`, `== b` has no place: Jinja gives it none.
    return min(inner if isinstance(node, nodes.Operand) else [node.lineno, *inner])


def end_of(node: nodes.Node, text: str) -> int:
    """Where in its text a part ends."""
    inner = max([end_of(part, text) for part in children(node)], default=0)
    match node:
        case nodes.Name() | nodes.Const():
            token = _TOKEN.match(text, node.lineno)
            return token.end() if token is not None else node.lineno + 1
        case nodes.Getattr():
            return node.lineno + 1 + len(node.attr)
        case nodes.Filter():
            return max(inner, node.lineno + len(node.name))
        case nodes.Operand():
            return inner
        case _:
            return max(inner, node.lineno + 1)


def _for_filter(name: str, given: Type) -> str:
    if name in ("first", "join", "last", "length"):
        return "take the filter out"
    if given.kind == "list":
        return "take one of its items, with '| first' or '| last'"
    if given.kind in ("date", "time", "datetime", "duration", "boolean"):
        return "to have it read out, write '| spoken'"
    if given.kind == "text" and name != "abs":
        return f"declare it as a number, or make it one first: | {'float' if name == 'money' else 'int'} | {name}"
    return "give it a number"


def _for_comparison(left: str, before: Type, right: str, after: Type, sign: str) -> str:
    if sign in ("in", "notin"):
        return "after 'in' stands a list such as [1, 2], or a text to look for a text in"
    for words, one, other in ((left, before, after), (right, after, before)):
        if one.kind == "datetime" and other.kind in ("date", "time"):
            return f"compare its {other.kind}: {words}.{other.kind}()"
        if one.kind == "text" and other.kind == "number":
            bare = words.strip("\"'")
            is_number = words != bare and bare.replace(".", "", 1).isdigit()
            return f"write {bare} without quotes" if is_number else f"make the text a number first: {words} | int"
    wanted = after if before.kind in ("number", "text", "boolean", "list") else before
    example = {"date": ", such as today", "datetime": ", such as now"}.get(wanted.kind, "")
    return f"compare {wanted.words} with {wanted.words}{example}"


def _for_arithmetic(left: Type, right: Type) -> str:
    kinds = {left.kind, right.kind}
    if "text" in kinds:
        return "texts are joined with '~'; a text becomes a number with '| int'"
    if kinds & {"date", "datetime"}:
        return "a duration can be added or taken away; of two dates, one can be taken from the other"
    return "calculate with values of one type"
