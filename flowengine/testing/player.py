"""A flow played turn by turn in virtual time: what `flowengine test`, `flowengine chat` and the pytest fixture drive.

    player = Player(flow, {"name": "Sam"})
    player.listen().agent      # "Good morning. Am I speaking with Sam?"
    player.say("yes")

A ten-minute call takes milliseconds, and the same calls give the same turns, every time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import assert_never
from zoneinfo import ZoneInfo

from flowengine.conversation.call import Further
from flowengine.conversation.commands import (
    Blocked,
    Chose,
    Ended,
    Entered,
    Fact,
    Noted,
    Screened,
    SendKeys,
    SlotFilled,
    Speak,
    Summarised,
    Suppress,
    TakenBack,
    Understood,
)
from flowengine.conversation.contact import check_contact
from flowengine.conversation.conversation import Conversation
from flowengine.conversation.hiding import HIDDEN
from flowengine.conversation.trace import UNTRACED
from flowengine.errors import FlowEngineError
from flowengine.graph.model import Flow, Intent
from flowengine.runtime.hearing_out import MORE_WITHIN_S
from flowengine.runtime.ports import GuardAnswer
from flowengine.testing.barge_in import why_firm
from flowengine.testing.coverage.ways import Tally
from flowengine.testing.matching import find_words
from flowengine.testing.private_line import UNHEARD
from flowengine.testing.script import Attends, Summarises, World, nobody
from flowengine.testing.speech import Said
from flowengine.testing.verdicts import Verdict, verdict
from flowengine.testing.virtual_call import VirtualCall

LONDON = ZoneInfo("Europe/London")
DEFAULT_NOW = datetime(2026, 11, 24, 10, 0, tzinfo=LONDON)
"""When a call takes place that names no time: a Tuesday morning, so that tests don't depend on the day they run."""
LONGEST_SILENCE_S = 600.0


@dataclass(frozen=True, slots=True)
class Turn:
    """What came of one thing the caller did (`caller`, as a .flowtest writes it; None for the opening of the call)."""

    at: float
    caller: str | None
    said: tuple[Said, ...]
    entered: tuple[Entered, ...]
    understood: tuple[Understood, ...]
    filled: tuple[SlotFilled, ...]
    notes: tuple[str, ...]
    verdicts: tuple[Verdict, ...]
    suppressed: str | None
    state: str | None
    outcome: str | None

    @property
    def agent(self) -> str:
        """What the caller heard, as one text."""
        return " ".join(said.heard for said in self.said if said.heard)


@dataclass(slots=True)
class _Open:
    """A turn that still goes on."""

    at: float
    caller: str | None
    said: list[Said] = field(default_factory=list)
    entered: list[Entered] = field(default_factory=list)
    understood: list[Understood] = field(default_factory=list)
    filled: list[SlotFilled] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    suppressed: str | None = None
    state: str | None = None
    outcome: str | None = None


