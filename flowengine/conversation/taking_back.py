"""A turn that was taken too soon: the caller goes on, and both parts are one turn after all.

"Yes … but not today": a plain "yes" ends a turn after a fifth of a second, so what belongs to it can come when the call
has moved on. Where the caller goes on before they can have heard what they were answered, the call goes back to where
it stood before the turn and takes the whole of it there.

What has left the call is not taken back: an order that reaches the world outside, a note, an opt-out or anything else
that protects the caller, a refusal after which a policy forbids something. Nor is what was heard: lines count as heard
that were. Such turns stand, and the words are taken where the call is now.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields, replace

from flowengine.conversation.call import Call, written
from flowengine.conversation.collector import Collector
from flowengine.conversation.commands import (
    Blocked,
    CancelTimer,
    ChooseIntent,
    Chose,
    Command,
    Entered,
    Listen,
    Pause,
    ReadValue,
    SlotFilled,
    Speak,
    StartTimer,
    StopSpeaking,
    TakenBack,
    Understood,
    WeighMeaning,
)
from flowengine.conversation.events import (
    CallerSaid,
    Event,
    IntentChosen,
    MeaningWeighed,
    SpeechCut,
    SpeechHeard,
    ValueRead,
    WeighingFailed,
)
from flowengine.conversation.expecting import expecting
from flowengine.conversation.hiding import HIDDEN
from flowengine.conversation.place import Frame, Stay, intents_of, layers
from flowengine.conversation.promises import Happened, Promises
from flowengine.conversation.prompt import Prompt
from flowengine.graph.model import Collect
from flowengine.graph.model import Listen as Listening
from flowengine.language.source import Span
from flowengine.words.normalise import words

SOON_S = 2.0
"""From the turn to the first words of what follows: a recogniser is sure of those half a second after they began."""
MOST_HEARD = 2
"""Words of the answer. Nobody answers to so little of it: what was heard by then began half a second before."""

GOES_ON = (
    ("but",),
    ("not",),
    ("no",),
    ("only",),
    ("except",),
    ("unless",),
    ("if",),
    ("and",),
    ("or",),
    ("because",),
    ("though",),
    ("although",),
    ("actually",),
    ("wait",),
    ("hang", "on"),
    ("hold", "on"),
    ("i", "mean"),
    ("just", "not"),
)
"""How words begin that belong to what was said before them. "Well", "just", "so" and "when" begin answers as well."""

REVOCABLE = (
    Speak
    | Pause
    | StopSpeaking
    | Listen
    | StartTimer
    | CancelTimer
    | WeighMeaning
    | ChooseIntent
    | ReadValue
    | Entered
    | Understood
    | TakenBack
    | SlotFilled
    | Chose
    | Blocked
)
"""What a turn may have led to that is taken back: nothing of it has reached anybody but the caller's ear."""


def goes_on(text: str) -> bool:
    """Whether words begin as those do that belong to what was said before them."""
    said = tuple(words(text))
    return any(said[: len(each)] == each for each in GOES_ON)


@dataclass(frozen=True, slots=True)
class _Before:
    """Where the call stood before the turn. `stays`: each stay, and a copy of it."""

    stays: tuple[tuple[Stay, Stay], ...]
    stay: Stay
    interrupted: tuple[Stay, ...]
    frames: tuple[Frame, ...]
    machine: Collection[str]
    happened: Happened
    variables: Mapping[str, object]
    confirmed: Mapping[str, object]
    secret: frozenset[str]
    said_lines: frozenset[str]
    turns: int
    turns_spent: frozenset[Span]
    last_heard: str
    sentiment: float | None
    mood: float
    latest: Prompt | None
    opt_out_open: bool
    refused: bool


@dataclass(slots=True)
class _Turn:
    """The turn that could still be taken back: its words, and what was made of its answer so far."""

    at: float
    text: str
    before: _Before
    is_new: bool = True
    """It was taken in the event in hand."""
    lines: dict[str, str | None] = field(default_factory=dict)
    """What was ordered to be said since, by speech: the name of its line."""
    heard: dict[str, str] = field(default_factory=dict)
    """What was heard of those that were cut."""
    cut_at: float | None = None

    def outlives(self, event: Event, commands: Collection[Command]) -> bool:
        """Take an event; whether the turn is still as it was: its answer is cut, or a question about it answered."""
        match event:
            case SpeechCut(speech_id=speech_id, heard=heard):
                if speech_id in self.lines:
                    self.heard[speech_id] = heard
                    self.cut_at = event.at if self.cut_at is None else self.cut_at
                return True
            case SpeechHeard(speech_id=speech_id):
                return speech_id not in self.lines
            case MeaningWeighed() | IntentChosen() | ValueRead() | WeighingFailed():
                return True
            case CallerSaid():
                # A cough.
                return not any(isinstance(each, Understood) for each in commands)
            case _:
                return False

    @property
    def begun(self) -> frozenset[str]:
        """The lines that were said since, if only in part."""
        return frozenset(line for each, line in self.lines.items() if line is not None and self.heard.get(each))


