"""A row that does not fit, as the rules that explain it see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lark import Token

from flowengine.language.diagnostics import Diagnostic
from flowengine.language.grammar import span_of
from flowengine.language.source import Source, Span


@dataclass(frozen=True, slots=True)
class Mistake:
    """A row that fits up to `index`; there only `accepted` could stand, and at the row's start only `at_start`.

    `index` is the number of tokens when the row ends too early. `deeper`: more deeply indented lines follow.
    """

    source: Source
    row: tuple[Token, ...]
    index: int
    accepted: frozenset[str]
    at_start: frozenset[str]
    deeper: bool

    @property
    def token(self) -> Token | None:
        """What was found; None at the row's end."""
        return self.row[self.index] if self.index < len(self.row) else None

    @property
    def before(self) -> Token | None:
        return self.row[self.index - 1] if self.index else None

    @property
    def span(self) -> Span:
        """What was found, or the place after the row's last token."""
        if self.token is not None:
            return span_of(self.source.path, self.token)
        last = span_of(self.source.path, self.row[-1])
        return Span(last.path, last.end_line, last.end_column, last.end_line, last.end_column + 1)

    def replaced(self, kind: str, value: str, count: int = 1) -> list[Token]:
        """The row with one token in place of `count`."""
        here = self.row[min(self.index, len(self.row) - 1)]
        token = Token.new_borrow_pos(kind, value, here)
        return [*self.row[: self.index], token, *self.row[self.index + count :]]


Explanation = tuple[Diagnostic, Sequence[Token] | None]


def error_at(mistake: Mistake, code: str, name: str, message: str, help_: str | None) -> Diagnostic:
    return Diagnostic(code, name, "error", mistake.span, message, help_)
