"""A turn that was taken too soon: the caller goes on, and both parts are one turn after all.

"Yes … but not today": a plain "yes" ends a turn after a fifth of a second, so what belongs to it can come when the call
has moved on. Where the caller goes on before they can have heard what they were answered, the call goes back to where
it stood before the turn and takes the whole of it there.

Where they go on by taking it back ("yes … no", "Tuesday … sorry, Wednesday"), what they say last is understood.

What has left the call is not taken back: an order that reaches the world outside, a note, an opt-out or anything else
that protects the caller, a refusal after which a policy forbids something. Nor is what was heard: lines count as heard
that were. Such turns stand, and the words are taken where the call is now.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields, replace

from flowengine.conversation.afterthoughts import Words
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
    Reached,
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
from flowengine.conversation.second_parts import FirstPart, SecondParts
from flowengine.graph.model import Collect
from flowengine.graph.model import Listen as Listening
from flowengine.language.source import Span
from flowengine.words.normalise import words

SOON_S = 2.0
"""From the turn to the first words of what follows: a recogniser is sure of those half a second after they began."""
MOST_HEARD = 2
"""Words of the answer. Nobody answers to so little of it: what was heard by then began half a second before."""

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
    first: FirstPart
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
        self._second = SecondParts(call)
        self._turn: _Turn | None = None

    def begin(self, said: Words) -> None:
        """A turn of the caller's is about to be taken."""
        self._turn = None
        if self._is_simple(said.meant):
            before = self._stands()
            here = next(copy for stay, copy in before.stays if stay is before.stay)
            first = FirstPart(said, here, before.variables, self._is_free)
            self._turn = _Turn(self._call.at, first, before)

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
                case SlotFilled(name=name):
                    turn.first.filled.add(name)
                case Understood(intent=str(intent)):
                    turn.first.intent = intent
                case _ if not isinstance(command, REVOCABLE):
                    return self.forget()
                case _:
                    pass
        return None

    def takes(self, text: str, reached: Reached | None = None) -> bool:
        """Whether these words are one turn with the last, which can still be taken back.

        `reached`: how far the agent had come when they began, in an answer that is still being spoken; None: unknown.
        """
        call, turn = self._call, self._turn
        if turn is None or text == HIDDEN or call.is_weighing or not self._second.belongs(turn.first, text):
            return False
        heard = turn.heard if call.transcript.quiet else self._heard_by(turn, reached)
        if heard is None:
            return False
        began = call.at if turn.cut_at is None else turn.cut_at
        so_far = " ".join(heard.values())
        # A question that was heard, however short, can be answered.
        if began - turn.at > SOON_S or len(words(so_far)) > MOST_HEARD or "?" in so_far:
            return False
        begun = frozenset(line for each, line in turn.lines.items() if line is not None and heard.get(each))
        return self._promises.may_take_back(turn.before.happened, begun)

    def _heard_by(self, turn: _Turn, reached: Reached | None) -> dict[str, str] | None:
        """What was heard of an answer that goes on, when the agent had come so far; None where nobody knows, and where
        it may not be cut."""
        call = self._call
        if reached is None or call.transcript.firm:
            return None
        heard = dict(turn.heard)
        if reached.speech_id not in turn.lines:
            # They began before it did.
            return heard
        for each in call.transcript.speeches:
            if not isinstance(each, Speak):
                return None
            if each.speech_id == reached.speech_id:
                return {**heard, each.speech_id: " ".join(each.text.split()[: reached.words])}
            heard[each.speech_id] = each.text
        return None

    def take_back(self, text: str, reached: Reached | None = None) -> Words:
        """Stand where the call stood before the last turn; the words of both, to be taken there. As `takes` says."""
        call, turn = self._call, self._turn
        assert turn is not None, "there is no turn to take back"
        self._turn, before, left = None, turn.before, call.stay
        assert left is not None, "the call has not begun"
        together = self._second.together(turn.first, text.strip())
        turn.heard = (None if call.transcript.quiet else self._heard_by(turn, reached)) or turn.heard
        call.stop_speaking()
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
        return together

    def _is_simple(self, text: str) -> bool:
        """Whether all that the turn may change can be put back. An answer in free words has no end that is too soon."""
        call = self._call
        stay = call.stay
        if stay is None or text == HIDDEN or call.is_firm or not isinstance(stay.waiting, Listening | Collect):
            return False
        if isinstance(stay.waiting, Collect) and (self._collector.secret or (self._is_free and not self._is_name)):
            return False
        return not any(each.request or each.timers or each.talk or each.consultation for each in call.stays())

    @property
    def _is_free(self) -> bool:
        stay = self._call.stay
        return stay is not None and isinstance(stay.waiting, Collect) and self._collector.expects_words

    @property
    def _is_name(self) -> bool:
        return self._collector.wanted.kind == "uk_name"

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
        # What was said of the answer is owed to nobody.
        call.transcript.asking.answered()
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
