"""The checked graph of one flow: what the interpreter runs, what checks and exports read.

A flow is a set of states; a state is a block of statements that closes each path with one thing that waits, a move,
or an ending. Names are resolved: whatever a node names (a line, a slot, a state, an outcome) exists in the `Flow`.
Templates and expressions stay text here; `conversation.evaluate` compiles them once a flow.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
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
class Line:
    """A named prompt, spoken sentence by sentence."""

    name: str
    sentences: tuple[Template, ...]
    span: Span


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


# What may happen while something waits: the left side of a branch.


@dataclass(frozen=True, slots=True)
class OnIntent:
    """The caller meant this intent."""

    name: str


@dataclass(frozen=True, slots=True)
class OnSilence:
    """The caller said nothing in time."""


@dataclass(frozen=True, slots=True)
class OnOtherwise:
    """The caller said something that fits no live intent."""


@dataclass(frozen=True, slots=True)
class OnPress:
    """The caller pressed these keys (`1`, `*`, `42`)."""

    keys: str


@dataclass(frozen=True, slots=True)
class OnHangup:
    """The caller hung up."""


@dataclass(frozen=True, slots=True)
class OnAfter:
    """So many seconds since the connection have passed (`anywhere` only)."""

    seconds: float


@dataclass(frozen=True, slots=True)
class OnResult:
    """The waiting statement's own result: `done`, `failed` of a collect; `allowed`, `refused` of a guard."""

    name: str


Trigger = OnIntent | OnSilence | OnOtherwise | OnPress | OnHangup | OnAfter | OnResult


@dataclass(frozen=True, slots=True)
class Branch:
    """What to do on any of `triggers`. `rung` n: from the n-th time on that one of them happened in this stay."""

    triggers: tuple[Trigger, ...]
    rung: int
    body: Block
    span: Span


# Statements.


@dataclass(frozen=True, slots=True)
class Say:
    """Speak a line (then `line` is its name) or free text."""

    line: str | None
    sentences: tuple[Template, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Set:
    """Set a variable."""

    name: str
    value: Expression
    span: Span


@dataclass(frozen=True, slots=True)
class If:
    """The first arm whose condition holds runs; `condition` None is `else`, and stands last."""

    arms: tuple[Arm, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Arm:
    """One arm of an `If`."""

    condition: Expression | None
    body: Block
    span: Span


@dataclass(frozen=True, slots=True)
class Note:
    """A remark for the record."""

    text: Template
    span: Span


@dataclass(frozen=True, slots=True)
class Wait:
    """A pause in the agent's speech."""

    seconds: float
    span: Span


@dataclass(frozen=True, slots=True)
class Goto:
    """Move to a state."""

    state: str
    span: Span


@dataclass(frozen=True, slots=True)
class Again:
    """Stay, speak this text (or the last question), listen again."""

    text: Template | None
    span: Span


@dataclass(frozen=True, slots=True)
class Resume:
    """Return from a digression to the place it interrupted, and ask its open question again."""

    span: Span


@dataclass(frozen=True, slots=True)
class End:
    """End the call with an outcome."""

    outcome: str
    span: Span


@dataclass(frozen=True, slots=True)
class Listen:
    """Wait for the caller. `seconds` of silence count from the end of the audio, as heard."""

    seconds: float
    branches: tuple[Branch, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Collect:
    """Fill slots; `done` and `failed` are results."""

    slots: tuple[str, ...]
    branches: tuple[Branch, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Guard:
    """Ask the compliance guard; `allowed` and `refused` are results."""

    name: str
    branches: tuple[Branch, ...]
    span: Span


Statement = Say | Set | If | Note | Wait | Goto | Again | Resume | End | Listen | Collect | Guard
Block = tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class State:
    """A place in the call. `library` is the library it came from, None for the flow's own."""

    name: str
    tags: tuple[str, ...]
    body: Block
    library: str | None
    span: Span


@dataclass(frozen=True, slots=True)
class HandlerLayer:
    """The `anywhere` handlers of the flow (`library` None) or of one library; earlier layers win."""

    library: str | None
    branches: tuple[Branch, ...]


@dataclass(frozen=True, slots=True)
class Flow:
    """One flow, libraries merged in. `version`: 12 hex digits over its sources. The first state is where it starts."""

    name: str
    title: str
    direction: Direction
    language: str
    voice: str | None
    agent: Agent
    contact: Mapping[str, ContactField]
    outcomes: Mapping[str, Outcome]
    lines: Mapping[str, Line]
    intents: Mapping[str, Intent]
    slots: Mapping[str, Slot]
    states: Mapping[str, State]
    start: str
    anywhere: tuple[HandlerLayer, ...]
    version: str
    span: Span
    variables: frozenset[str] = field(default_factory=frozenset)
    """Names that `set` assigns somewhere."""
