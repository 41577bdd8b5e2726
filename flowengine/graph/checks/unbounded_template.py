"""A template or an expression does what could grow without end, or run for long.

A call answers within a second, and a flow may be changed by anybody who reaches its editor. So there is no `**`, a
text is not repeated by `*` or filled in by `%`, a `for` stands at most in one other `for` and does not call itself, and
numbers have at most 30 digits. What remains is bounded when it runs: 10,000 characters, 1,000 items, 10,000 steps.

Bad:

    state first
      say "It costs {{ 2 ** 10 }} pounds."
      -> goodbye

Good:

    state first
      say "It costs {{ 2 * 10 }} pounds."
      -> goodbye
"""

from __future__ import annotations

from collections.abc import Iterator

from jinja2 import nodes

from flowengine.graph.allowed import DEEPEST_LOOPS, LARGEST_NUMBER
from flowengine.graph.checks.rule import Rule
from flowengine.graph.jinja import children, place, read
from flowengine.graph.names import Draft
from flowengine.graph.walk import written
from flowengine.language.diagnostics import Diagnostic

RULE = Rule("FL517", "unbounded-template", "error")

_LOOKED_FOR = frozenset({nodes.Pow, nodes.Mod, nodes.Mul, nodes.For, nodes.List, nodes.Tuple, nodes.Dict, nodes.Const})
_MANY = (nodes.List, nodes.Tuple, nodes.Dict)


def check(draft: Draft) -> Iterator[Diagnostic]:
    for each in written(draft.flow):
        reading = read(each.text)
        tree = reading.tree
        if tree is None or reading.kinds.isdisjoint(_LOOKED_FOR):
            continue
        source = draft.sources.get(each.text.span.path)
        told: set[int] = set()
        for offset, message, help_ in _found(tree, 0):
            if offset in told:  # `2 ** 3 * "a"`: once the first is mended, the second is told of
                continue
            told.add(offset)
            yield RULE.at(place(each.text, source, offset), message, help_)


def _found(node: nodes.Node, loops: int) -> Iterator[tuple[int, str, str]]:
    match node:
        case nodes.Pow():
            yield node.lineno, "'**' has no bound", "multiply with '*'"
        case nodes.Mod(left=left) if _is_text(left):
            yield node.lineno, "'%' does not fill texts in", "join texts with '~'"
        case nodes.Mul(left=left, right=right) if any(
            _is_text(side) or isinstance(side, _MANY) for side in (left, right)
        ):
            yield node.lineno, "a text or a list cannot be repeated", "write it as often as it is said"
        case nodes.Const(value=int() | float() as value) if abs(value) > LARGEST_NUMBER:
            yield node.lineno, "this number is too large", "30 digits are the limit"
        case nodes.For(recursive=True):
            yield node.lineno, "a 'for' cannot call itself", "take 'recursive' out"
        case nodes.For() if loops == DEEPEST_LOOPS:
            yield node.lineno, "a third 'for' within 'for' may run for long", "say less, or make it in several steps"
            return
        case nodes.List() | nodes.Tuple() | nodes.Dict() if _nested(node):
            yield node.lineno, "a list within a list cannot be bounded", "make one flat list"
            return
        case _:
            pass
    for part in children(node):
        yield from _found(part, loops + isinstance(node, nodes.For))


def _is_text(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Const) and isinstance(node.value, str)


def _nested(node: nodes.Node) -> bool:
    inner = [part for pair in node.items for part in (pair.key, pair.value)] if isinstance(node, nodes.Dict) else None
    return any(isinstance(part, _MANY) for part in inner or children(node))
