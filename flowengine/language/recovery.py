"""Parsing a file that has mistakes: each row is tried before it is fed, and mended when it does not fit.

A mistake is reported once, at the first token that does not fit. Then the least change that lets the row fit to its end
is made: what the explanation suggests, one token less, a shorter row, one more token, no row. What was lost on the way
is told in `damage`, so that later checks stay silent about its consequences.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import takewhile

from lark import Token

from flowengine.language.ast import Damage
from flowengine.language.diagnostics import Diagnostic, Fix
from flowengine.language.grammar import Feeder, Node, Stack, keywords, span_of
from flowengine.language.layout import Row
from flowengine.language.mistake import Mistake
from flowengine.language.source import Source, Span
from flowengine.language.syntax_hints import explain

_FILLERS = {
    "COLON": ":",
    "ARROW": "->",
    "EQUAL": "=",
    "NAME": "",
    "STRING": '""',
    "NUMBER": "0",
    "DURATION": "0s",
    "OUTBOUND": "outbound",
    "OF": "of",
    "ELSE": "else",
    "RPAR": ")",
    "RSQB": "]",
    "RBRACE": "}",
    "AFTER": "after",
    "BEFORE": "before",
    "PERCENT": "0%",
    "START": "start",
}
"""What may be put in for a missing token; an empty name means that nobody looks it up."""

_MOST_FILLERS = 4
_MOST_MISTAKES = 4
"""In one row; what is wrong beyond that is lost."""


class Recovery:
    """One careful parse."""

    def __init__(self, source: Source, rows: list[Row]) -> None:
        self._source = source
        self._rows = rows
        self._feeder = Feeder()
        self._lost_lines: set[int] = set()
        self._lost_names: set[str] = set()
        self.problems: list[Diagnostic] = []

    @property
    def damage(self) -> Damage:
        return Damage(frozenset(self._lost_lines), frozenset(self._lost_names))

    def parse(self) -> Node:
        """Feed what can be fed; the tree."""
        self.feed()
        return self._feeder.end()

    def fitting(self, tokens: Sequence[Token], depth: int) -> frozenset[str]:
        """After `feed`: the kinds that may follow these tokens in a new row at this depth."""
        depth = depth if depth <= self._feeder.depth or self._may_indent() else self._feeder.depth
        self._feeder.move_to(min(depth, self._feeder.depth + 1))
        stack: Stack | None = self._feeder.stack
        for token in tokens:
            stack = self._feeder.after(stack, token.type) if stack is not None else None
        return self._feeder.accepted(stack) if stack is not None else frozenset()

    def feed(self) -> None:
        """Feed every row, mended where it needs to be."""
        shift = _Shift()
        dropped_depth: int | None = None
        for index, row in enumerate(self._rows):
            if dropped_depth is not None and row.depth > dropped_depth:
                self._lose(row.tokens)
                continue
            dropped_depth = None
            depth = shift.apply(row.depth)
            excused = False
            if depth > self._feeder.depth and not self._may_indent():
                excused = True
                self._report_indent(row)
                shift.add(row.depth, depth - self._feeder.depth)
                depth = self._feeder.depth
            self._feeder.move_to(depth)
            deeper = index + 1 < len(self._rows) and self._rows[index + 1].depth > row.depth
            if not self._feed(row, deeper=deeper, excused=excused):
                dropped_depth = row.depth

    def _fix(self, row: Sequence[Token], suggestion: Sequence[Token] | None) -> Fix | None:
        """What was suggested, as an edit: the text between the tokens that stay."""
        if suggestion is None or self._first_misfit(suggestion) is not None:
            return None
        before = sum(1 for _ in takewhile(_same, zip(row, suggestion, strict=False)))
        most = min(len(row), len(suggestion)) - before
        after = min(most, sum(1 for _ in takewhile(_same, zip(reversed(row), reversed(suggestion), strict=False))))
        gone = row[before : len(row) - after]
        text = " ".join(suggestion[before : len(suggestion) - after])
        if not text:
            return None
        path = self._source.path
        if gone:
            start, last = span_of(path, gone[0]), span_of(path, gone[-1])
            return Fix(Span(path, start.line, start.column, last.end_line, last.end_column), text)
        if text == ":" or before == len(row):
            here = span_of(path, row[before - 1])
            insertion = Span(path, here.end_line, here.end_column, here.end_line, here.end_column)
            return Fix(insertion, text if text == ":" else f" {text}")
        here = span_of(path, row[before])
        return Fix(Span(path, here.line, here.column, here.line, here.column), f"{text} ")

    def _may_indent(self) -> bool:
        return self._feeder.after(self._feeder.stack, "_INDENT") is not None

    def _report_indent(self, row: Row) -> None:
        first = row.tokens[0]
        line, column = first.line or 1, first.column or 1
        span = Span(self._source.path, line, 1, line, max(2, column))
        help_ = "align it with the line above; only a line that opens a block, such as 'listen', has lines under it"
        message = "this line is indented, but the line above opens no block"
        self.problems.append(Diagnostic("FL113", "unexpected-indent", "error", span, message, help_))
        self._lost_lines.add(line)

    def _feed(self, row: Row, *, deeper: bool, excused: bool) -> bool:
        """Feed a row, mended if need be; False when nothing of it could be kept."""
        tokens = row.tokens
        for _ in range(_MOST_MISTAKES):
            failed = self._first_misfit(tokens)
            if failed is None:
                break
            mistake = self._mistake(tokens, failed, deeper)
            problem, suggestion = explain(mistake)
            if not excused:
                self.problems.append(replace(problem, fix=self._fix(tokens, suggestion)))
            mended = self._mended(tokens, mistake, suggestion)
            if mended is None:
                self._lose(row.tokens)
                return False
            tokens = mended
        if self._first_misfit(tokens) is not None:
            self._lose(row.tokens)
            return False
        self._keep(row.tokens, tokens)
        return True

    def _mended(self, tokens: list[Token], mistake: Mistake, suggestion: Sequence[Token] | None) -> list[Token] | None:
        """The row with its first mistake mended; what was suggested may show the next one."""
        if suggestion is not None:
            next_misfit = self._first_misfit(suggestion)
            if next_misfit is None:
                return list(suggestion)
            if mistake.index < next_misfit < len(suggestion) and suggestion[next_misfit] is not mistake.token:
                return list(suggestion)
        mendings = list(self._mendings(tokens, mistake, suggestion))
        for block_follows in (True, False) if mistake.deeper else (False,):
            for mended in mendings:
                if self._first_misfit(mended, block_follows=block_follows) is None:
                    return mended
        return None

    def _keep(self, original: Sequence[Token], mended: Sequence[Token]) -> None:
        kept = {id(token) for token in mended}
        if len(mended) < len(original):
            self._lose([token for token in original if id(token) not in kept])
        if any(token.type == "NAME" and not token for token in mended):
            self._lost_names.add("")
        self._feeder.feed(mended)

    def _lose(self, tokens: Sequence[Token]) -> None:
        for token in tokens:
            self._lost_lines.add(token.line or 1)
            if token.type == "NAME" or token.type in keywords():
                self._lost_names.add(str(token))

    def _first_misfit(self, tokens: Sequence[Token], *, block_follows: bool = False) -> int | None:
        """The index of the first token that does not fit (their number: the row's end does not); None if all do."""
        stack = self._feeder.stack
        kinds = [token.type for token in tokens] + ["_NEWLINE"] + ["_INDENT"] * block_follows
        for index, kind in enumerate(kinds):
            following = self._feeder.after(stack, kind)
            if following is None:
                return index
            stack = following
        return None

    def _mistake(self, tokens: Sequence[Token], failed: int, deeper: bool) -> Mistake:
        stack = self._feeder.stack
        at_start = self._feeder.accepted(stack)
        for token in tokens[:failed]:
            following = self._feeder.after(stack, token.type)
            assert following is not None
            stack = following
        return Mistake(self._source, tuple(tokens), failed, self._feeder.accepted(stack), at_start, deeper)

    def _mendings(
        self, tokens: list[Token], mistake: Mistake, suggestion: Sequence[Token] | None
    ) -> Iterator[list[Token]]:
        """Changed rows to try, the least change first."""
        failed = mistake.index
        if suggestion is not None:
            yield list(suggestion)
            yield from self._completed(list(suggestion))
        if failed == 0:
            return  # without its first word a row could mean anything
        if failed < len(tokens):
            yield tokens[:failed] + tokens[failed + 1 :]
        yield tokens[:failed]
        for kind in _FILLERS:
            if kind in mistake.accepted:
                yield [*tokens[:failed], _filler(kind, tokens, failed), *tokens[failed:]]
        yield from self._completed(tokens[:failed])

    def _completed(self, tokens: list[Token]) -> Iterator[list[Token]]:
        """The row with up to four tokens added at its end, the first possible kind each time."""
        for _ in range(_MOST_FILLERS if tokens else 0):
            stack: tuple[int, ...] | None = self._feeder.stack
            for token in tokens:
                stack = self._feeder.after(stack, token.type) if stack is not None else None
            if stack is None:
                return
            accepted = self._feeder.accepted(stack)
            kind = next((kind for kind in _FILLERS if kind in accepted), None)
            if kind is None:
                return
            tokens = [*tokens, _filler(kind, tokens, len(tokens))]
            yield tokens


class _Shift:
    """How far rows inside blocks that should not be are read as standing further left."""

    def __init__(self) -> None:
        self._steps: list[tuple[int, int]] = []

    def apply(self, depth: int) -> int:
        while self._steps and depth < self._steps[-1][0]:
            self._steps.pop()
        return depth - sum(step for _, step in self._steps)

    def add(self, depth: int, step: int) -> None:
        self._steps.append((depth, step))


def _same(pair: tuple[Token, Token]) -> bool:
    return pair[0] is pair[1]


def _filler(kind: str, tokens: Sequence[Token], index: int) -> Token:
    """A token that is not in the text; it stands where it is missing and is no column wide."""
    if index < len(tokens):
        here = tokens[index]
        line, column, position = here.line, here.column, here.start_pos
    else:
        before = tokens[-1]
        line, column, position = before.end_line, before.end_column, before.end_pos
    return Token(kind, _FILLERS[kind], position, line, column, line, column, position)
