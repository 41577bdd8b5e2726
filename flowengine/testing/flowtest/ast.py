"""What a `.flowtest` file says, read but not yet held against its flow."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import Literal

from flowengine.conversation.events import TransferResult
from flowengine.language.source import Span
from flowengine.testing.matching import Piece

Plain = str | Decimal | bool | date | time | datetime


@dataclass(frozen=True, slots=True)
class Value:
    """A value as written (`text`, without quotes) and what it looks like by itself. `quoted`: it stood in quotes."""

    text: str
    literal: Plain
    quoted: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Named:
    """A name, and where it stands."""

    text: str
    span: Span


# What a test does and expects, in order.


@dataclass(frozen=True, slots=True)
class AgentSays:
    """`agent: * "text"`: what the agent says in his turn; lines that follow one another are one turn."""

    pieces: tuple[Piece, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class CallerSays:
    """`caller: words`; `seconds`: how long they take to say, where the test says so (`(takes 8m) words`)."""

    words: str
    span: Span
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class CallerSilent:
    """`caller: (silence 6s)`; `seconds` None: until the flow stirs."""

    seconds: float | None
    span: Span


@dataclass(frozen=True, slots=True)
class CallerPresses:
    """`caller: (press 1)`."""

    keys: str
    span: Span


@dataclass(frozen=True, slots=True)
class CallerHangsUp:
    """`caller: (hangs up)`."""

    span: Span


@dataclass(frozen=True, slots=True)
class CallerIsMachine:
    """`caller: (voicemail)`: what answered turns out to be a machine."""

    span: Span


@dataclass(frozen=True, slots=True)
class CallerInterrupts:
    """`caller: (interrupts after "words") …`: before the agent has finished."""

    after: str
    then: CallerSays | CallerPresses | CallerHangsUp | CallerIsMachine
    span: Span


@dataclass(frozen=True, slots=True)
class ExpectState:
    """`expect state = NAME`."""

    state: Named
    span: Span


@dataclass(frozen=True, slots=True)
class ExpectValue:
    """`expect NAME = value`."""

    name: Named
    value: Value
    span: Span


@dataclass(frozen=True, slots=True)
class ExpectUnderstood:
    """`expect understood NAME`: the intent that the caller's words were taken for, or `nothing`."""

    intent: Named
    span: Span


@dataclass(frozen=True, slots=True)
class Ends:
    """`ends OUTCOME`."""

    outcome: Named
    span: Span


CallerStep = CallerSays | CallerSilent | CallerPresses | CallerHangsUp | CallerIsMachine | CallerInterrupts
Step = AgentSays | CallerStep | ExpectState | ExpectValue | ExpectUnderstood | Ends


@dataclass(frozen=True, slots=True)
class ContactValue:
    """One line of `contact`."""

    name: Named
    value: Value


@dataclass(frozen=True, slots=True)
class GuardAnswer:
    """`guard NAME allowed` or `refused`."""

    name: Named
    allowed: bool


@dataclass(frozen=True, slots=True)
class Given:
    """One result of an action: `reference = "AB12"`."""

    name: Named
    value: Value


@dataclass(frozen=True, slots=True)
class ActionLine:
    """`action NAME …`: one answer of an action; `after` in seconds."""

    name: Named
    result: Literal["gives", "fails", "times out"]
    given: tuple[Given, ...]
    after: float
    span: Span


@dataclass(frozen=True, slots=True)
class ModelLine:
    """`llm …`: one turn of the model; `exit` is the one that it chooses after its words."""

    result: Literal["says", "fails", "times out"]
    text: str
    exit: Named | None
    after: float
    span: Span


@dataclass(frozen=True, slots=True)
class TransferLine:
    """`transfer …`: how a transfer ends."""

    result: TransferResult
    after: float
    span: Span


@dataclass(frozen=True, slots=True)
class SummaryLine:
    """`llm summarises reason = "too dear"`: what the model fills in after the call."""

    given: tuple[Given, ...]
    span: Span


ScriptLine = ActionLine | ModelLine | TransferLine | SummaryLine


@dataclass(frozen=True, slots=True)
class VariantChoice:
    """`variant SPLIT = NAME`."""

    split: Named
    variant: Named


@dataclass(frozen=True, slots=True)
class Test:
    """One test. `now` has no time zone: it is what the clocks of the UK show. `sound`: no line of it is mistaken."""

    __test__ = False  # pytest collects what is called Test…

    name: str
    span: Span
    flow: Named | None = None
    now: datetime | None = None
    contact: tuple[ContactValue, ...] = ()
    contact_span: Span | None = None
    guards: tuple[GuardAnswer, ...] = ()
    script: tuple[ScriptLine, ...] = ()
    variants: tuple[VariantChoice, ...] = ()
    steps: tuple[Step, ...] = ()
    sound: bool = True


@dataclass(frozen=True, slots=True)
class File:
    """One file, its tests in order."""

    path: str
    tests: tuple[Test, ...] = field(default=())
