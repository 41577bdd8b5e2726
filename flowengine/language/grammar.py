"""The grammar, loaded once: raw tokens, and the parser that is fed with them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from typing import Any, ClassVar

from lark import Lark, Token, Tree
from lark.lexer import PatternStr
from lark.parsers.lalr_analysis import Shift

from flowengine.language.positions import note_positions
from flowengine.language.scanner import Scanner
from flowengine.language.source import Span

Node = Tree[Token]


class _KeepAll:
    """Keeps terminals that no rule names (comments, line ends, mistakes) in the token stream; changes nothing."""

    always_accept: ClassVar[tuple[str, ...]] = ("COMMENT", "NEWLINE", "UNCLOSED", "UNKNOWN")

    def process(self, stream: Iterable[Token]) -> Iterable[Token]:
        return stream


@cache
def _lark() -> Lark:
    # The lexer is `basic` since tokens are made once, before the parser sees them; parser.py does what the contextual
    # lexer would (a keyword where only a name fits is a name), which also works after a repaired mistake.
    grammar = Lark(
        files("flowengine.language").joinpath("flow.lark").read_text("utf-8"),
        start="file",
        parser="lalr",
        lexer="basic",
        postlex=_KeepAll(),
        maybe_placeholders=False,
    )
    note_positions(grammar)
    return grammar


@cache
def _scanner() -> Scanner:
    return Scanner(_lark().terminals, _lark().ignore_tokens)


def raw_tokens(text: str) -> Iterator[Token]:
    """Every token of a text, comments and line ends included; whatever fits nothing is `UNKNOWN`."""
    return _scanner().scan(text)


_HYPHENED = {"BARGE_IN": "barge-in"}
"""Words that are written with a hyphen, and so are never names."""


@cache
def keywords() -> dict[str, str]:
    """Terminal name → the word, for terminals that are words."""
    found = dict(_HYPHENED)
    for terminal in _lark().terminals:
        if isinstance(terminal.pattern, PatternStr) and terminal.pattern.value.isidentifier():
            found[terminal.name] = terminal.pattern.value
    return found


@cache
def productions() -> dict[str, tuple[tuple[str, ...], ...]]:
    """Rule → what it can stand for, as names of rules and terminals."""
    found: dict[str, tuple[tuple[str, ...], ...]] = {}
    for rule in _lark().rules:
        name = str(rule.origin.name)
        found[name] = (*found.get(name, ()), tuple(str(symbol.name) for symbol in rule.expansion))
    return found


@cache
def word_of(terminal: str) -> str | None:
    """The text of a terminal that is always written the same."""
    if terminal in _HYPHENED:
        return _HYPHENED[terminal]
    pattern = _lark().get_terminal(terminal).pattern
    return pattern.value if isinstance(pattern, PatternStr) else None


def span_of(path: str, token: Token) -> Span:
    """Where a token stands."""
    line, column = token.line or 1, token.column or 1
    return Span(path, line, column, token.end_line or line, token.end_column or column + len(token))


SIMPLE_STATEMENTS = frozenset({"SAY", "SET", "NOTE", "WAIT", "AGAIN", "RESUME", "END", "RECORD", "ARROW"})
"""What may follow `EVENT:` on the same line."""

STATEMENTS = SIMPLE_STATEMENTS | {"LISTEN", "COLLECT", "GUARD", "DO", "TRANSFER", "RUN", "SPLIT", "LLM", "ELIF"}
"""What begins a statement and is no part of an expression."""

Stack = tuple[int, ...]


class Feeder:
    """A parse in progress, which can also be asked what would happen."""

    def __init__(self) -> None:
        self._parse = _lark().parse_interactive()
        # `Any`: lark's table is typed for its own use; states are numbers here, actions (Shift | Reduce, argument).
        self._states: dict[Any, Any] = dict(self._parse.parser_state.parse_conf.parse_table.states)
        self._last = Token("_NEWLINE", "", 0, 1, 1, 1, 1, 0)
        self.depth = 0

    # ── doing ──

    def feed(self, tokens: Iterable[Token]) -> None:
        """Feed one row and its end. Raises lark's UnexpectedToken."""
        for token in tokens:
            kind = self._settle(token.type)
            self._parse.feed_token(token if kind == token.type else Token.new_borrow_pos(kind, str(token), token))
            self._last = token
        self._layout("_NEWLINE")

    def move_to(self, depth: int) -> None:
        """Indent or dedent to `depth`. Raises lark's UnexpectedToken."""
        while self.depth < depth:
            self._layout("_INDENT")
            self.depth += 1
        while self.depth > depth:
            self._layout("_DEDENT")
            self.depth -= 1

    def end(self) -> Node:
        """End the file; the tree of all that was fed."""
        self.move_to(0)
        tree: Node = self._parse.feed_token(Token.new_borrow_pos("$END", "", self._last))
        return tree

    def _layout(self, kind: str) -> None:
        self._parse.feed_token(Token.new_borrow_pos(kind, "", self._last))

    def _settle(self, kind: str) -> str:
        """What a token counts as here: its own kind, or a name if it is a keyword where only a name fits."""
        row = self._states[self._parse.parser_state.position]
        if not self._takes_for_name(row, kind):
            return kind
        return kind if kind in row and self._step(self.stack, kind) is not None else "NAME"

    @staticmethod
    def _takes_for_name(row: dict[str, Any], kind: str) -> bool:
        """Whether a keyword may be a name here.

        In the midst of a condition, and where branches stand, a statement's word is more likely a mistake.
        """
        if kind not in keywords() or kind in _HYPHENED or "NAME" not in row:
            return False
        in_condition = "OPERATOR" in row and "_NEWLINE" in row
        among_branches = "SILENCE" in row
        return not (in_condition and kind in SIMPLE_STATEMENTS) and not (among_branches and kind in STATEMENTS)

    # ── asking ──

    @property
    def stack(self) -> Stack:
        return tuple(self._parse.parser_state.state_stack)

    def after(self, stack: Stack, kind: str) -> Stack | None:
        """The stack after one token of this kind (a keyword counts as a name where it must); None if it cannot come."""
        following = self._step(stack, kind)
        if following is None and self._takes_for_name(self._states[stack[-1]], kind):
            following = self._step(stack, "NAME")
        return following

    def accepted(self, stack: Stack) -> frozenset[str]:
        """The kinds that may come next. (The table's own row names some that fail after a reduction.)"""
        kinds = (kind for kind in self._states[stack[-1]] if kind.isupper())
        return frozenset(kind for kind in kinds if self._step(stack, kind) is not None)

    def _step(self, stack: Stack, kind: str) -> Stack | None:
        states = list(stack)
        while True:
            step = self._states[states[-1]].get(kind)
            if step is None:
                return None
            action, argument = step
            if action is Shift:
                states.append(argument)
                return tuple(states)
            if argument.expansion:
                del states[-len(argument.expansion) :]
            states.append(self._states[states[-1]][argument.origin.name][1])