class TakingBack:
    """Remembers the last turn of one call for as long as it could be taken back."""

    def __init__(self, call: Call, promises: Promises, collector: Collector) -> None:
        self._call = call
        self._promises = promises
        self._collector = collector
        self._turn: _Turn | None = None

    def begin(self, text: str) -> None:
        """A turn of the caller's is about to be taken."""
        self._turn = _Turn(self._call.at, text.strip(), self._stands()) if self._is_simple(text) else None

    def forget(self) -> None:
        """The last turn stands."""
        self._turn = None

    def follow(self, event: Event, commands: Collection[Command]) -> None:
        """What has happened since, and what it led to: the turn may stand by it."""
        turn = self._turn
        if turn is None:
            return None
        if not turn.is_new and not turn.outlives(event, commands):
            return self.forget()
        turn.is_new = False
        for command in commands:
            match command:
                case Understood(tier="protective") | Listen(private=True):
                    return self.forget()
                case Speak(speech_id=speech_id, line=line):
                    turn.lines[speech_id] = line
                case _ if not isinstance(command, REVOCABLE):
                    return self.forget()
                case _:
                    pass
        return None

    def takes(self, text: str) -> bool:
        """Whether these words are one turn with the last, which can still be taken back."""
        call, turn = self._call, self._turn
        if turn is None or text == HIDDEN or call.is_weighing or not call.transcript.quiet or not goes_on(text):
            return False
        began = call.at if turn.cut_at is None else turn.cut_at
        heard = " ".join(turn.heard.values())
        # A question that was heard, however short, can be answered.
        if began - turn.at > SOON_S or len(words(heard)) > MOST_HEARD or "?" in heard:
            return False
        return self._promises.may_take_back(turn.before.happened, turn.begun)

    def take_back(self, text: str) -> str:
        """Stand where the call stood before the last turn; the words of both, to be taken there."""
        call, turn = self._call, self._turn
        assert turn is not None, "there is no turn to take back"
        self._turn, before, left = None, turn.before, call.stay
        assert left is not None, "the call has not begun"
        call.disarm_silence()
        call.disarm_keys()
        call.end_weighing()
        known = dict(call.variables)
        self._put_back(turn, before)
        gone = tuple(name for name in known if name not in call.variables)
        call.emit(TakenBack(turn.at, before.stay.state, gone))
        if left.state != before.stay.state:
            call.emit(Entered(before.stay.state, left.state, "taken_back"))
        for name, value in call.variables.items():
            if known.get(name) != value:
                call.emit(SlotFilled(name, HIDDEN if name in call.secret else written(value)))
        stay = before.stay
        call.emit(Listen(expecting(call.flow, stay), intents_of(layers(call.flow, stay))))
        return f"{turn.text} {text.strip()}"

    def _is_simple(self, text: str) -> bool:
        """Whether all that the turn may change can be put back. An answer in free words has no end that is too soon."""
        call = self._call
        stay = call.stay
        if stay is None or text == HIDDEN or call.is_firm or not isinstance(stay.waiting, Listening | Collect):
            return False
        if isinstance(stay.waiting, Collect) and (self._collector.secret or self._collector.expects_words):
            return False
        return not any(each.request or each.timers or each.talk or each.consultation for each in call.stays())

    def _stands(self) -> _Before:
        call = self._call
        assert call.stay is not None, "the call has not begun"
        return _Before(
            tuple((each, _copy(each)) for each in call.stays()),
            call.stay,
            tuple(call.interrupted),
            tuple(call.frames),
            call.machine.configuration,
            self._promises.happened_so_far,
            dict(call.variables),
            dict(call.confirmed),
            frozenset(call.secret),
            frozenset(call.transcript.said_lines),
            call.turns,
            frozenset(call.turns_spent),
            call.last_heard,
            call.sentiment,
            call.mood,
            call.latest,
            call.opt_out_open,
            call.guarding.refused,
        )

    def _put_back(self, turn: _Turn, before: _Before) -> None:
        call = self._call
        for stay, was in before.stays:
            for each in fields(Stay):
                setattr(stay, each.name, getattr(was, each.name))
        call.machine.put_back(before.machine)
        call.stay = before.stay
        call.interrupted[:] = before.interrupted
        call.frames[:] = before.frames
        call.variables.clear()
        call.variables.update(before.variables)
        call.confirmed.clear()
        call.confirmed.update(before.confirmed)
        call.secret.intersection_update(before.secret)
        call.secret.update(before.secret)
        call.turns, call.last_heard = before.turns, before.last_heard
        call.turns_spent.intersection_update(before.turns_spent)
        call.sentiment, call.mood = before.sentiment, before.mood
        call.latest, call.opt_out_open = before.latest, before.opt_out_open
        call.guarding.refused = before.refused
        self._promises.put_back(before.happened)
        call.transcript.said_lines.intersection_update(before.said_lines | turn.begun)
        call.transcript.reopen()
        call.may_repeat()


def _copy(stay: Stay) -> Stay:
    collecting, held = stay.collecting, stay.held
    return replace(
        stay,
        counts=dict(stay.counts),
        collecting=collecting and replace(collecting, failures=dict(collecting.failures)),
        held=held and replace(held),
        results=dict(stay.results),
        timers=dict(stay.timers),
    )
