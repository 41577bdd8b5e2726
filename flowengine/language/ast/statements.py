"""Statements, and the branches of those that wait."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from flowengine.language.ast.leaves import Duration, Expr, Name, Number, Text
from flowengine.language.source import Span

EventKind = Literal["name", "silence", "otherwise", "hangup", "machine", "press", "heard", "after", "turns"]


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a branch: `value` is an intent's or slot's name, keys, or a number of `turns`.

    `seconds` belong to `after 8m`; `after 20 turns` has the kind `turns`.
    """

    kind: EventKind
    value: str
    seconds: float
    span: Span


@dataclass(frozen=True, slots=True)
class Body:
    """What follows an event or a condition: `-> STATE`, `: statement`, a block, or nothing (`bare`)."""

    form: Literal["arrow", "inline", "block", "bare"]
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Branch:
    """`EVENT or EVENT 3 …`; `rung` None when no number is written."""

    events: tuple[Event, ...]
    rung: Number | None
    body: Body
    span: Span


# Statements.


@dataclass(frozen=True, slots=True)
class Say:
    """`say line_name` or `say "…" "…"`."""

    line: Name | None
    texts: tuple[Text, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Set:
    """`set x = …`."""

    name: Name
    value: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class Note:
    """`note "…"`."""

    text: Text
    span: Span


@dataclass(frozen=True, slots=True)
class Wait:
    """`wait 2s`."""

    duration: Duration
    span: Span


@dataclass(frozen=True, slots=True)
class Keys:
    """`keys "1ww23#"`."""

    text: Text
    span: Span


@dataclass(frozen=True, slots=True)
class Goto:
    """`-> STATE`."""

    state: Name
    span: Span


@dataclass(frozen=True, slots=True)
class Again:
    """`again`, `again "…"`."""

    text: Text | None
    span: Span


@dataclass(frozen=True, slots=True)
class Resume:
    """`resume`."""

    span: Span


@dataclass(frozen=True, slots=True)
class End:
    """`end OUTCOME`; without one it is a mistake that a check reports."""

    outcome: Name | None
    span: Span


@dataclass(frozen=True, slots=True)
class Record:
    """`record start`, `record stop`."""

    start: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Arm:
    """`if`, `elif` or (without a condition) `else`."""

    condition: Expr | None
    body: Body
    span: Span


@dataclass(frozen=True, slots=True)
class If:
    """`if` with all its arms."""

    arms: tuple[Arm, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Listen:
    """`listen 6s`."""

    duration: Duration | None
    branches: tuple[Branch, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Collect:
    """`collect A, B`."""

    slots: tuple[Name, ...]
    branches: tuple[Branch, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Guard:
    """`guard NAME`."""

    name: Name
    branches: tuple[Branch, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Do:
    """`do ACTION(…)`; `arguments` is the text between the brackets."""

    action: Name
    arguments: Expr
    branches: tuple[Branch, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Transfer:
    """`transfer "+44…"`; a `briefing`, which the colleague hears first, makes it a warm one."""

    target: Expr
    briefing: Text | None
    filler: Text | None
    branches: tuple[Branch, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Run:
    """`run FLOW`."""

    flow: Name
    branches: tuple[Branch, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Variant:
    """`warm 50% -> a`."""

    name: Name
    percent: float
    body: Body
    span: Span


@dataclass(frozen=True, slots=True)
class Split:
    """`split NAME`."""

    name: Name
    variants: tuple[Variant, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Exit:
    """`convinced "the caller agrees" -> terms` inside `llm`."""

    name: Name
    description: Text
    body: Body
    span: Span


@dataclass(frozen=True, slots=True)
class Limit:
    """`limit 3 turns 45s -> goodbye`."""

    turns: Number | None
    duration: Duration | None
    body: Body
    span: Span


@dataclass(frozen=True, slots=True)
class Fallback:
    """`fallback "…" -> goodbye`."""

    text: Text
    body: Body
    span: Span


@dataclass(frozen=True, slots=True)
class Llm:
    """`llm "task"` with its fence."""

    task: Text
    facts: tuple[Text, ...]
    never: tuple[Text, ...]
    exits: tuple[Exit, ...]
    limit: Limit | None
    filler: Text | None
    fallback: Fallback | None
    span: Span


Statement = (
    Say
    | Set
    | Note
    | Wait
    | Keys
    | Goto
    | Again
    | Resume
    | End
    | Record
    | If
    | Listen
    | Collect
    | Guard
    | Do
    | Transfer
    | Run
    | Split
    | Llm
)


def bodies(statement: Statement) -> tuple[Body, ...]:
    """The bodies inside a statement: arms, variants, branches, exits."""
    match statement:
        case If(arms=arms):
            return tuple(arm.body for arm in arms)
        case Split(variants=variants):
            return tuple(variant.body for variant in variants)
        case Llm(exits=exits, limit=limit, fallback=fallback):
            return tuple(part.body for part in (*exits, limit, fallback) if part is not None)
        case Listen() | Collect() | Guard() | Do() | Transfer() | Run():
            return tuple(branch.body for branch in statement.branches)
        case _:
            return ()
