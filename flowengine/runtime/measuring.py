"""How long each part of a caller's turn took: from the end of their voice to the first mark behind the answer.

    voice ends ── endpointing ──> final transcript ── waiting ──> words are taken ── understanding ──> understood
        ── deciding ──> first order to speak, or to act ── acting ──> order of the answer, and no filler is on its way
        ── voicing ──> first audio of the answer leaves ── playing ──> first mark comes back

Every part ends where the next begins, so they sum to the whole. What was asked of others on the way (likeness, a model,
an action, the guard) is timed beside. Nothing here happens per frame: a tick that has nothing new costs one comparison.

What a timer makes the agent say while an errand is out bridges the wait, and is no answer; what it says since the
caller has said nothing further is none either, and ends a turn that had none.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from flowengine.conversation.commands import (
    AskGuard,
    AskModel,
    CancelTimer,
    ChooseIntent,
    Command,
    Dismiss,
    Pause,
    ReadValue,
    RunAction,
    SendKeys,
    Speak,
    Transfer,
    Understood,
    WeighMeaning,
)
from flowengine.conversation.events import (
    ActionFinished,
    CallerPressed,
    CallerSaid,
    ColleagueReady,
    Event,
    GuardAnswered,
    IntentChosen,
    MeaningWeighed,
    ModelAnswered,
    ModelFailed,
    ModelSaid,
    SpeechCut,
    SpeechHeard,
    TimerFired,
    TransferEnded,
    ValueRead,
    WeighingFailed,
)
from flowengine.runtime.interrupting import Interrupting
from flowengine.runtime.measured import Asked, Interrupted, ReplyStarted, TookTurn, TurnMeasured
from flowengine.runtime.playback import Playback
from flowengine.runtime.ports import PartialTranscript, Told
from flowengine.runtime.turns import interrupts

ERRANDS: dict[type[Command], Asked | None] = {
    WeighMeaning: "meaning",
    ChooseIntent: "intent",
    ReadValue: "value",
    AskModel: "model",
    RunAction: "action",
    AskGuard: "guard",
    # Of a transfer there is a record of its own.
    Transfer: None,
}
UNDERSTANDING: frozenset[Asked | None] = frozenset({"meaning", "intent", "value"})
"""What is asked in order to know what the words mean; any other errand is what the flow does about them."""


@dataclass(slots=True)
class _Turn:
    """One turn under way; moments on the loop's clock, `said_at` in seconds since the connection."""

    by: TookTurn
    said_at: float
    ended_at: float
    final_at: float
    underruns_before: int
    taken_at: float | None = None
    understood_at: float | None = None
    acting_at: float | None = None
    """The first errand was sent out."""
    ordered_at: float | None = None
    answer_at: float | None = None
    """The answer was ordered, and nothing that bridged the wait for it was left to be heard."""
    sounded_at: float | None = None
    marked_at: float | None = None
    mark_late: int | None = None
    is_behind: bool | None = None
    """The answer stands behind a line that goes on, so it has no first audio of its own."""
    asked: list[tuple[Asked, int]] = field(default_factory=list)
    speeches: set[str] = field(default_factory=set)
    fillers: set[str] = field(default_factory=set)
    """Those that are still to be heard to their end."""
    filler_at: float | None = None
    filler_over_at: float = 0.0

    def measured(self, underruns: int, *, cut: bool) -> TurnMeasured:
        """Its parts, up to the first that did not come."""
        moments = (
            self.final_at,
            self.taken_at,
            self.understood_at,
            self.ordered_at if self.acting_at is None else self.acting_at,
            self.ordered_at if self.answer_at is None else self.answer_at,
            self.sounded_at,
            self.marked_at,
        )
        parts: list[int | None] = []
        until, is_known = 0, True
        for moment in moments:
            is_known = is_known and moment is not None
            if not is_known or moment is None:
                parts.append(None)
                continue
            # Rounded from the beginning each time, so that the parts sum to the whole whatever is rounded.
            at = max(until, milliseconds(moment - self.ended_at))
            parts.append(at - until)
            until = at
        endpointing, waiting, understanding, deciding, acting, voicing, playing = parts
        return TurnMeasured(
            said_at=self.said_at,
            by=self.by,
            endpointing=endpointing or 0,
            waiting=waiting,
            understanding=understanding,
            deciding=deciding,
            acting=acting,
            voicing=voicing,
            playing=playing,
            mark_late=self.mark_late,
            filler=None if self.filler_at is None else milliseconds(self.filler_at - self.ended_at),
            asked=tuple(self.asked),
            underruns=underruns - self.underruns_before,
            cut=cut,
        )


