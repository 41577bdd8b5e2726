"""One call's mind: events in, commands out. No I/O, no asyncio, and no clock but the events' own `at`.

The same events give the same commands, always; so a call can be replayed from its record. A flow that fails as it runs
(a missing value, an endless loop) ends the call with an apology and the outcome `failed`; `send` raises nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import assert_never

from flowengine.conversation.answering import Answering
from flowengine.conversation.answerphone import Answerphone
from flowengine.conversation.call import Call, Further
from flowengine.conversation.collector import Collector
from flowengine.conversation.coming_back import come_back
from flowengine.conversation.commands import Command, StartTimer
from flowengine.conversation.deciding import OPT_OUT
from flowengine.conversation.deferring import Deferred
from flowengine.conversation.doing import Doing
from flowengine.conversation.events import (
    ActionFinished,
    CallerHungUp,
    CallerPressed,
    CallerSaid,
    CameBack,
    ColleagueReady,
    Connected,
    EndRequested,
    Event,
    GreetingEnded,
    GreetingRecognised,
    GuardAnswered,
    IntentChosen,
    LineJudged,
    MachineDetected,
    MeaningWeighed,
    ModelAnswered,
    ModelFailed,
    ModelSaid,
    MoveRequested,
    NoteRequested,
    Reached,
    SayRequested,
    SlotGiven,
    SpeechCut,
    SpeechHeard,
    TimerFired,
    TransferEnded,
    ValueRead,
    WeighingFailed,
)
from flowengine.conversation.hearing import Hearing, is_cough
from flowengine.conversation.interpreter import Interpreter
from flowengine.conversation.limits import limit_timer, limits_of
from flowengine.conversation.lookahead import upcoming
from flowengine.conversation.modelling import Modelling
from flowengine.conversation.over_farewell import OverFarewell
from flowengine.conversation.owing import Owing
from flowengine.conversation.patience import patience
from flowengine.conversation.place import Fit, best, fits, intents_of, layers, live_on
from flowengine.conversation.prepared import prepare
from flowengine.conversation.pressing import Pressing
from flowengine.conversation.settling import Settling
from flowengine.conversation.spent_guard import SpentGuard
from flowengine.conversation.splitting import contact_key as key_of
from flowengine.conversation.steering import Request, Steering
from flowengine.conversation.taking_back import TakingBack
from flowengine.conversation.trace import UNTRACED, Trace
from flowengine.conversation.transcript import Utterance
from flowengine.errors import EvaluationError, IllegalMove
from flowengine.graph.model import Flow, Intent, Llm, OnHangup


class Conversation:
    """Runs a flow with one caller. `contact` as `check_contact` returns it; `started` with its time zone.

    `facts` are what templates find under `call`. `firm_lines` name lines that the caller may not interrupt.
    `trace` is told which ways the call takes.
    `contact_key` says who is called, so that a `split` gives the same contact the same variant; without one, the
    contact's values do. `variants` settles splits by name. `further`: who can be asked when no phrase fits.
    """

    def __init__(
        self,
        flow: Flow,
        contact: Mapping[str, object],
        *,
        started: datetime,
        facts: Mapping[str, object] | None = None,
        firm_lines: frozenset[str] = frozenset(),
        trace: Trace = UNTRACED,
        contact_key: str | None = None,
        variants: Mapping[str, str] | None = None,
        further: frozenset[Further] = frozenset(),
    ) -> None:
        if started.tzinfo is None:
            raise ValueError("`started` needs a time zone")
        key = contact_key if contact_key is not None else key_of(contact)
        prepared, settled = prepare(flow), variants or {}
        self._call = Call(prepared, contact, started, facts or {}, firm_lines, trace, key, settled, further)
        owing = Owing(self._call)
        collector, doing, modelling = Collector(self._call, owing), Doing(self._call), Modelling(self._call)
        self._interpreter = Interpreter(self._call, collector, doing, modelling, owing)
        self._doing = doing
        self._answering = Answering(self._call, self._interpreter, doing, modelling)
        settling = Settling(self._call, self._interpreter, collector)
        self._taking_back = TakingBack(self._call, self._interpreter.promises, collector)
        self._hearing = Hearing(self._call, self._interpreter, collector, settling, self._taking_back)
        self._pressing = Pressing(self._call, collector, settling, self._interpreter.turn, owing)
        self._settling = settling
        self._steering = Steering(self._call, self._interpreter, collector)
        self._answerphone = Answerphone(self._call, self._interpreter, self._hearing, settling)
        self._over_farewell = OverFarewell(self._call, self._interpreter, self._hearing)
        self._deferred = Deferred()
        self._spent = SpentGuard(self._call, self._interpreter)

    # What may be read.

    @property
    def flow(self) -> Flow:
        return self._call.flow

    @property
    def state(self) -> str | None:
        """The state the call is in, or ended in; None before it is connected."""
        return self._call.stay.state if self._call.stay is not None else None

    @property
    def outcome(self) -> str | None:
        return self._call.outcome

    @property
    def finished(self) -> bool:
        return self._call.outcome is not None

    @property
    def is_ending(self) -> bool:
        """How the call ends is decided; it goes on until no more than a goodbye is to be heard."""
        return not self.finished and self._call.stay is not None and self._call.stay.is_ending

    @property
    def awaits_more(self) -> bool:
        """The flow has ended, and the caller has just said the first half of what may protect them."""
        return self.finished and self._over_farewell.awaits_more

    @property
    def variables(self) -> Mapping[str, object]:
        """Slots and `set` variables that have a value."""
        return MappingProxyType(self._call.variables)

    @property
    def holds_a_secret(self) -> bool:
        """Whether a value is known that no record shows."""
        return any(self._call.variables.get(name) is not None for name in self._call.secret)

    @property
    def now(self) -> datetime:
        """The time of the last event, at the place that the call was started for."""
        return self._call.now

    @property
    def turns(self) -> int:
        """How many turns the caller has had."""
        return self._call.turns

    @property
    def transcript(self) -> tuple[Utterance, ...]:
        return self._call.transcript.utterances

    @property
    def heard_lines(self) -> frozenset[str]:
        """The named lines that were played to their end."""
        return frozenset(self._call.transcript.heard_lines)

    @property
    def heard_by_model(self) -> bool:
        """Whether the caller's next words are the model's, but for what is handled before."""
        stay = self._call.stay
        return stay is not None and isinstance(stay.waiting, Llm) and not self.finished

    @property
    def screens(self) -> bool:
        """Whether words of an answering machine would be taken for what they are."""
        return self._call.stay is not None and not self.finished and self._answerphone.listens

    def is_whole_turn(self, text: str) -> bool:
        """Whether these words are surely all of an answer here, so that nobody need wait for more."""
        return self._call.stay is not None and not self.finished and self._hearing.is_whole(text)

    def is_early(self, text: str, reached: Reached) -> bool:
        """Whether these words, begun when the agent had come so far, are a yes to what was not asked yet."""
        return self._call.stay is not None and not self.finished and self._hearing.is_early(text, reached)

    def is_protective(self, text: str) -> bool:
        """Whether these words protect the caller here: they count, whoever seems to have said them."""
        return self._call.stay is not None and not self.finished and self._hearing.is_protective(text)

    def upcoming(self) -> tuple[str, ...]:
        """Sentences that may be said next, those likeliest first. Nothing changes."""
        return upcoming(self._call)

    def live_intents(self) -> tuple[Intent, ...]:
        """What the caller may mean now, the state's own first."""
        if self._call.stay is None or self.finished:
            return ()
        return tuple(self.flow.intents[name] for name in intents_of(layers(self.flow, self._call.stay)))

    def refusal(self, request: Request) -> str | None:
        """Why a request from outside cannot be met now; None when it can. Nothing changes."""
        return self._steering.refusal(request)

    # What happens.

    def send(self, event: Event) -> tuple[Command, ...]:
        """Take what happened; the commands that follow from it, in order."""
        call = self._call
        call.out = []
        call.at = max(call.at, event.at)
        call.utterance = None
        try:
            if not self._interpreter.turn.takes(event, self._hearing.is_protective):
                self._take(event)
            self._take_deferred()
            if not self.finished and not self._answerphone.is_waiting:
                self._answering.model_goes_on()
            if not self.finished and not self._answerphone.is_waiting:
                self._answering.end_model_in_time()
            self._doing.consulting.settle()
            self._spent.settle()
            self._answerphone.follow()
            self._doing.leaving.settle()
        except (EvaluationError, IllegalMove) as error:
            self._interpreter.fail(str(error))
        if self.is_ending:
            self._interpreter.farewell.is_spoken_to_its_end()
        self._arm_silence()
        self._taking_back.follow(event, call.out)
        return tuple(call.out)

    def _take(self, event: Event) -> None:
        match event:
            case SpeechHeard(speech_id=speech_id):
                self._call.transcript.heard(speech_id)
                self._answerphone.heard_to_the_end()
                self._interpreter.recording.heard(speech_id)
                self._go_on()
            case SpeechCut(speech_id=speech_id, heard=heard):
                self._call.transcript.cut(speech_id, heard)
                self._interpreter.recording.cut(speech_id)
                self._go_on()
            case _ if self.finished:
                self._take_late(event)
            case EndRequested():
                self._steering.end(event)
            case CallerHungUp():
                self._hung_up()
            case Connected():
                self._connected()
            case _ if self._call.stay is None:
                pass
            case LineJudged() | GreetingRecognised() | GreetingEnded() | MachineDetected():
                self._answerphone.take(event)
            case _ if self._answerphone.is_waiting:
                self._answerphone.wait(event)
            case CallerSaid() | CallerPressed() if not self._doing.leaving.hears(event):
                self._overhear(event)
            case CallerSaid() | CallerPressed():
                self._hear(event)
            case TimerFired():
                self._timer(event)
            case GuardAnswered() | ActionFinished() | ModelAnswered() | ModelFailed() | TransferEnded():
                self._answering.answered(event)
            case ModelSaid():
                self._answering.said(event)
            case ColleagueReady():
                self._doing.consulting.ready(event)
            case MeaningWeighed() | IntentChosen() | ValueRead() | WeighingFailed():
                self._hearing.tiers.answered(event)
            case CameBack():
                come_back(self._call, self._interpreter)
            case SayRequested() | MoveRequested() | SlotGiven() | NoteRequested():
                self._steering.take(event)
            case _:
                assert_never(event)

    def _go_on(self) -> None:
        """Make a move that has waited for this line to be heard."""
        if self._call.stay is not None and not self.finished and not self._answerphone.is_waiting:
            self._interpreter.go_on()

    def _connected(self) -> None:
        if self._call.stay is not None:
            return
        for seconds in sorted({trigger.seconds for trigger in limits_of(self.flow)}):
            self._call.emit(StartTimer(limit_timer(seconds), seconds))
        self._interpreter.start()

    def _hear(self, event: CallerSaid | CallerPressed) -> None:
        if isinstance(event, CallerSaid) and self._over_farewell.is_cough(event):
            return
        if isinstance(event, CallerSaid) and self._answerphone.takes_words(event):
            return
        if self._over_farewell.keeps(event):
            return
        early = isinstance(event, CallerSaid) and self._hearing.is_early(event.text, event.reached)
        behind = isinstance(event, CallerSaid) and event.behind
        if self._call.transcript.firm and not early and not behind:
            # What protects the caller is never deferred, by itself or with what they said before it.
            said = (self._deferred.joined(event), event) if isinstance(event, CallerSaid) else ()
            protective = next((each for each in said if self._hearing.is_protective(each.text)), None)
            if protective is None:
                self._deferred.add(event)
                return
            if protective is not event:
                self._deferred.withdraw()
            event = protective
        if isinstance(event, CallerSaid):
            self._hearing.said(event.text, event.reached, behind=event.behind)
        else:
            self._pressing.pressed(event.key)

    def _take_deferred(self) -> None:
        while not self.finished and not self._answerphone.is_waiting:
            if self._deferred and not self._call.transcript.firm and not self._doing.leaving.is_gone:
                self._take(self._deferred.take())
            elif (held := self._answerphone.next_held()) is not None:
                self._take(held)
            else:
                return

    def _timer(self, event: TimerFired) -> None:
        match self._call.fired(event.timer_id):
            case "silence":
                self._hearing.silent()
            case "keys":
                self._pressing.finished()
            case None:
                if not (self._hearing.tiers.timed_out(event.timer_id) or self._answering.timer(event.timer_id)):
                    self._time_is_up(event)

    def _time_is_up(self, event: TimerFired) -> None:
        """`anywhere … after 8m`."""
        call = self._call
        assert call.stay is not None
        if call.stay.is_ending:
            self._interpreter.end_now()
            return
        live = layers(self.flow, call.stay)
        due = [trigger for trigger in limits_of(self.flow) if limit_timer(trigger.seconds) == event.timer_id]
        found: list[Fit] = [fit for trigger in due for fit in fits(live, trigger, call.stay.counts)]
        if not found:
            return
        if call.transcript.firm or self._doing.leaving.is_gone:
            self._deferred.add(event)
            return
        chosen = best(found)[0]
        call.disarm_silence()
        self._interpreter.owing.is_interrupted()
        call.may_repeat()
        call.stop_speaking()
        self._interpreter.take(chosen.branch, chosen.label)

    def _overhear(self, event: CallerSaid | CallerPressed) -> None:
        """Nobody of ours is spoken to; an opt-out is one all the same, and is answered if the caller comes back."""
        if isinstance(event, CallerSaid) and self._hearing.opted_out(event.text):
            self._call.suppress(OPT_OUT)
            self._deferred.add(event)

    def _hung_up(self) -> None:
        call = self._call
        call.transcript.abandon()
        if self._interpreter.decided is not None:
            self._interpreter.end_now()
            return
        try:
            if call.stay is not None:
                found = live_on(self.flow, call.stay, OnHangup())
                if found:
                    self._interpreter.hang_up_branch(found[0].branch)
        except EvaluationError as error:
            call.note(str(error))
        if not self.finished:
            self._interpreter.stop("hung_up")

    def _take_late(self, event: Event) -> None:
        if isinstance(event, CallerHungUp):
            self._call.transcript.abandon()
        elif isinstance(event, CallerSaid) and not is_cough(event.text):
            self._over_farewell.late(event.text, to_machine=self._answerphone.is_on)

    def _arm_silence(self) -> None:
        """Silence counts from the end of the audio, as heard: only when nothing is being spoken any more."""
        call = self._call
        if self._answerphone.is_waiting:
            return
        if not self.finished and not call.silence_armed and (seconds := patience(call)) is not None:
            call.arm_silence(seconds)
