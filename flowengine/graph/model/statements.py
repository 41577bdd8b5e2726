"""Statements, and the branches of those that wait."""

from __future__ import annotations

from dataclasses import dataclass

from flowengine.graph.model.definitions import Expression, Template
from flowengine.graph.model.triggers import Trigger
from flowengine.language.source import Span


@dataclass(frozen=True, slots=True)
class Branch:
    """What to do on any of `triggers`. `rung` n: from the n-th time on that one of them happened in this stay."""

    triggers: tuple[Trigger, ...]
    rung: int
    body: Block
    span: Span


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
class Keys:
    """Telephone keys, sent as tones: digits, `*`, `#`, and `w` for half a second of nothing."""

    text: Template
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


@dataclass(frozen=True, slots=True)
class Record:
    """Start or stop recording the call's audio."""

    start: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Return:
    """End a subflow with one of its outcomes: the `run` that began it goes on with the branch of that name."""

    outcome: str
    span: Span


@dataclass(frozen=True, slots=True)
class Variant:
    """One way of a `split`."""

    name: str
    percent: float
    body: Block
    span: Span


@dataclass(frozen=True, slots=True)
class Split:
    """Take one variant: the same for the same contact, each for its share of all contacts."""

    name: str
    variants: tuple[Variant, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Argument:
    """What an action is given for a parameter; `name` "" where the action has no such parameter."""

    name: str
    value: Expression


@dataclass(frozen=True, slots=True)
class Do:
    """Run an action; `ok`, `error` and `timeout` are results (a time-out without a branch of its own is an error)."""

    action: str
    arguments: tuple[Argument, ...]
    branches: tuple[Branch, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Exit:
    """One way out of a model's turns, as the model is told of it."""

    name: str
    description: str


@dataclass(frozen=True, slots=True)
class Llm:
    """The model speaks inside a fence. Its exits, `limit` and `fallback` are results.

    `turns` and `seconds` are the limit: caller's turns, and time since the statement was reached; None: not limited so.
    `filler` is said while the model thinks; None: the engine's own words.
    """

    task: Template
    facts: tuple[Template, ...]
    never: tuple[str, ...]
    exits: tuple[Exit, ...]
    turns: int | None
    seconds: float | None
    filler: Template | None
    fallback: Template | None
    branches: tuple[Branch, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Transfer:
    """Put the caller through to a number; `answered`, `busy`, `no_answer` and `failed` are results.

    `briefing` is what the colleague hears first, while the caller stays with us and hears `filler` now and then; None:
    the caller is put through at once.
    """

    target: Expression
    briefing: Template | None
    filler: Template | None
    branches: tuple[Branch, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Run:
    """Run a subflow: its states stand under `scope`, and the first of them is `entry`. Its outcomes are results."""

    flow: str
    scope: str
    entry: str
    branches: tuple[Branch, ...]
    span: Span


Waiting = Listen | Collect | Guard | Do | Llm | Transfer | Run
"""What a state waits in."""
Closing = Waiting | Goto | Again | Resume | End | Return
Statement = Say | Set | If | Split | Note | Wait | Keys | Record | Closing
Block = tuple[Statement, ...]
