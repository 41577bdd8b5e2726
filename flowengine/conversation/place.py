"""Where a call stands: one stay in a state, with what waits there, its open question and its rungs.

Beside the present stay there are those that a digression has interrupted, and those that wait in a `run`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from flowengine.compliance.honoured import Honoured
from flowengine.conversation.commands import Candidate, Tier
from flowengine.conversation.events import ModelAnswered, ModelFailed
from flowengine.conversation.halves import Begun
from flowengine.conversation.prompt import Prompt
from flowengine.conversation.unheard import NOTHING, Unheard
from flowengine.graph.edges import trigger_label
from flowengine.graph.model import (
    Branch,
    Collect,
    End,
    Flow,
    Goto,
    Listen,
    Llm,
    OnIntent,
    Run,
    Transfer,
    Trigger,
    Waiting,
)

OpenToCaller = Listen | Collect | Llm
"""What waits for the caller. Whatever else waits listens for protective intents and `anywhere`'s alone."""

Purpose = Literal["timeout", "filler", "limit"]
Reply = ModelAnswered | ModelFailed
Live = tuple[tuple[Branch, ...], ...]
"""The branches that are live, in layers: the state's own first, then those of `anywhere`, in order."""


@dataclass(slots=True)
class Collecting:
    """How far a `collect` has come."""

    slots: tuple[str, ...]
    current: str
    confirming: bool = False
    failures: dict[str, int] = field(default_factory=dict)
    """Answers to a slot's question that were none, each silence included."""
    begun: Begun | None = None
    """What was said of a row of digits that was too short; the next answer may complete it."""


@dataclass(slots=True)
class ModelTalk:
    """How far the model's turns have come."""

    turns: int = 0
    """The caller's turns that were the model's to answer."""
    time_is_up: bool = False
    was_blocked: bool = False
    """The guard has stopped a sentence of the turn in hand: who breaks a rule chooses no exit with the same breath."""
    spoken: list[str] = field(default_factory=list)
    """The sentences of its turn that were said, or are being said."""
    unsaid: list[str] = field(default_factory=list)
    """Those that wait until nothing is in the way."""
    introductions: int = 0
    """How often the line that says who is calling was said again for its sake."""

    def say_again(self) -> None:
        """What was said was cut by something else: it is said once more, with the rest."""
        self.unsaid[:0] = self.spoken
        self.spoken.clear()


@dataclass(slots=True)
class Consultation:
    """How far a warm transfer has come; `request_id` is its order's."""

    request_id: str
    is_ready: bool = False
    """The colleague takes the call."""
    is_joined: bool = False
    """The caller is on their way to the colleague, or speaks with them."""


@dataclass(slots=True)
class Held:
    """A move that must not be made before some lines were heard; `tries`: how often they were said for its sake.

    `is_end`: the call's end, which waits until only the goodbye is still to be heard. `of_pitch`: what is said before
    it may be refused, so a short speech is a goodbye only where it takes leave and says no more.
    """

    move: Goto | Run | End
    by: str
    tries: int = 0
    is_end: bool = False
    of_pitch: bool = False


@dataclass(slots=True)
class Stay:
    """One stay in a state, from entering it from elsewhere; a digression interrupts it and does not end it."""

    state: str
    counts: dict[str, int] = field(default_factory=dict)
    """How often each event (`silence`, `agree`, `press 1`) happened in this stay."""
    waiting: Waiting | None = None
    question: Prompt | None = None
    collecting: Collecting | None = None
    doubt: Doubt | None = None
    keys: str = ""
    """Keys pressed so far of a longer entry."""
    talk: ModelTalk | None = None
    request: str | None = None
    """The request to the guard, an action, the model or a transfer that is open."""
    answer: str | Reply | None = None
    """Its answer that came while a digression held the floor: a result, or what the model said."""
    results: dict[str, object] = field(default_factory=dict)
    """Of an action that answered `ok`, until that is taken: a digression that holds the floor does not see them."""
    consultation: Consultation | None = None
    holds: bool = False
    """Its action takes long enough for the caller to hear music meanwhile."""
    held: Held | None = None
    """A move that waits until a line was heard."""
    unheard: Unheard = NOTHING
    """What was said here that the caller has talked into, and is still owed."""
    timers: dict[str, Purpose] = field(default_factory=dict)

    @property
    def is_ending(self) -> bool:
        """The end is decided; more than a goodbye is still to be heard before it."""
        return self.held is not None and self.held.is_end


