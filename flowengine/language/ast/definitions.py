"""Definitions, and the file that holds them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from flowengine.language.ast.leaves import Comment, Duration, Expr, Name, Number, Text, TypeRef
from flowengine.language.ast.statements import Branch, Event, Statement
from flowengine.language.source import Span


@dataclass(frozen=True, slots=True)
class Use:
    """`use LIBRARY`."""

    library: Name
    span: Span


@dataclass(frozen=True, slots=True)
class Agent:
    """`agent "Amy" of "Hearth & Home"`."""

    name: Text
    company: Text
    span: Span


@dataclass(frozen=True, slots=True)
class BargeIn:
    """`barge-in never`; `line` is named by `after` alone."""

    mode: Literal["always", "after", "never"]
    line: Name | None
    span: Span


@dataclass(frozen=True, slots=True)
class Flow:
    """The `flow` line and what stands under it."""

    name: Name
    title: Text
    direction: Literal["outbound", "inbound"]
    language: Name | None
    voice: Name | None
    agent: Agent | None
    uses: tuple[Use, ...]
    barge_in: BargeIn | None
    span: Span


@dataclass(frozen=True, slots=True)
class Field:
    """One field of `contact`."""

    name: Name
    type: TypeRef
    default: Expr | None
    span: Span


@dataclass(frozen=True, slots=True)
class Contact:
    """`contact`."""

    fields: tuple[Field, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Outcome:
    """`outcome NAME success`."""

    name: Name
    disposition: Literal["success", "retry", "suppress"] | None
    span: Span


@dataclass(frozen=True, slots=True)
class Line:
    """`line NAME barge-in never "…"`."""

    name: Name
    barge_in: BargeIn | None
    texts: tuple[Text, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Pattern:
    """`/…/`: `value` without the slashes."""

    value: str
    span: Span


@dataclass(frozen=True, slots=True)
class Intent:
    """`intent NAME protective "description"` with phrases and patterns."""

    name: Name
    protective: bool
    description: Text | None
    phrases: tuple[Text, ...]
    patterns: tuple[Pattern, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Slot:
    """`slot NAME: TYPE`."""

    name: Name
    type: TypeRef
    secret: bool
    ask: Text | None
    again: Text | None
    confirm: Text | None
    valid: Expr | None
    invalid: Text | None
    tries: Number | None
    span: Span


@dataclass(frozen=True, slots=True)
class Parameter:
    """`day: date` of an action."""

    name: Name
    type: TypeRef
    span: Span


@dataclass(frozen=True, slots=True)
class Option:
    """`timeout 4s` of an action: a name and the text of its values."""

    name: Name
    values: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Action:
    """`action NAME(…) -> …`."""

    name: Name
    parameters: tuple[Parameter, ...]
    results: tuple[Parameter, ...]
    options: tuple[Option, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Fact:
    """`heard(line)`, or an intent's name: then `argument` is None."""

    name: Name
    argument: Name | None
    span: Span


@dataclass(frozen=True, slots=True)
class Require:
    """`require FACT before PLACE`."""

    fact: Fact
    place: Name
    span: Span


@dataclass(frozen=True, slots=True)
class Forbid:
    """`never PLACE after FACT`."""

    place: Name
    fact: Fact
    span: Span


@dataclass(frozen=True, slots=True)
class Always:
    """`always EVENT -> STATE`."""

    event: Event
    state: Name
    span: Span


@dataclass(frozen=True, slots=True)
class AtMost:
    """`at most 8m`, `at most 20 turns`."""

    duration: Duration | None
    turns: Number | None
    span: Span


Rule = Require | Forbid | Always | AtMost


@dataclass(frozen=True, slots=True)
class Policy:
    """`policy NAME`."""

    name: Name
    rules: tuple[Rule, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class SummaryField:
    """`day: date "the day they chose" = visit_day` of `summary`: for a model, by an expression, or both."""

    name: Name
    type: TypeRef
    description: Text | None
    value: Expr | None
    span: Span


@dataclass(frozen=True, slots=True)
class Summary:
    """`summary`."""

    fields: tuple[SummaryField, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class State:
    """`state NAME is TAG, TAG`; `last_line` is the last line of its body."""

    name: Name
    tags: tuple[Name, ...]
    barge_in: BargeIn | None
    body: tuple[Statement, ...]
    last_line: int
    span: Span


@dataclass(frozen=True, slots=True)
class Anywhere:
    """`anywhere`."""

    branches: tuple[Branch, ...]
    span: Span


Item = Flow | Use | Contact | Outcome | Line | Intent | Slot | Action | Policy | Summary | State | Anywhere


@dataclass(frozen=True, slots=True)
class Damage:
    """What recovery could not keep: the lines it touched and the names that stood there.

    Checks use it to stay silent about what only looks wrong because a line was lost.
    """

    lines: frozenset[int] = frozenset()
    names: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class File:
    """One file, whole."""

    path: str
    items: tuple[Item, ...]
    comments: tuple[Comment, ...]
    damage: Damage
