"""The smallest parts of the tree: names, texts, expressions, times, comments, types."""

from __future__ import annotations

from dataclasses import dataclass

from flowengine.language.source import Span


@dataclass(frozen=True, slots=True)
class Name:
    """A name as written."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Text:
    """A string: `value` without quotes and escapes; the span includes the quotes."""

    value: str
    span: Span


@dataclass(frozen=True, slots=True)
class Expr:
    """An expression, as a slice of the source."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Duration:
    """`6s`, `8m`, `250ms`, `1h`."""

    seconds: float
    span: Span


@dataclass(frozen=True, slots=True)
class Number:
    """A number as written."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Comment:
    """`# …`; `own_line` when nothing else stands on its line."""

    text: str
    own_line: bool
    span: Span


@dataclass(frozen=True, slots=True)
class TypeRef:
    """`date`, `digits(4)`, `one of (a, b)`: then `name` is `one of`."""

    name: str
    count: Number | None
    choices: tuple[Text, ...]
    span: Span