@dataclass(frozen=True, slots=True)
class Frame:
    """A `run` that goes on: the stay that waits for the subflow's outcome, and what had been interrupted before it."""

    stay: Stay
    interrupted: tuple[Stay, ...]
    scope: str


@dataclass(frozen=True, slots=True)
class Fit:
    """A branch that fits what happened. `layer` 0: the state's; then those of `anywhere`, in order."""

    branch: Branch
    layer: int
    label: str
    score: float = 1.0
    tier: Tier = "none"
    intent: str | None = None

    @property
    def protective(self) -> bool:
        return self.tier == "protective"


@dataclass(frozen=True, slots=True)
class Doubt:
    """ "Did you mean …?" has been asked about `first`; `second` is what else it could have been.

    `kind`: asked about what every caller may say, where the flow has no branch for it. `aside`: the turn was taken, and
    what was asked then is open.
    """

    first: Fit | None
    second: Fit | None
    kind: Honoured | None = None
    aside: bool = False

    @property
    def meant(self) -> str | None:
        """What a "yes" means."""
        return self.first.intent if self.first is not None else self.kind


@dataclass(slots=True)
class Weighing:
    """Words that no phrase fits, while something outside is asked what they mean. `shown`: as the record has them.

    `likely`: what likeness made of them, once the model is asked.
    """

    stay: Stay
    request_id: str
    text: str
    shown: str
    likely: tuple[Candidate, ...] = ()
    leaning: Fit | None = None
    """What a phrase takes them for that covers little of them."""
    denied: frozenset[str] = frozenset()
    """Intents of which they hold a phrase that a "not" turns round."""
    is_late: bool = False
    """Its timer has run out."""


def is_away(stay: Stay) -> bool:
    """Whether the caller is being put through, or speaks with somebody else."""
    waits = isinstance(stay.waiting, Transfer)
    return waits and (stay.consultation is None or stay.consultation.is_joined)


def layers(flow: Flow, stay: Stay) -> Live:
    """The branches that are live, the state's first; a subflow's `anywhere` in its own states alone."""
    own = stay.waiting.branches if stay.waiting is not None else ()
    return (own, *(layer.branches for layer in flow.layers(flow.states[stay.state].scope)))


def fits(live: Live, trigger: Trigger, counts: dict[str, int]) -> Iterator[Fit]:
    """The branches on `trigger` whose rung is reached, this time counted in."""
    label = trigger_label(trigger)
    for layer, branches in enumerate(live):
        for branch in branches:
            if trigger in branch.triggers:
                reached = 1 + sum(counts.get(trigger_label(each), 0) for each in branch.triggers)
                if reached >= branch.rung:
                    yield Fit(branch, layer, label)


def best(found: list[Fit]) -> list[Fit]:
    """In the language's order: protective, the highest rung, the state's before `anywhere`'s, the best score."""
    return sorted(found, key=lambda fit: (not fit.protective, -fit.branch.rung, fit.layer, -fit.score))


def intents_of(live: Live) -> tuple[str, ...]:
    """The names of the live intents, each once, in order."""
    named = (
        trigger.name
        for branches in live
        for branch in branches
        for trigger in branch.triggers
        if isinstance(trigger, OnIntent)
    )
    return tuple(dict.fromkeys(named))


def live_on(flow: Flow, stay: Stay, trigger: Trigger) -> list[Fit]:
    """The live branches on it, the one to take first."""
    return best(list(fits(layers(flow, stay), trigger, stay.counts)))
