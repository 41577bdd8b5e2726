"""What a live call needs from outside, as protocols: recogniser, synthesiser, line, guard, actions, model, record.

Audio crosses every port as raw mu-law bytes, 8 kHz mono (8,000 bytes a second), without a header: what Twilio sends and
takes, so nothing is resampled on the way (a 20 ms frame is 160 bytes).
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from flowengine.conversation.commands import Command, Expecting
from flowengine.conversation.events import Event
from flowengine.conversation.meaning import Likeness
from flowengine.graph.model import Action
from flowengine.runtime.colleague_line import ColleagueLine, ColleagueRung
from flowengine.runtime.measured import Interrupted, ReplyStarted, TurnMeasured

# What a recogniser reports. Times in ms since the stream was opened.


@dataclass(frozen=True, slots=True)
class VoiceStarted:
    """The caller's voice began.

    `certain`: whether it is surely one, as far as the recogniser can tell; reported again when it has become so. None
    where the recogniser doesn't say.
    """

    at_ms: int
    certain: bool | None = None


@dataclass(frozen=True, slots=True)
class VoiceEnded:
    """The caller's voice fell silent (not yet the end of the turn)."""

    at_ms: int


@dataclass(frozen=True, slots=True)
class PartialTranscript:
    """What the utterance sounds like so far; replaces the partial before it.

    `behind`: as far as the recogniser can tell, a voice behind the caller says it.
    """

    utterance_id: str
    text: str
    confidence: float | None = None
    behind: bool = False


@dataclass(frozen=True, slots=True)
class FinalTranscript:
    """The recogniser is sure of this utterance. Exactly one an utterance; `text` may be empty (a cough).

    `confidence` 0 to 1; `start_ms` and `end_ms` bound the voice; `behind` as in a partial, and surer.
    """

    utterance_id: str
    text: str
    confidence: float | None
    start_ms: int
    end_ms: int
    behind: bool = False


@dataclass(frozen=True, slots=True)
class RecogniserFailed:
    """The stream is lost and will report nothing more."""

    reason: str


RecogniserEvent = VoiceStarted | VoiceEnded | PartialTranscript | FinalTranscript | RecogniserFailed


class RecogniserStream(Protocol):
    """One call's recognition."""

    def push(self, mulaw: bytes) -> None:
        """Take caller audio of any length. Never waits; when overloaded, the oldest is dropped and counted."""

    def expect(self, expecting: Expecting) -> None:
        """From now on the caller is expected to say this kind of thing: sets how long a pause ends the turn."""

    def finalize(self) -> None:
        """Report the final transcript of what has been said up to now, without waiting for quiet."""

    def events(self) -> AsyncIterator[RecogniserEvent]:
        """What was recognised, until the stream is closed or fails (`RecogniserFailed` is then the last)."""

    async def close(self) -> None:
        """Idempotent; ends `events`."""


class Recogniser(Protocol):
    """Speech to text."""

    name: str

    async def open(self, call_id: str, *, language: str = "en-GB") -> RecogniserStream:
        """Begin recognition for a call. Raises RecogniserError."""

    async def close(self) -> None:
        """Give back what the engine holds; idempotent."""


class Synthesiser(Protocol):
    """Text to speech. `version` changes whenever the same words may sound otherwise: clips are kept by it."""

    name: str
    version: str

    def speak(self, text: str, *, voice: str | None = None) -> AsyncGenerator[bytes, None]:
        """Audio for one sentence, in chunks as they come. Closing the generator cancels. Raises SynthesiserError.

        An empty chunk says that the engine is at work and this sentence is waiting for its turn: it is not given up.
        """

    async def close(self) -> None:
        """Give back what the engine holds; idempotent."""


class Clips(Protocol):
    """Speech that is there before it is asked for. Fixed lines are kept, what is personal never is."""

    def at_hand(self, text: str, *, voice: str | None = None) -> bytes | None:
        """The whole audio of a fixed line, if it is in memory. Never waits."""

    async def prepare(self, text: str, *, voice: str | None = None, begun: Callable[[], None] = lambda: None) -> bytes:
        """The whole audio of a sentence, made when no caller waits for another. Raises SynthesiserError.

        `begun` is called when the waiting is over.
        """


class PlayLine(Protocol):
    """What the caller hears. Messages leave in the order asked for; none waits."""

    def play(self, mulaw: bytes) -> None:
        """Queue audio for the caller, after what is queued already."""

    def mark(self, name: str) -> None:
        """Ask to be told (`CallSession.on_mark`) when all audio queued so far has been played."""

    def clear(self) -> None:
        """Drop the far end's buffered audio. Overtakes whatever has not been sent yet."""


class CallLine(PlayLine, ColleagueLine, Protocol):
    """The far end of one call: Twilio's stream, or a browser."""

    call_id: str

    async def hang_up(self) -> None:
        """End the call for good. Idempotent; a call that has gone already is a success. Raises TelephonyError."""

    async def transfer(self, target: str) -> None:
        """Begin to put the caller through to `target` (E.164): the line plays nothing until the caller is back.

        What comes of it is told by `CallSession.on_transferred`. Raises TelephonyError.
        """

    async def is_up(self) -> bool:
        """Whether the caller is still on the telephone. Raises TelephonyError where that cannot be learnt."""

    async def record(self, start: bool) -> None:
        """Start or stop recording the call's audio. Raises TelephonyError."""


