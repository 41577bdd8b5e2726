"""What a session gives, is given and tells: its parts, its result, and what those who watch it see."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from flowengine.conversation.commands import Command
from flowengine.conversation.conversation import Conversation
from flowengine.conversation.events import Event
from flowengine.runtime.opening import CONNECTED, Opening
from flowengine.runtime.outliving import Outliving
from flowengine.runtime.ports import (
    Actions,
    CallLine,
    Clips,
    GuardPort,
    Lesson,
    Model,
    PartialTranscript,
    Recogniser,
    Record,
    Synthesiser,
    Told,
)
from flowengine.runtime.ticker import Ticker

Observed = Event | Command | PartialTranscript | Told


@dataclass(frozen=True, slots=True)
class CallResult:
    """How a session ended. `abnormal`: neither the flow's own ending nor the caller's hang-up. Duration in seconds."""

    outcome: str
    reason: str
    abnormal: bool
    duration: float


@dataclass(frozen=True, slots=True)
class SessionParts:
    """What a session works with; whoever made these closes them.

    Without a recogniser the caller types. Without actions or a model, what a flow asks of them fails.
    `clips`: what of the synthesiser's speech is there before it is asked for.
    `lesson`: what an engine that compares meanings has learnt of the flow.
    `hold_music`: a loop for callers who wait, mu-law 8 kHz; None: the engine's own tune.
    `speculates`: the model is asked while the caller may still be speaking.
    `opening`: a new call, or one that goes on. `outliving`: keeps what the call could not wait for at its end.
    """

    conversation: Conversation
    line: CallLine
    synthesiser: Synthesiser
    guard: GuardPort
    record: Record
    ticker: Ticker
    recogniser: Recogniser | None = None
    clips: Clips | None = None
    hold_music: bytes | None = None
    actions: Actions | None = None
    model: Model | None = None
    lesson: Lesson | None = None
    speculates: bool = False
    voice: str | None = None
    language: str = "en-GB"
    longest_s: float = 1800.0
    opening: Opening = CONNECTED
    outliving: Outliving = field(default_factory=Outliving)
    observe: Callable[[float, Observed], None] | None = None

    def keep(self, at: float, seen: Event | Command | Told) -> None:
        """Into the record, and before the eyes of whoever watches."""
        self.record.write(at, seen)
        self.show(at, seen)

    def show(self, at: float, seen: Observed) -> None:
        """Before the eyes of whoever watches: nothing to keep."""
        if self.observe is not None:
            self.observe(at, seen)
