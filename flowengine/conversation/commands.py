"""What a `Conversation` asks of whoever drives it.

Orders are carried out in the order given. Facts ask for nothing; the record and the pages that watch a call want them.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Literal

from flowengine.compliance.saying.rule import Rule

Expecting = Literal["open", "choice", "text", "number", "digits", "date", "time", "postcode"]
Speaker = Literal["model", "outside", "flow"]
Evidence = Literal["verdict", "words", "beep"]
Tier = Literal["protective", "phrase", "pattern", "meaning", "model", "key", "slot", "none"]

# Orders.


@dataclass(frozen=True, slots=True)
class Speak:
    """Say these sentences, after all that was asked for before. Answered by `SpeechHeard` or `SpeechCut`.

    `after`: interruptible only once this line was heard in the call, which is asked at the moment of the interruption.
    """

    speech_id: str
    sentences: tuple[str, ...]
    line: str | None = None
    interruptible: bool = True
    after: str | None = None

    @property
    def text(self) -> str:
        return " ".join(self.sentences)

    def may_be_cut(self, heard_lines: Collection[str]) -> bool:
        """Whether the caller may cut it short, once these lines were heard to their end."""
        return self.interruptible and (self.after is None or self.after in heard_lines)


@dataclass(frozen=True, slots=True)
class Pause:
    """Stay quiet for so many seconds, in order with the speech. Answered like `Speak`."""

    speech_id: str
    seconds: float


@dataclass(frozen=True, slots=True)
class SendKeys:
    """Send these keys as tones, in order with the speech: digits, `*`, `#`, and `w` for half a second of nothing.

    They may not be interrupted. Answered like `Speak`. `secret`: no record, page or log shows them.
    """

    speech_id: str
    keys: str = field(repr=False)
    secret: bool = False

    def may_be_cut(self, heard_lines: Collection[str]) -> bool:
        """Never: half a number is another number."""
        return False


@dataclass(frozen=True, slots=True)
class StopSpeaking:
    """Drop whatever is being spoken or waits to be; each is answered by `SpeechCut`."""


@dataclass(frozen=True, slots=True)
class Listen:
    """The caller's turn is open. `expecting` tells the recogniser how patient to be; `intents` are the live ones.

    `private`: a secret is being typed. Until the next `Listen` the caller's voice must reach no recogniser and no log,
    and the record shows their keys as `record.hidden` does.
    """

    expecting: Expecting
    intents: tuple[str, ...]
    private: bool = False


@dataclass(frozen=True, slots=True)
class StartTimer:
    """Send `TimerFired` in so many seconds; the same id again replaces it."""

    timer_id: str
    seconds: float


@dataclass(frozen=True, slots=True)
class CancelTimer:
    """Forget this timer."""

    timer_id: str


@dataclass(frozen=True, slots=True)
class AskGuard:
    """Ask the compliance guard; answer with `GuardAnswered`."""

    request_id: str
    guard: str


@dataclass(frozen=True, slots=True)
class RunAction:
    """Run an action of the flow; answer with `ActionFinished`. `arguments` by parameter, typed; `timeout` in seconds.

    `secret` names the arguments that no record may show. The call's id and `request_id` together are the idempotency
    key: the same order never has two effects.
    """

    request_id: str
    action: str
    arguments: tuple[tuple[str, object], ...]
    timeout: float
    secret: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AskModel:
    """Ask the model for its next turn; answer with `ModelSaid`, a sentence each, then `ModelAnswered` or `ModelFailed`.

    Once the timer of the same id is cancelled nobody waits for the answer: it is dropped, however far it has come.
    `exits`: names and what each means. The words of both sides are the conversation's transcript, as it was heard.
    """

    request_id: str
    task: str
    facts: tuple[str, ...]
    never: tuple[str, ...]
    exits: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class WeighMeaning:
    """Compare these words with the examples of these intents; answer with `MeaningWeighed` or `WeighingFailed`."""

    request_id: str
    text: str
    intents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChooseIntent:
    """Ask the model which of these is meant, or none; answer with `IntentChosen` or `WeighingFailed`.

    `question`: what the agent asked last. `choices`: names and what each means.
    """

    request_id: str
    text: str
    question: str
    choices: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ReadValue:
    """Ask the model for the value of a slot in these words; answer with `ValueRead` or `WeighingFailed`."""

    request_id: str
    text: str
    slot: str
    question: str


@dataclass(frozen=True, slots=True)
class Transfer:
    """Put the caller through to `target` (E.164), when all speech asked for before was heard.

    Answer with `TransferEnded`. With a `briefing`, ring a colleague there at once, tell them that, and ask whether they
    take the call, while the caller stays: answer with `ColleagueReady`, or with `TransferEnded`.
    """

    request_id: str
    target: str
    briefing: str | None = None


@dataclass(frozen=True, slots=True)
class Join:
    """Put the caller together with the colleague who is ready, when all speech asked for before was heard.

    Answer with `TransferEnded`.
    """

    request_id: str


@dataclass(frozen=True, slots=True)
class Dismiss:
    """Nobody waits any more for the colleague who was rung: their call is ended, and nothing is answered."""

    request_id: str


@dataclass(frozen=True, slots=True)
class Hold:
    """The caller waits: while nothing is being said, they hear music; or they do so no more."""

    on: bool


@dataclass(frozen=True, slots=True)
class Record:
    """Start recording the call's audio, or stop."""

    start: bool


