"""What a template or an expression says, with the place of every word: for checks, never for rendering.

Jinja knows lines, but not columns. Its parser is given each token's offset in place of its line number, so that the
nodes it builds, and the errors it raises, carry offsets.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from jinja2 import Environment, TemplateSyntaxError, nodes
from jinja2.lexer import TokenStream
from jinja2.parser import Parser

from flowengine.graph.allowed import DEEPEST
from flowengine.graph.model import Expression, Template
from flowengine.language.source import Source, Span

_ENVIRONMENT = Environment(autoescape=False)

_ALLOWED = (nodes.Output, nodes.If, nodes.For, nodes.Assign)
"""What a template may hold; macros, includes and the like have no place in a sentence."""


SPACES = frozenset({"contact", "agent", "call", "slots"})
"""What holds values by the author's names."""

TOO_DEEP = f"parts stand more than {DEEPEST} deep within one another"
TOO_LONG = f"more than {DEEPEST} parts stand in a row"


@dataclass(frozen=True, slots=True)
class Word:
    """A name in a template; `attribute` for `contact.name`. `offset` is that of the attribute, else of the name."""

    name: str
    attribute: str | None
    offset: int


@dataclass(frozen=True, slots=True)
class Literal:
    """Text that is spoken as it stands."""

    text: str
    offset: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """`contact.plan == "basic"`: a name compared with a constant, as far as it is that simple."""

    name: str
    attribute: str | None
    value: str
    offset: int


@dataclass(frozen=True, slots=True)
class Fault:
    """Where and why it cannot be read."""

    message: str
    offset: int