class Measuring:
    """Measures one call's turns, and tells each when its answer has been heard, cut short, or overtaken."""

    def __init__(self, tell: Callable[[Told], None], playback: Playback, interrupting: Interrupting) -> None:
        self._tell = tell
        self._playback = playback
        interrupting.on_resumed = self._resumed
        self._turn: _Turn | None = None
        self._out: dict[str, tuple[Asked | None, float]] = {}
        """What was asked of others and has not come back, by request, and since when."""
        self._happened_at = 0.0
        """What is ordered now follows from something that happened then."""
        self._by_timer = False
        """It was a timer, and not anybody's words."""
        self._voice_ended_at: float | None = None
        self._is_interrupted = False

    def interrupted(self) -> None:
        """The caller's voice has stopped the agent; the final transcript will show whether in earnest."""
        self._is_interrupted = True

    def final(self, text: str, voice_ended_at: float | None) -> None:
        """A final transcript, before the conversation has it; an empty one is no turn."""
        if self._is_interrupted:
            self._is_interrupted = False
            self._tell(Interrupted(in_earnest=interrupts(PartialTranscript("", text))))
        if text.strip():
            self._voice_ended_at = math.inf if voice_ended_at is None else voice_ended_at

    def happened(self, event: Event, now: float, zero: float) -> None:
        """The conversation is going to be told this. `zero`: when the call was connected, on the loop's clock."""
        self._happened_at, self._by_timer = now, False
        match event:
            case CallerSaid(at=at):
                voice_ended_at, self._voice_ended_at = self._voice_ended_at, None
                if voice_ended_at is None:
                    self._begin("text", at, zero + at, now)
                else:
                    self._begin("voice", at, voice_ended_at, now)
            case CallerPressed(at=at):
                self._begin("keys", at, zero + at, now)
            case SpeechHeard(speech_id=speech_id):
                self._said(speech_id, now, cut=False)
            case SpeechCut(speech_id=speech_id):
                self._said(speech_id, now, cut=True)
            case TimerFired(timer_id=timer_id):
                # An errand whose time is up has come to that.
                self._by_timer = not self._came_back(timer_id, now)
            case (
                MeaningWeighed(request_id=request_id)
                | IntentChosen(request_id=request_id)
                | ValueRead(request_id=request_id)
                | WeighingFailed(request_id=request_id)
                | ModelSaid(request_id=request_id)
                | ModelAnswered(request_id=request_id)
                | ModelFailed(request_id=request_id)
                | ActionFinished(request_id=request_id)
                | GuardAnswered(request_id=request_id)
                | TransferEnded(request_id=request_id)
                | ColleagueReady(request_id=request_id)
            ):
                self._came_back(request_id, now)
            case _:
                pass

    def ordered(self, command: Command, now: float) -> None:
        """The conversation orders this, and it is about to be carried out."""
        turn = self._turn
        match command:
            case CancelTimer(timer_id=request_id) | Dismiss(request_id=request_id):
                # The timer of an errand has its id; without it nobody waits for the errand any more.
                self._out.pop(request_id, None)
            case Understood():
                # The pause after the last key of a number is a timer too.
                self._by_timer = False
                if turn is not None and turn.understood_at is None:
                    turn.taken_at = self._happened_at if turn.taken_at is None else turn.taken_at
                    turn.understood_at = now
                    turn.acting_at = now if self._acts else None
            case Speak() | Pause() | SendKeys():
                if turn is not None:
                    self._speaks(turn, command, now)
            case _ if type(command) in ERRANDS:
                self._sends_out(command, now)
            case _:
                pass

    def sounded(self) -> None:
        """Audio may have left."""
        turn = self._turn
        if turn is None or turn.sounded_at is not None:
            return
        if turn.fillers and turn.filler_at is None and (began := self._playback.began(turn.fillers)) is not None:
            turn.filler_at = began
            self._tell(ReplyStarted(milliseconds(began - turn.ended_at), filler=True))
        if turn.ordered_at is None or turn.is_behind or (began := self._playback.began(turn.speeches)) is None:
            return
        turn.sounded_at = began
        # What bridged the wait is heard to its end, and the answer's audio may have been there before that.
        turn.answer_at = began if turn.fillers else max(turn.ordered_at, turn.filler_over_at)
        self._tell(ReplyStarted(milliseconds(began - turn.ended_at)))

    def marked(self, now: float) -> None:
        """A mark has come, and the playback knows which passage it proves."""
        turn, proved = self._turn, self._playback.proved
        if turn is None or proved is None or turn.sounded_at is None or turn.marked_at is not None:
            return
        if proved.speech_id in turn.speeches:
            turn.marked_at = now
            if proved.ends_at is not None:
                turn.mark_late = milliseconds(now - proved.ends_at)

    def over(self) -> None:
        """The call is over, or the caller has gone elsewhere: nothing of the turn will come any more; idempotent."""
        self._end(cut=False)
        self._out.clear()

    def _resumed(self) -> None:
        """The agent fell silent for a voice that said nothing, and went on."""
        self._tell(Interrupted(in_earnest=False))

    def _begin(self, by: TookTurn, said_at: float, ended_at: float, now: float) -> None:
        turn = self._turn
        if turn is not None and turn.by == by == "keys" and turn.understood_at is None:
            # A number, key by key: the last one is waited for.
            self._turn = None
        self._end(cut=False)
        # A recogniser counts its own frames, and may be two of them ahead of the loop's clock; or it does not say.
        self._turn = _Turn(by, said_at, min(ended_at, now), now, self._playback.underruns)

    @property
    def _acts(self) -> bool:
        """Something that the flow waits for is under way."""
        return any(asked not in UNDERSTANDING for asked, _ in self._out.values())

    def _sends_out(self, command: Command, now: float) -> None:
        turn, asked = self._turn, ERRANDS[type(command)]
        # All of these have one; the table is by type, which the type checker cannot follow.
        self._out[getattr(command, "request_id", "")] = (asked, now)
        if turn is None:
            return
        if asked in UNDERSTANDING:
            turn.taken_at = self._happened_at if turn.taken_at is None else turn.taken_at
        elif turn.understood_at is not None and turn.ordered_at is None and turn.acting_at is None:
            turn.acting_at = now

    def _came_back(self, request_id: str, now: float) -> bool:
        """What was asked has come to something; False when it is not waited for."""
        if request_id not in self._out:
            return False
        asked, asked_at = self._out.pop(request_id)
        if asked is not None and self._turn is not None:
            self._turn.asked.append((asked, milliseconds(now - asked_at)))
        return True

    def _speaks(self, turn: _Turn, command: Speak | Pause | SendKeys, now: float) -> None:
        if turn.ordered_at is None:
            if turn.understood_at is None:
                # It does not follow from these words.
                return
            if self._by_timer:
                if self._acts:
                    turn.fillers.add(command.speech_id)
                else:
                    self._end(cut=False)
                return
            if turn.is_behind is None:
                turn.is_behind = not self._playback.idle and not turn.fillers
        if isinstance(command, Speak):
            turn.speeches.add(command.speech_id)
            turn.ordered_at = now if turn.ordered_at is None else turn.ordered_at

    def _said(self, speech_id: str, now: float, *, cut: bool) -> None:
        turn = self._turn
        if turn is None:
            return
        if speech_id in turn.fillers:
            turn.fillers.discard(speech_id)
            turn.filler_over_at = now
        elif speech_id in turn.speeches:
            turn.speeches.discard(speech_id)
            if cut or not turn.speeches:
                self._end(cut=cut)

    def _end(self, *, cut: bool) -> None:
        turn, self._turn = self._turn, None
        if turn is not None:
            self._tell(turn.measured(self._playback.underruns, cut=cut))


def milliseconds(seconds: float) -> int:
    """Whole ones, and none below nothing: two clocks meet here."""
    return max(0, round(seconds * 1000))