class Player:
    """One call of one flow, connected at once.

    `contact`: the flow's inputs, raw (ISO strings and JSON values do). `now`: when the call takes place, with a time
    zone; a naive one is taken as UK time. `guard`: answers by name (`{"uk_outbound": False}`); a guard without one is
    asked about the hours of `now`. `world` answers for actions, the model and transfers, `further` says what of it is
    asked when no phrase fits; `variants` settles splits, `tally` is told of the call's ways. Raises ContactNotValid.
    """

    def __init__(
        self,
        flow: Flow,
        contact: Mapping[str, object] | None = None,
        *,
        now: datetime | None = None,
        guard: Mapping[str, bool] | None = None,
        world: World = nobody,
        variants: Mapping[str, str] | None = None,
        tally: Tally | None = None,
        further: frozenset[Further] = frozenset(),
    ) -> None:
        self.flow = flow
        self.started = in_london(now or DEFAULT_NOW)
        self._given = dict(guard or {})
        self.contact = check_contact(flow, contact or {})
        self._conversation = Conversation(
            flow, self.contact, started=self.started, trace=tally or UNTRACED, variants=variants, further=further
        )
        watcher: object = world
        if isinstance(watcher, Attends):
            watcher.attend(self._conversation)
        self._turns = [_Open(0.0, None)]
        self._reached: str | None = None
        self._firm: Speak | SendKeys | None = None
        self._was_ended = False
        """The flow had ended when the caller broke in."""
        self._reckoned: dict[str, str | None] = {}
        self._filled: tuple[Mapping[str, str], Sequence[str]] | None = None
        self._world: object = world
        self._call = VirtualCall(
            self._conversation, self._decide, world=world, on_said=self._on_said, on_fact=self._on_fact
        )
        self._call.connect()

    # What the caller does. The agent finishes first, except in `interrupt` and `hang_up_after`.

    def say(self, text: str, seconds: float | None = None) -> None:
        """The caller says these words, in so many seconds, or in as many as they take."""
        cue = "" if seconds is None else f"(takes {seconds:g}s) "
        self._begin(cue + text)
        if not self._call.say(text, seconds=seconds):
            self._unheard(cue)

    def press(self, keys: str) -> None:
        """The caller presses keys: `1`, `*`, `4711`."""
        self._begin(f"(press {keys})")
        self._turns[-1].caller = f"(press {self._call.press(keys)})"

    def silence(self, seconds: float | None = None) -> None:
        """The caller says nothing: for so many seconds after the agent's last word, or until the flow stirs."""
        self._begin(f"(silence {seconds:g}s)" if seconds is not None else "(silence)")
        if seconds is not None:
            self._call.wait(seconds)
        else:
            self._call.wait_for_timer(LONGEST_SILENCE_S)

    def hang_up(self) -> None:
        """The caller hangs up."""
        self._begin("(hangs up)")
        self._call.hang_up()

    def voicemail(self) -> None:
        """What answers turns out to be a machine."""
        self._begin("(voicemail)")
        self._call.machine()

    def interrupt(self, after: str, text: str) -> bool:
        """The caller breaks in as soon as these words of the agent's were heard; False when they are not coming."""
        if not self.speak_up_to(after):
            return False
        firm, self._was_ended = self._call.firm, (self._call.hanging_up or self._conversation.is_ending)
        self._call.interrupt(text)
        cue = f'(interrupts after "{after}") '
        self._begin_amid(cue + text, firm)
        if not self._call.say(text, reaction=0.0):
            self._unheard(cue)
        return True

    def hang_up_after(self, after: str) -> bool:
        """The caller hangs up as soon as these words were heard; False when they are not coming."""
        if not self.speak_up_to(after):
            return False
        self._call.drop_speech()
        self._begin_amid(f'(interrupts after "{after}") (hangs up)')
        self._call.hang_up()
        return True

    def press_after(self, after: str, keys: str) -> bool:
        """The caller presses keys as soon as these words were heard; False when they are not coming."""
        if not self.speak_up_to(after):
            return False
        self._was_ended = self._call.hanging_up or self._conversation.is_ending
        cue = f'(interrupts after "{after}") '
        self._begin_amid(f"{cue}(press {keys})", self._call.firm)
        self._turns[-1].caller = f"{cue}(press {self._call.press(keys)})"
        return True

    def voicemail_after(self, after: str) -> bool:
        """A machine is found out as soon as these words were heard; False when they are not coming."""
        if not self.speak_up_to(after):
            return False
        self._begin_amid(f'(interrupts after "{after}") (voicemail)')
        self._call.machine()
        return True

    # What came of it.

    def listen(self, *, to_the_end: bool = False) -> Turn:
        """Let the agent finish, and `to_the_end` a line that waits for what the caller has begun; the turn then."""
        self._call.let_speak()
        if to_the_end and self._call.hanging_up and not self._call.over:
            self._call.wait(MORE_WITHIN_S)
        return self.turn

    def speak_up_to(self, words: str) -> bool:
        """Let the agent speak until these words were heard; False, and nothing happens, when they are not coming."""
        if self._reached == words:
            return True
        while (count := find_words(words, self._call.speech_ahead())) is None:
            # Not asked for yet: what follows an answer from outside, or a line over which the caller spoke in vain.
            if not (self._call.answer_is_coming or (self._firm and self._call.firm)) or not self._call.let_come():
                return False
        self._call.let_speak_words(count)
        self._reached = words
        return True

    def agent_so_far(self) -> str:
        """What the caller has heard in this turn, the sentence that is being spoken included."""
        return " ".join(text for text in (self.turn.agent, self._call.heard_of_current()) if text)

    @property
    def unheard(self) -> str | None:
        """Why the caller's words of this turn reached nobody; None where they did."""
        return UNHEARD if UNHEARD in self._turns[-1].notes else None

    @property
    def not_cut(self) -> str | None:
        """Why the caller, who broke in, cut nothing short in this turn; None where they did, or did not try."""
        firm, turn = self._firm, self.turn
        # What protects the caller has cut it short all the same.
        if firm is None or not any(said.complete and said.began < turn.at for said in turn.said):
            return None
        then = "only an opt-out is answered after it" if self._was_ended else "was answered when it was heard"
        return f"the caller could not cut in, and {then}: {why_firm(self.flow, firm)}"

    @property
    def turn(self) -> Turn:
        """The turn as it stands now; the agent may still be speaking."""
        self._turns[-1].state, self._turns[-1].outcome = self.state, self.outcome
        return _closed(self._turns[-1])

    @property
    def turns(self) -> tuple[Turn, ...]:
        """All turns, the opening first."""
        return (*(_closed(turn) for turn in self._turns[:-1]), self.turn)

    @property
    def state(self) -> str | None:
        return self._conversation.state

    @property
    def outcome(self) -> str | None:
        return self._conversation.outcome

    @property
    def over(self) -> bool:
        """The call has ended and the farewell was spoken."""
        return self._call.over

    @property
    def at(self) -> float:
        """Seconds since the connection."""
        return self._call.at

    @property
    def now(self) -> datetime:
        """The time of day in the call, UK time."""
        return self.clock(self._call.at)

    @property
    def variables(self) -> Mapping[str, object]:
        """What slots and `set` hold."""
        return self._conversation.variables

    @property
    def summary(self) -> Mapping[str, str | None]:
        """The flow's summary, as the record writes it; empty until the call has ended.

        What a model fills in is asked of the world, once, when the call is over.
        """
        return {**self._reckoned, **self._from_model()[0]}

    @property
    def summary_remarks(self) -> Sequence[str]:
        """Why something is missing in what a model was asked for."""
        return self._from_model()[1]

    def _from_model(self) -> tuple[Mapping[str, str], Sequence[str]]:
        if not self.over or not self._reckoned or not isinstance(self._world, Summarises):
            return {}, ()
        if self._filled is None:
            self._filled = self._world.summarise(self._conversation, self.started)
        return self._filled

    @property
    def is_private(self) -> bool:
        """A secret is asked for: what is said now is not heard, and stands nowhere."""
        return self._call.private.is_on

    @property
    def live_intents(self) -> tuple[Intent, ...]:
        """What the caller may mean here."""
        return self._conversation.live_intents()

    def clock(self, at: float) -> datetime:
        """The time of day so many seconds into the call."""
        # Reckoned in UTC, so that a call over a clock change is right.
        return (self.started.astimezone(UTC) + timedelta(seconds=at)).astimezone(LONDON)

    def _begin(self, caller: str) -> None:
        self._call.let_speak()
        self._begin_amid(caller)

    def _begin_amid(self, caller: str, firm: Speak | SendKeys | None = None) -> None:
        if self.over:
            raise FlowEngineError(f"the call is over: it ended with {self.outcome!r}")
        closing = self._turns[-1]
        closing.state, closing.outcome = self.state, self.outcome
        self._turns.append(_Open(self._call.at, caller))
        self._reached, self._firm = None, firm

    def _unheard(self, cue: str) -> None:
        # It may be the secret.
        self._turns[-1].caller = cue + HIDDEN
        self._turns[-1].notes.append(UNHEARD)

    def _decide(self, guard: str, at: float) -> GuardAnswer:
        decided = verdict(guard, self.flow.direction, self.clock(at), self._given)
        self._turns[-1].verdicts.append(decided)
        return GuardAnswer(decided.allowed, tuple(reason.code for reason in decided.reasons))

    def _on_said(self, said: Said) -> None:
        # What a key or a machine has cut short was said before it.
        cut = not said.complete and said.began < self._turns[-1].at and len(self._turns) > 1
        self._turns[-2 if cut else -1].said.append(said)

    def _on_fact(self, fact: Fact | Suppress) -> None:
        turn = self._turns[-1]
        match fact:
            case Entered():
                turn.entered.append(fact)
            case Understood():
                turn.understood.append(fact)
            case SlotFilled():
                turn.filled.append(fact)
            case Noted(text=text):
                turn.notes.append(text)
            case Blocked(rule=rule, what=what):
                turn.notes.append(f"guard, {rule}: not said, since it {what}")
            case Chose(split=split, variant=variant):
                turn.notes.append(f"split {split}: {variant}")
            case Suppress(reason=reason):
                turn.suppressed = reason
            case TakenBack(state=state):
                turn.notes.append(f"the caller's turn was taken back: in {state} again, with all they have said")
            case Summarised(fields=fields):
                self._reckoned = dict(fields)
            case Screened(by_machine=by_machine):
                turn.notes.append("an answering machine" if by_machine else "a person, not an answering machine")
            case Ended():
                pass
            case _:
                assert_never(fact)


def in_london(moment: datetime) -> datetime:
    """A moment on the clocks of the UK; one without a time zone is read as such already."""
    return moment.replace(tzinfo=LONDON) if moment.tzinfo is None else moment.astimezone(LONDON)


def _closed(turn: _Open) -> Turn:
    return Turn(
        turn.at,
        turn.caller,
        tuple(turn.said),
        tuple(turn.entered),
        tuple(turn.understood),
        tuple(turn.filled),
        tuple(turn.notes),
        tuple(turn.verdicts),
        turn.suppressed,
        turn.state,
        turn.outcome,
    )