@dataclass(frozen=True, slots=True)
class Reading:
    """All that checks want to know. In `tree` every `lineno` is an offset.

    `kinds` are the kinds of nodes in it, fields of SPACES left out: a check that looks for others need not look.
    """

    words: tuple[Word, ...] = ()
    local_names: frozenset[str] = frozenset()
    filters: tuple[Word, ...] = ()
    tests: tuple[Word, ...] = ()
    literals: tuple[Literal, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    kinds: frozenset[type[nodes.Node]] = frozenset()
    constant: bool = False
    tree: nodes.Node | None = None
    fault: Fault | None = None


def read(text: Template | Expression) -> Reading:
    """Read a template or an expression of a flow."""
    return _read_template(text.text) if isinstance(text, Template) else _read_expression(text.text)


@lru_cache(maxsize=65_536)
def _read_template(text: str) -> Reading:
    if "{" not in text:
        return Reading(literals=(Literal(text, 0),))
    return _reading(text, None)


@lru_cache(maxsize=65_536)
def _read_expression(text: str) -> Reading:
    return _reading(text, "variable")


def _reading(text: str, state: str | None) -> Reading:
    tokens: list[tuple[int, str, str]] = []
    parser = Parser(_ENVIRONMENT, "")
    try:
        tokens.extend(_tokens(text, state))
        literals = tuple(Literal(value, offset) for offset, kind, value in tokens if kind == "data")
        parser.stream = TokenStream(_ENVIRONMENT.lexer.wrap(iter(tokens)), None, None)
        if state is None:
            tree: nodes.Node = parser.parse()
        else:
            tree = parser.parse_expression()
            if not parser.stream.eos:
                stray = parser.stream.current
                return Reading(fault=Fault(f"{stray.value!r} does not fit here", stray.lineno))
        return _walked(tree, literals)
    except TemplateSyntaxError as error:
        return Reading(fault=_fault(text, error, tokens, at_end=parser.stream.current.type == "eof" and bool(tokens)))
    except RecursionError:
        return Reading(fault=Fault(TOO_DEEP, 0))
    except ValueError:  # Python's own limit on the digits of a number
        return Reading(fault=Fault("this number is too long", 0))


def _tokens(text: str, state: str | None) -> Iterator[tuple[int, str, str]]:
    """Jinja's tokens with offsets for line numbers. They are slices of the text, in order."""
    position = 0
    source = text if state is None else text + " "
    for _, kind, value in _ENVIRONMENT.lexer.tokeniter(source, None, state=state):
        position = max(position, source.find(value, position))
        yield position, kind, value
        position += len(value)


def _fault(text: str, error: TemplateSyntaxError, tokens: list[tuple[int, str, str]], *, at_end: bool) -> Fault:
    message = (error.message or "this cannot be read").rstrip(".")
    for opening, closing in (("{{", "}}"), ("{%", "%}")):
        if text.count(opening) > text.count(closing):
            return Fault(f"{opening!r} is not closed", text.rfind(opening))
    words = message.split(" at ")
    if len(words) == 2 and words[1].isdigit():  # "unexpected char '$' at 12": the lexer's own words
        return Fault(words[0].replace("char ", ""), int(words[1]))
    if not at_end and error.lineno > 1:
        return Fault(_plain(message), error.lineno)
    last = max((offset + len(value) for offset, _, value in tokens), default=0)
    return Fault(_plain(message), min(last, max(0, len(text) - 1)) if at_end or tokens else _first_brace(text))


def _first_brace(text: str) -> int:
    return max(0, text.find("{"))


def _plain(message: str) -> str:
    return (
        message.replace("expected token ", "expected ")
        .replace("'end of print statement'", "'}}'")
        .replace("'end of statement block'", "'%}'")
        .replace("unexpected 'end of template'", "it ends too early")
        .replace("got 'end of template'", "but it ends")
    )


def _walked(tree: nodes.Node, literals: tuple[Literal, ...]) -> Reading:
    words: list[Word] = []
    filters: list[Word] = []
    tests: list[Word] = []
    comparisons: list[Comparison] = []
    local_names: set[str] = set()
    qualified: set[int] = set()
    kinds: set[type[nodes.Node]] = set()
    for depth, node in _nodes(tree):
        if depth > DEEPEST:
            message = TOO_DEEP if _nested(tree) else TOO_LONG
            return Reading(fault=Fault(message, node.lineno), literals=literals)
        if not (isinstance(node, nodes.Getattr) and isinstance(node.node, nodes.Name) and node.node.name in SPACES):
            kinds.add(type(node))
        match node:
            case nodes.Getattr(node=nodes.Name(name=str(name)) as inner, attr=str(attribute)):
                qualified.add(id(inner))
                words.append(Word(name, attribute, node.lineno + 1))
            case nodes.Name(name=str(name), ctx="load"):
                if id(node) not in qualified:
                    words.append(Word(name, None, node.lineno))
            case nodes.Name(name=str(name)):
                local_names.add(name)
            case nodes.Filter(name=str(name)):
                filters.append(Word(name, None, node.lineno))
            case nodes.Test(name=str(name)):
                tests.append(Word(name, None, node.lineno))
            case nodes.Compare():
                comparisons.extend(_comparison(node))
            case nodes.Stmt() if not isinstance(node, _ALLOWED):
                fault = Fault("a text may hold only 'if', 'for' and 'set' blocks", node.lineno)
                return Reading(fault=fault, literals=literals)
            case nodes.For():
                local_names.add("loop")
            case _:
                pass
    return Reading(
        words=tuple(words),
        local_names=frozenset(local_names),
        filters=tuple(filters),
        tests=tuple(tests),
        literals=literals,
        comparisons=tuple(comparisons),
        kinds=frozenset(kinds),
        constant=not words and not literals,
        tree=tree,
    )


def _nodes(tree: nodes.Node) -> Iterator[tuple[int, nodes.Node]]:
    """The tree's nodes and how deep they stand, outer ones first."""
    waiting = deque([(0, tree)])
    while waiting:
        depth, node = waiting.popleft()
        yield depth, node
        waiting.extend((depth + 1, child) for child in children(node))


def _nested(tree: nodes.Node) -> bool:
    """Whether parts stand too deep even where what is joined in a row (`a and b and c`) is counted as one."""
    waiting = deque([(0, tree)])
    while waiting:
        depth, node = waiting.popleft()
        if depth > DEEPEST:
            return True
        before = getattr(node, "left", None)
        waiting.extend((depth + (child is not before), child) for child in children(node))
    return False


def children(node: nodes.Node) -> list[nodes.Node]:
    """The nodes inside a node: Jinja's `iter_child_nodes`, at half its cost, for each check goes through all trees."""
    found: list[nodes.Node] = []
    for name in type(node).fields:
        value = getattr(node, name, None)
        if isinstance(value, nodes.Node):
            found.append(value)
        elif isinstance(value, list):
            found += [item for item in value if isinstance(item, nodes.Node)]
    return found


def _comparison(node: nodes.Compare) -> Iterator[Comparison]:
    if len(node.ops) != 1 or node.ops[0].op not in ("eq", "ne"):
        return
    left, right = node.expr, node.ops[0].expr
    for subject, constant in ((left, right), (right, left)):
        if not isinstance(constant, nodes.Const) or not isinstance(constant.value, str):
            continue
        match subject:
            case nodes.Getattr(node=nodes.Name(name=str(name)), attr=str(attribute)):
                yield Comparison(name, attribute, constant.value, constant.lineno)
            case nodes.Name(name=str(name)):
                yield Comparison(name, None, constant.value, constant.lineno)
            case _:
                pass


def place(text: Template | Expression, source: Source | None, offset: int, length: int = 1) -> Span:
    """The span of a stretch inside a template or an expression. Escapes in a string are counted as written."""
    span = text.span
    if source is None:
        return span
    written = offset
    if isinstance(text, Template):
        lines = source.lines
        raw = lines[span.line - 1][span.column : span.end_column - 2] if span.line <= len(lines) else ""
        written = 1 + _written_offset(raw, offset)
        length = max(1, _written_offset(raw, offset + length) + 1 - written)
    elif "\n" in text.text[:offset]:
        above, _, here = text.text[:offset].rpartition("\n")
        line = span.line + above.count("\n") + 1
        return Span(span.path, line, len(here) + 1, line, len(here) + 1 + length)
    column = span.column + written
    return Span(span.path, span.line, column, span.line, column + max(1, length))


def _written_offset(raw: str, offset: int) -> int:
    """Where the `offset`-th character of a string stands in its raw form."""
    if "\\" not in raw:
        return offset
    position = 0
    for _ in range(offset):
        position += 2 if raw[position : position + 1] == "\\" else 1
    return position