@dataclass(frozen=True, slots=True)
class GuardAnswer:
    """May the call go on? `reasons` are rule codes."""

    allowed: bool
    reasons: tuple[str, ...] = ()


class GuardPort(Protocol):
    """The compliance guard, as a call asks it."""

    async def decide(self, guard: str) -> GuardAnswer:
        """The answer for this call, now. A raise or a delay over 2 s counts as refused."""


class Actions(Protocol):
    """What a flow may have done outside the call."""

    async def run(self, action: Action, arguments: Mapping[str, object], *, key: str) -> Mapping[str, object]:
        """Its results by name. `key`: the same for the same request, so that its effect can be had only once.

        Raises ActionError. Cancelled when the call ends.
        """


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """One turn asked of the model. `exits`: names and what each means; `heard`: both sides as they were heard.

    `agent` and `company`: as whom it speaks. `call_id` is for budgets and logs, and no business of the model's.
    """

    task: str
    facts: tuple[str, ...]
    never: tuple[str, ...]
    exits: tuple[tuple[str, str], ...]
    heard: tuple[tuple[Literal["agent", "caller"], str], ...] = field(default=(), repr=False)
    language: str = "en-GB"
    agent: str = ""
    company: str = ""
    call_id: str = ""


@dataclass(frozen=True, slots=True)
class ModelReply:
    """The end of the model's turn: what it says further, and the name of the exit that it takes, if any.

    `remarks` tell, in our words, what else it tried; `used`, what it took. They go into the record.
    """

    text: str = field(repr=False)
    exit: str | None = None
    remarks: tuple[str, ...] = ()
    used: str = ""


FormKind = Literal["text", "number", "boolean", "choice", "date", "time", "datetime"]
FormValue = str | float | bool | None


@dataclass(frozen=True, slots=True)
class FormField:
    """One thing to find out. `choices` for the kind "choice" alone; dates and times are asked for as ISO 8601."""

    name: str
    description: str
    kind: FormKind = "text"
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FormRequest:
    """A form to fill in from what was said. `heard`: both sides as they were heard, the last turn last.

    `task` and the fields are the flow's and ours: nothing that was said stands in them. `within_s`: how long whoever
    asks will wait, so that a model that is slow leaves its fallback some of it.
    """

    task: str
    fields: tuple[FormField, ...]
    heard: tuple[tuple[Literal["agent", "caller"], str], ...] = field(default=(), repr=False)
    language: str = "en-GB"
    call_id: str = ""
    within_s: float = 10.0


class Model(Protocol):
    """A language model: speaks inside the fence of one `llm` statement, and fills in forms."""

    name: str

    async def answer(self, request: ModelRequest, say: Callable[[str], None]) -> ModelReply:
        """`say` is given each sentence as soon as it is whole; the reply has what it was not given. Raises ModelError.

        Cancelled when nothing comes for 4 s, or 8 s after a sentence; when the caller takes their turn; at the end.
        """

    async def fill(self, request: FormRequest) -> Mapping[str, FormValue]:
        """Every field of the form by name: of its kind, among its choices, or None where that is not known.

        Raises ModelError. Cancelled by whoever asks, who says how long they wait.
        """

    async def close(self) -> None:
        """Give back what the client holds; idempotent."""


class Lesson(Protocol):
    """What an engine has learnt of the intents of one flow."""

    async def liken(self, text: str, intents: Collection[str]) -> tuple[Likeness, ...]:
        """How near an utterance comes to the examples of these intents, the nearest first.

        Intents that were not learnt are left out. Raises MeaningError.
        """


class Meaning(Protocol):
    """Compares meanings: an embedding of sentences, with nothing sent anywhere."""

    name: str

    async def learn(self, examples: Mapping[str, tuple[str, ...]]) -> Lesson:
        """Take in examples by intent. What was learnt before costs nothing again. Raises MeaningError, MissingExtra."""

    async def close(self) -> None:
        """Give back what the engine holds; idempotent."""


@dataclass(frozen=True, slots=True)
class RecordingSet:
    """The audio is recorded from now on (`on`), or not any more; `problem` says why that was ordered in vain."""

    on: bool
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Remarked:
    """A remark of the session itself on what it could not do. No personal data."""

    text: str


@dataclass(frozen=True, slots=True)
class FirstSound:
    """The first audio of the call has left for whoever answered it."""


@dataclass(frozen=True, slots=True)
class SummaryFilled:
    """After the call a model has filled in these fields of its summary, as written in the record."""

    fields: tuple[tuple[str, str], ...] = field(repr=False)


Felt = Literal["positive", "neutral", "negative"]


@dataclass(frozen=True, slots=True)
class TurnsFelt:
    """After the call a model has said how the caller felt, by the time of each turn (seconds since the connection)."""

    turns: tuple[tuple[float, Felt], ...]


Later = SummaryFilled | TurnsFelt
Told = ReplyStarted | TurnMeasured | Interrupted | RecordingSet | Remarked | ColleagueRung | FirstSound | Later
"""What the session adds to a call's record; a replay passes it over."""


class Record(Protocol):
    """Where one call's events and commands are kept, in order. Neither method waits."""

    def write(self, at: float, entry: Event | Command | Told) -> None:
        """Keep what happened `at` seconds since the connection."""

    def suppress(self, reason: str) -> None:
        """Put the person called on the do-not-call list, now."""