@dataclass(frozen=True, slots=True)
class HearGreeting:
    """A machine's greeting is to be heard out; answer with `GreetingEnded`. With `on` False: no more.

    It ends with a beep, after so many seconds of `quiet`, or when it has lasted for `longest`. Again, it replaces.
    """

    on: bool
    quiet: float = 2.0
    longest: float = 30.0


@dataclass(frozen=True, slots=True)
class Suppress:
    """The caller opted out: write the number to the do-not-call list at once."""

    reason: str


@dataclass(frozen=True, slots=True)
class Hangup:
    """End the call, when all speech asked for before was heard."""

    outcome: str


# Facts.


@dataclass(frozen=True, slots=True)
class Entered:
    """The call is now in this state; `by` is what led there (an intent, `silence`, `done`, `start`, …)."""

    state: str
    previous: str | None
    by: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """One intent that was weighed; `score` 0 to 1."""

    intent: str
    score: float
    tier: Tier


@dataclass(frozen=True, slots=True)
class Understood:
    """How an utterance was taken: `intent` None means that nothing fitted. Candidates best first.

    `sentiment`: how the caller felt, −1 to 1; None where that is not known: keys, hidden words, what was no turn.
    """

    text: str
    intent: str | None
    score: float
    tier: Tier
    candidates: tuple[Candidate, ...] = ()
    sentiment: float | None = None


@dataclass(frozen=True, slots=True)
class TakenBack:
    """The caller has gone on: their turn that was taken at second `at` is one with the words in hand, taken anew.

    The call stands in `state` again, as before that turn. `forgotten`: slots and variables that have no value again.
    """

    at: float
    state: str
    forgotten: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Screened:
    """Whoever answered was taken for a machine, and is one, or is a person after all. `evidence`: of a machine."""

    by_machine: bool
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class SlotFilled:
    """A slot or variable got a value; `value` as written in the record (ISO dates and times)."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Chose:
    """A `split` took this variant."""

    split: str
    variant: str


@dataclass(frozen=True, slots=True)
class Noted:
    """A remark for the record."""

    text: str


@dataclass(frozen=True, slots=True)
class Blocked:
    """The guard did not let a sentence be said: the rule, and what it does ("gives a guarantee"), not its words.

    `speaker`: who wanted it said: the model, somebody outside, or a value in a text of the flow.
    """

    rule: Rule
    what: str
    speaker: Speaker


@dataclass(frozen=True, slots=True)
class Summarised:
    """What is kept of the call by the flow's `summary`: `fields` as written in the record, None for what is not known.

    Comes just before `Ended`. What a model has to say of it comes later, from whoever drives the call.
    """

    fields: tuple[tuple[str, str | None], ...]


@dataclass(frozen=True, slots=True)
class Ended:
    """The conversation is over; nothing but what was already asked for will be spoken, but for the answer to an opt-out
    over it."""

    outcome: str


Order = (
    Speak
    | Pause
    | SendKeys
    | StopSpeaking
    | Listen
    | StartTimer
    | CancelTimer
    | AskGuard
    | RunAction
    | AskModel
    | WeighMeaning
    | ChooseIntent
    | ReadValue
    | Transfer
    | Join
    | Dismiss
    | Hold
    | Record
    | HearGreeting
    | Suppress
    | Hangup
)
Weigh = WeighMeaning | ChooseIntent | ReadValue
Fact = Entered | Understood | TakenBack | Screened | SlotFilled | Chose | Noted | Blocked | Summarised | Ended
Command = Order | Fact
