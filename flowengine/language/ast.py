"""The tree of a `.flow` file: what the author wrote, in the author's order, with spans and comments kept.

Every construct of the language has its node, those that cannot be executed yet as well. Names are not resolved here.
A name that recovery put in for a missing one is empty (`Name.text == ""`); whoever resolves names passes over it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

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


# Events and branches.

EventKind = Literal["name", "silence", "otherwise", "hangup", "machine", "press", "heard", "after"]


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a branch; `value` is the intent's or slot's name, or the keys; `seconds` belong to `after`."""

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
    """`transfer "+44…"`."""

    target: Expr
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
    fallback: Fallback | None
    span: Span


Statement = (
    Say
    | Set
    | Note
    | Wait
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


# Definitions.


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
class Flow:
    """The `flow` line and what stands under it."""

    name: Name
    title: Text
    direction: Literal["outbound", "inbound"]
    language: Name | None
    voice: Name | None
    agent: Agent | None
    uses: tuple[Use, ...]
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
    """`line NAME "…"`."""

    name: Name
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
class State:
    """`state NAME is TAG, TAG`; `last_line` is the last line of its body."""

    name: Name
    tags: tuple[Name, ...]
    body: tuple[Statement, ...]
    last_line: int
    span: Span


@dataclass(frozen=True, slots=True)
class Anywhere:
    """`anywhere`."""

    branches: tuple[Branch, ...]
    span: Span


Item = Flow | Use | Contact | Outcome | Line | Intent | Slot | Action | Policy | State | Anywhere


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
