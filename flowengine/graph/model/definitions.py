"""What a flow defines besides its states: texts, types, inputs, outcomes, lines, intents, slots, actions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from flowengine.language.source import Span

Direction = Literal["outbound", "inbound"]
Disposition = Literal["success", "retry", "suppress"]
TypeKind = Literal[
    "text",
    "number",
    "money",
    "boolean",
    "date",
    "time",
    "datetime",
    "duration",
    "phone",
    "email",
    "uk_postcode",
    "uk_name",
    "digits",
    "one_of",
]


@dataclass(frozen=True, slots=True)
class Template:
    """A Jinja template to be spoken or noted."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Expression:
    """A Jinja expression: a condition, or a value to set."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class ValueType:
    """A type of the language; `choices` for `one of (…)`, `digits` for `digits(n)` (None: any number of them)."""

    kind: TypeKind
    choices: tuple[str, ...] = ()
    digits: int | None = None


@dataclass(frozen=True, slots=True)
class Agent:
    """Who speaks, and for whom."""

    name: str
    company: str


@dataclass(frozen=True, slots=True)
class ContactField:
    """One input that the dialler must supply; without a default it is required."""

    name: str
    type: ValueType
    default: Expression | None
    span: Span


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a call may end."""

    name: str
    disposition: Disposition | None
    span: Span


@dataclass(frozen=True, slots=True)
class BargeIn:
    """When the caller may cut speech short: always, never, or after a line was heard (`line`, None for the others)."""

    mode: Literal["always", "after", "never"]
    line: str | None
    span: Span


@dataclass(frozen=True, slots=True)
class Line:
    """A named prompt, spoken sentence by sentence. `barge_in` None: as where it is spoken."""

    name: str
    sentences: tuple[Template, ...]
    span: Span
    barge_in: BargeIn | None = None


@dataclass(frozen=True, slots=True)
class Intent:
    """What a caller may mean. `protective` ones are matched first, in every state."""

    name: str
    description: str | None
    phrases: tuple[str, ...]
    patterns: tuple[str, ...]
    protective: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Slot:
    """A typed value with its own question, re-ask, read-back, validity and tries."""

    name: str
    type: ValueType
    ask: Template | None
    again: Template | None
    confirm: Template | None
    valid: Expression | None
    invalid: Template | None
    tries: int
    secret: bool
    span: Span


@dataclass(frozen=True, slots=True)
class SummaryField:
    """What is kept of a call when it is over: reckoned by `value`, asked of a model by `description`, or both."""

    name: str
    type: ValueType
    description: str | None
    value: Expression | None
    span: Span


@dataclass(frozen=True, slots=True)
class Parameter:
    """A typed argument or result of an action."""

    name: str
    type: ValueType
    span: Span


@dataclass(frozen=True, slots=True)
class Action:
    """Something done outside the call: a Python function (`python`, "module:function") or a signed HTTP POST (`http`).

    `timeout` in seconds, of all tries together. `effect` False: it only looks things up, so nothing is lost by doing
    it too early or twice.
    """

    name: str
    parameters: tuple[Parameter, ...]
    results: tuple[Parameter, ...]
    python: str | None
    http: str | None
    timeout: float
    retries: int
    filler: Template | None
    effect: bool
    span: Span
