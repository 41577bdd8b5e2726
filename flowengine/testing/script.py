"""What the world outside a call answers, as a test scripts it: actions, the model, transfers.

Answers to one action are given in their order, the last of them again and again; so are those to transfers. The model's
turns are given once each. What a test does not script is no answer: the call fails, with the line that is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, TypeVar, assert_never, runtime_checkable

from flowengine.conversation.commands import AskModel, ChooseIntent, ReadValue, RunAction, Transfer, Weigh, WeighMeaning
from flowengine.conversation.conversation import Conversation
from flowengine.conversation.events import (
    ActionFinished,
    Event,
    ModelAnswered,
    ModelFailed,
    ModelSaid,
    TransferEnded,
    TransferResult,
)
from flowengine.conversation.modelling import sentences
from flowengine.conversation.summary import digits_said, filled
from flowengine.errors import NotScripted
from flowengine.runtime.unprovided import unprovided

Order = RunAction | AskModel | Weigh | Transfer


@dataclass(frozen=True, slots=True)
class ActionAnswer:
    """`action NAME gives …`, `fails`, `times out`. `values`: results by name, raw."""

    action: str
    result: Literal["gives", "fails", "times out"]
    values: tuple[tuple[str, object], ...] = ()
    after: float = 0.0


@dataclass(frozen=True, slots=True)
class ModelAnswer:
    """`llm says "…" then EXIT`, `fails`, `times out`."""

    result: Literal["says", "fails", "times out"]
    text: str = ""
    exit: str | None = None
    after: float = 0.0


@dataclass(frozen=True, slots=True)
class TransferAnswer:
    """`transfer answered`, and the other ways in which it may end."""

    result: TransferResult
    after: float = 0.0


@dataclass(frozen=True, slots=True)
class SummaryAnswer:
    """`llm summarises …`: what the model fills in after the call, by field, raw."""

    values: tuple[tuple[str, object], ...]


Scripted = ActionAnswer | ModelAnswer | TransferAnswer | SummaryAnswer
Kind = TypeVar("Kind", ActionAnswer, TransferAnswer)


@dataclass(frozen=True, slots=True)
class Answer:
    """What comes of an order, so many seconds later; `event` None: nothing ever. `before`: what comes just before."""

    after: float
    event: Callable[[float], Event] | None
    before: tuple[Callable[[float], Event], ...] = ()


@dataclass(frozen=True, slots=True)
class Coming:
    """An answer from outside that is on its way."""

    due: float
    event: Callable[[float], Event]
    is_transfer: bool = False


World = Callable[[Order], Answer]


@runtime_checkable
class Attends(Protocol):
    """A world that wants to know what is said: it is given the conversation before the call begins."""

    def attend(self, conversation: Conversation) -> None: ...


@runtime_checkable
class Summarises(Protocol):
    """A world that fills in the summary of a call that is over: fields as the record writes them, and remarks."""

    def summarise(self, conversation: Conversation, began: datetime) -> tuple[Mapping[str, str], Sequence[str]]: ...


def nobody(order: Order) -> Answer:
    """A world in which nothing is configured, as in a service without actions, model and transfers."""
    return Answer(0.0, lambda at: unprovided(order, at))


class Script:
    """The answers of one call, used up as it goes."""

    def __init__(self, answers: Iterable[Scripted]) -> None:
        self._actions: dict[str, list[ActionAnswer]] = {}
        self._model: list[ModelAnswer] = []
        self._transfers: list[TransferAnswer] = []
        self._summary: dict[str, object] = {}
        self._asked = 0
        for answer in answers:
            match answer:
                case ActionAnswer(action=action):
                    self._actions.setdefault(action, []).append(answer)
                case ModelAnswer():
                    self._model.append(answer)
                case TransferAnswer():
                    self._transfers.append(answer)
                case SummaryAnswer(values=values):
                    self._summary |= values
                case _:
                    assert_never(answer)

    def __call__(self, order: Order) -> Answer:
        """The next answer to this. Raises NotScripted where the test has none."""
        match order:
            case RunAction(request_id=request_id, action=action):
                missing = f"the flow runs the action {action!r}, and the test does not say what it gives"
                return _action(
                    _next(self._actions.get(action, []), f"{missing}: add 'action {action} fails', say"), request_id
                )
            case AskModel(request_id=request_id):
                return _model(self._turn(), request_id)
            case WeighMeaning() | ChooseIntent() | ReadValue():
                return nobody(order)
            case Transfer(request_id=request_id):
                missing = "the flow transfers the call, and the test does not say how that ends"
                ended = _next(self._transfers, f"{missing}: add 'transfer answered', say")
                return Answer(ended.after, lambda at: TransferEnded(at, request_id, ended.result))
            case _:
                assert_never(order)

    def summarise(self, conversation: Conversation, began: datetime) -> tuple[Mapping[str, str], Sequence[str]]:
        """What the test has the model fill in."""
        return filled(conversation.flow, self._summary, digits_said(conversation.transcript))

    def _turn(self) -> ModelAnswer:
        self._asked += 1
        if self._asked > len(self._model):
            turn = "a turn" if self._asked == 1 else f"turn {self._asked}"
            raise NotScripted(
                f"the flow asks the model for {turn}, and the test does not say what it says: add 'llm says \"…\"'"
            )
        return self._model[self._asked - 1]


def _next(answers: list[Kind], missing: str) -> Kind:
    if not answers:
        raise NotScripted(missing)
    return answers[0] if len(answers) == 1 else answers.pop(0)


def _action(answer: ActionAnswer, request_id: str) -> Answer:
    match answer.result:
        case "gives":
            return Answer(answer.after, lambda at: ActionFinished(at, request_id, "ok", answer.values))
        case "fails":
            reason = "the test lets it fail"
            return Answer(answer.after, lambda at: ActionFinished(at, request_id, "error", reason=reason))
        case "times out":
            return Answer(0.0, None)
        case _:
            assert_never(answer.result)


def _model(answer: ModelAnswer, request_id: str) -> Answer:
    match answer.result:
        case "says":
            # As a live call brings it (`runtime.errands`): a sentence each, then the end of the turn.
            said = tuple(_said(each, request_id) for each in sentences(answer.text))
            return Answer(answer.after, lambda at: ModelAnswered(at, request_id, "", answer.exit), said)
        case "fails":
            return Answer(answer.after, lambda at: ModelFailed(at, request_id, "the test lets it fail"))
        case "times out":
            return Answer(0.0, None)
        case _:
            assert_never(answer.result)


def _said(sentence: str, request_id: str) -> Callable[[float], Event]:
    return lambda at: ModelSaid(at, request_id, sentence)
