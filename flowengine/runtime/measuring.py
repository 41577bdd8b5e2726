"""How long each part of a caller's turn took: from the end of their voice to the first mark behind the answer.

    voice ends ── endpointing ──> final transcript ── understanding ──> understood ── deciding ──> first order to speak
        ── voicing ──> first audio leaves ── playing ──> first mark comes back

Every part ends where the next begins, so they sum to the whole. What was asked of others on the way (likeness, a model,
an action, the guard) is timed beside. Nothing here happens per frame: a tick that has nothing new costs one comparison.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from flowengine.conversation.commands import (
    AskGuard,
    AskModel,
    ChooseIntent,
    Command,
    ReadValue,
    RunAction,
    Speak,
    Understood,
    WeighMeaning,
)
from flowengine.conversation.events import (
    ActionFinished,
    CallerPressed,
    CallerSaid,
    Event,
    GuardAnswered,
    IntentChosen,
    MeaningWeighed,
    ModelAnswered,
    ModelFailed,
    ModelSaid,
    SpeechCut,
    SpeechHeard,
    ValueRead,
    WeighingFailed,
)
from flowengine.runtime.interrupting import Interrupting
from flowengine.runtime.playback import Playback
from flowengine.runtime.ports import (
    Asked,
    Interrupted,
    PartialTranscript,
    ReplyStarted,
    Told,
    TookTurn,
    TurnMeasured,
)
from flowengine.runtime.turns import interrupts

ASKED: dict[type[Command], Asked] = {
    WeighMeaning: "meaning",
    ChooseIntent: "intent",
    ReadValue: "value",
    AskModel: "model",
    RunAction: "action",
    AskGuard: "guard",
}


@dataclass(slots=True)
class _Turn:
    """One turn under way; moments on the loop's clock, `said_at` in seconds since the connection."""

    by: TookTurn
    said_at: float
    ended_at: float
    final_at: float
    underruns_before: int
    understood_at: float | None = None
    ordered_at: float | None = None
    sounded_at: float | None = None
    marked_at: float | None = None
    mark_late: int | None = None
    asked: list[tuple[Asked, int]] = field(default_factory=list)
    speeches: set[str] = field(default_factory=set)

    def measured(self, underruns: int, *, cut: bool) -> TurnMeasured:
        """Its parts, up to the first that did not come."""
        moments = (self.final_at, self.understood_at or self.ordered_at, self.ordered_at, self.sounded_at)
        parts: list[int | None] = []
        until, is_known = 0, True
        for moment in (*moments, self.marked_at):
            is_known = is_known and moment is not None
            if not is_known or moment is None:
                parts.append(None)
                continue
            # Rounded from the beginning each time, so that the parts sum to the whole whatever is rounded.
            at = max(until, milliseconds(moment - self.ended_at))
            parts.append(at - until)
            until = at
        endpointing, understanding, deciding, voicing, playing = parts
        return TurnMeasured(
            said_at=self.said_at,
            by=self.by,
            endpointing=endpointing or 0,
            understanding=understanding,
            deciding=deciding,
            voicing=voicing,
            playing=playing,
            mark_late=self.mark_late,
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
        self._out: dict[str, tuple[Asked, float]] = {}
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
                self._said(speech_id, cut=False)
            case SpeechCut(speech_id=speech_id):
                self._said(speech_id, cut=True)
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
            ):
                asked, asked_at = self._out.pop(request_id, (None, 0.0))
                if asked is not None and self._turn is not None:
                    self._turn.asked.append((asked, milliseconds(now - asked_at)))
            case _:
                pass

    def ordered(self, command: Command, now: float) -> None:
        """The conversation orders this, and it is about to be carried out."""
        turn = self._turn
        if turn is None:
            return
        if isinstance(command, Understood):
            if turn.understood_at is None and turn.ordered_at is None:
                turn.understood_at = now
        elif isinstance(command, Speak):
            turn.speeches.add(command.speech_id)
            if turn.ordered_at is None:
                turn.ordered_at = now
        elif (asked := ASKED.get(type(command))) is not None:
            # All of these have one; the table is by type, which the type checker cannot follow.
            self._out[getattr(command, "request_id", "")] = (asked, now)

    def sounded(self, first_audio_at: float | None) -> None:
        """What is being said began to sound then."""
        turn = self._turn
        if turn is None or first_audio_at is None or turn.ordered_at is None or turn.sounded_at is not None:
            return
        # An answer behind a line that goes on has no first audio of its own.
        if first_audio_at >= turn.ordered_at:
            turn.sounded_at = first_audio_at
            self._tell(ReplyStarted(milliseconds(first_audio_at - turn.ended_at)))

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
        if turn is not None and turn.by == by == "keys" and turn.understood_at is None and turn.ordered_at is None:
            # A number, key by key: the last one is waited for.
            self._turn = None
        self._end(cut=False)
        # A recogniser counts its own frames, and may be two of them ahead of the loop's clock; or it does not say.
        self._turn = _Turn(by, said_at, min(ended_at, now), now, self._playback.underruns)

    def _said(self, speech_id: str, *, cut: bool) -> None:
        turn = self._turn
        if turn is not None and speech_id in turn.speeches:
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
