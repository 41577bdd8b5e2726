"""One call as people want to see it: read off its events. The shape of `GET /api/call/{sid}`.

The transcript holds what the caller heard, not what was meant to be said: agent text counts from `SpeechHeard`, or as
far as `SpeechCut` says.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal

import msgspec

from flowengine.conversation.commands import Tier
from flowengine.errors import UNREADABLE_JSON, StoreError
from flowengine.store.rows import CallRow, Entry
from flowengine.store.store import Store
from flowengine.store.turn_times import TurnTimes, turn_times

SHORTEST_BEGINNING = 8
PRESSED = "(press "
"""How the conversation writes keys into its transcript: `(press 12)`."""


class TranscriptLine(msgspec.Struct):
    """One utterance; `at` when its first word was heard, or it was recognised, `ended_at` when it had been heard.

    Agent text is what was heard. `complete` False: it was cut short, or is `pending`: begun, and not known to be heard
    (it is being spoken, or the service died meanwhile). Intent and score are those of the caller's words, `state` is
    where they were taken, and `turn` counts what the caller said or pressed, from 1: labels name it.
    `sentiment`: how the caller felt by our rules, −1 to 1, `felt` as a model found after the call; None where that is
    not known. `tier`: by what they were understood.
    """

    at: float
    speaker: Literal["agent", "caller"]
    text: str
    complete: bool = True
    pending: bool = False
    intent: str | None = None
    score: float | None = None
    ended_at: float | None = None
    turn: int | None = None
    state: str | None = None
    sentiment: float | None = None
    tier: Tier | None = None
    felt: Literal["positive", "neutral", "negative"] | None = None


class StateVisit(msgspec.Struct):
    """The call entered a state; `by` is what led there."""

    at: float
    state: str
    by: str


class GuardCheck(msgspec.Struct):
    """The compliance guard was asked; `reasons` are rule codes. `allowed` None: not answered (yet)."""

    at: float
    guard: str
    allowed: bool | None = None
    reasons: list[str] = []


class ActionRun(msgspec.Struct):
    """An action of the flow, `duration` in seconds; arguments and answers are left out. `result` None: none (yet)."""

    at: float
    action: str
    result: Literal["ok", "error"] | None = None
    duration: float | None = None
    reason: str | None = None


class TransferMade(msgspec.Struct):
    """The caller was put through. `result` None: not over (yet); `duration` in seconds, ringing included."""

    at: float
    result: Literal["answered", "busy", "no_answer", "failed"] | None = None
    duration: float | None = None


class RecordingMark(msgspec.Struct):
    """Recording of the call's audio was to start or to stop; `problem` says why it did not."""

    at: float
    on: bool
    problem: str | None = None


class Note(msgspec.Struct):
    """A remark of the flow, or of the engine about itself."""

    at: float
    text: str


class Timings(msgspec.Struct):
    """Seconds. `replies`: from the end of the caller's voice, in each turn, to the first audio of the answer.

    `first_sound`: from the connection to the first audio of ours; None while there was none. `waterfalls`: the parts of
    each turn that has been answered. `interruptions`: how often the caller's voice stopped the agent, and how many of
    those were false: a cough, or a noise of listening. Records of earlier releases have none of these.
    """

    duration: float | None
    turns: int
    replies: list[float]
    first_sound: float | None = None
    waterfalls: list[TurnTimes] = []
    interruptions: int = 0
    false_interruptions: int = 0


class CallDetail(msgspec.Struct):
    """A live or past call. Times of lines, visits, checks and notes are seconds since the connection."""

    call_id: str
    call_sid: str
    flow: str
    version: str
    direction: str
    status: str
    state: str | None
    outcome: str | None
    reason: str | None
    abnormal: bool
    started_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    transcript: list[TranscriptLine]
    slots: dict[str, str]
    variants: dict[str, str]
    summary: dict[str, str | None]
    states: list[StateVisit]
    guards: list[GuardCheck]
    actions: list[ActionRun]
    transfers: list[TransferMade]
    recordings: list[RecordingMark]
    answered_by_machine: bool
    notes: list[Note]
    timings: Timings


def find(store: Store, wanted: str) -> CallDetail | None:
    """A call, whole, by our call_id or by the provider's call sid; also by a beginning of 8 or more that only it has.

    Raises StoreError.
    """
    call = store.call(wanted)
    if call is None and len(wanted) >= SHORTEST_BEGINNING:
        alike = store.calls_like(wanted, limit=2)
        call = alike[0] if len(alike) == 1 else None
    return None if call is None else detail(call, store.entries(call.call_id))


def detail(call: CallRow, entries: Iterable[Entry]) -> CallDetail:
    """Read a call's story off its record. Raises StoreError when an entry is damaged."""
    story = _Story()
    for entry in entries:
        try:
            story.add(entry.at, entry.kind, msgspec.json.decode(entry.payload))
        except (*UNREADABLE_JSON, LookupError, TypeError, AttributeError) as error:
            raise StoreError(f"entry {entry.seq} of call {call.call_id} is damaged ({entry.kind})") from error
    duration = None if call.ended_at is None else round((call.ended_at - call.started_at).total_seconds(), 3)
    return CallDetail(
        call_id=call.call_id,
        call_sid=call.call_sid,
        flow=call.flow,
        version=call.flow_version,
        direction=call.direction,
        status=call.status,
        state=story.state,
        outcome=call.outcome,
        reason=call.reason,
        abnormal=call.abnormal,
        started_at=call.started_at,
        answered_at=call.answered_at,
        ended_at=call.ended_at,
        transcript=[line for line in story.lines if line.text],
        slots=story.slots,
        variants=story.variants,
        summary=story.summary,
        states=story.states,
        guards=story.guards,
        actions=story.actions,
        transfers=story.transfers,
        recordings=story.recordings,
        answered_by_machine=story.machine,
        notes=story.notes,
        timings=Timings(
            duration,
            story.turns,
            story.replies,
            story.first_sound,
            story.waterfalls,
            story.interruptions,
            story.false_interruptions,
        ),
    )


class _Story:
    """What the entries tell, one after the other."""

    def __init__(self) -> None:
        self.lines: list[TranscriptLine] = []
        self.states: list[StateVisit] = []
        self.slots: dict[str, str] = {}
        self.variants: dict[str, str] = {}
        self.summary: dict[str, str | None] = {}
        self.guards: list[GuardCheck] = []
        self.actions: list[ActionRun] = []
        self.transfers: list[TransferMade] = []
        self.recordings: list[RecordingMark] = []
        self.machine = False
        self.notes: list[Note] = []
        self.replies: list[float] = []
        self.first_sound: float | None = None
        self.waterfalls: list[TurnTimes] = []
        self.interruptions = self.false_interruptions = 0
        self.turns = 0
        self._speeches: dict[str, TranscriptLine] = {}
        self._sounding: TranscriptLine | None = None
        self._asked: dict[str, GuardCheck] = {}
        self._running: dict[str, ActionRun] = {}
        self._away: dict[str, TransferMade] = {}
        self._to_understand: list[TranscriptLine] = []

    def add(self, at: float, kind: str, facts: dict[str, Any]) -> None:
        match kind:
            case "CallerSaid":
                if facts["text"].strip():
                    self._caller(at, facts["text"].strip())
            case "CallerPressed":
                self._pressed(at, facts["key"])
            case "Understood":
                self._understood(facts)
            case "Speak":
                self._line(at, facts["speech_id"], " ".join(facts["sentences"]))
            case "SendKeys":
                self._line(at, facts["speech_id"], f"(keys {facts['keys']})")
            case "Pause":
                # No line, but what is said after it begins when it is over.
                self._speeches[facts["speech_id"]] = TranscriptLine(at, "agent", "")
            case "SpeechHeard":
                self._heard(at, facts["speech_id"])
            case "SpeechCut":
                self._cut(at, facts["speech_id"], facts["heard"])
            case "Entered":
                self.states.append(StateVisit(at, facts["state"], facts["by"]))
            case "TakenBack":
                self._taken_back(at, facts)
            case "SlotFilled":
                self.slots[facts["name"]] = facts["value"]
            case "Summarised" | "SummaryFilled":
                self.summary |= dict(facts["fields"])
            case "TurnsFelt":
                self._felt(dict(facts["turns"]))
            case "Chose":
                self.variants[facts["split"]] = facts["variant"]
            case "AskGuard":
                self._asked[facts["request_id"]] = check = GuardCheck(at, facts["guard"])
                self.guards.append(check)
            case "GuardAnswered":
                self._answered(facts)
            case "RunAction":
                self._running[facts["request_id"]] = run = ActionRun(at, facts["action"])
                self.actions.append(run)
            case "ActionFinished":
                self._finished(at, facts)
            case "Transfer" if facts["request_id"] not in self._away:
                self._away[facts["request_id"]] = transfer = TransferMade(at)
                self.transfers.append(transfer)
            case "TransferEnded":
                self._back(at, facts)
            case "RecordingSet":
                self.recordings.append(RecordingMark(at, facts["on"], facts["problem"]))
            case "MachineDetected":
                self.machine = True
            case "Screened":
                self.machine = facts["by_machine"]
            case "CameBack":
                self.notes.append(Note(at, "the line was lost, and is there again"))
            case "Remarked":
                self.notes.append(Note(at, facts["text"]))
            case "ReplyStarted":
                if not facts.get("filler"):
                    self.replies.append(facts["ms"] / 1000)
                self._begins(at)
            case "TurnMeasured":
                self.waterfalls.append(turn_times(facts, self._turn_at(facts["said_at"])))
            case "Interrupted":
                self.interruptions += 1
                self.false_interruptions += not facts["in_earnest"]
            case "FirstSound":
                self.first_sound = at
                self._begins(at)
            case "Noted":
                self.notes.append(Note(at, facts["text"]))
            case "Blocked":
                self.notes.append(Note(at, f"guard, {facts['rule']}: not said, since it {facts['what']}"))
            case _:
                pass

    @property
    def state(self) -> str | None:
        return self.states[-1].state if self.states else None

    def _turn_at(self, said_at: float) -> int | None:
        """Which turn was taken then, or had its last key then: a later one may have begun meanwhile."""
        turns = [line.turn for line in self.lines if line.turn is not None and line.at <= said_at]
        return turns[-1] if turns else None

    def _caller(self, at: float, text: str) -> None:
        self.turns += 1
        line = TranscriptLine(at, "caller", text, turn=self.turns, state=self.state)
        self.lines.append(line)
        self._to_understand.append(line)

    def _pressed(self, at: float, key: str) -> None:
        last = self._to_understand[-1] if self._to_understand else None
        if last is not None and last is self.lines[-1] and last.text.startswith(PRESSED):
            # One number, key by key, is one answer.
            last.text = f"{last.text[:-1]}{key})"
        else:
            self._caller(at, f"{PRESSED}{key})")

    def _line(self, at: float, speech_id: str, text: str) -> None:
        line = TranscriptLine(at, "agent", text, complete=False, pending=True)
        self.lines.append(line)
        self._speeches[speech_id] = line

    def _heard(self, at: float, speech_id: str) -> None:
        line = self._speeches.pop(speech_id, None)
        if line is not None:
            line.complete, line.pending, line.ended_at = True, False, at
            self._begins(at)

    def _cut(self, at: float, speech_id: str, heard: str) -> None:
        line = self._speeches.pop(speech_id, None)
        if line is not None:
            line.text, line.pending, line.ended_at = heard.strip(), False, at
            self._begins(at)

    def _begins(self, at: float) -> None:
        """What was ordered first is heard from now on, if it was not before: nothing else is in front of it."""
        line = next(iter(self._speeches.values()), None)
        if line is not None and line is not self._sounding:
            self._sounding, line.at = line, max(line.at, at)

    def _understood(self, facts: dict[str, Any]) -> None:
        """Words that came while a firm line was spoken are understood later, so the last line need not be the one."""
        text = facts["text"]
        waiting = self._to_understand
        line = next((line for line in waiting if line.text == text), waiting[-1] if waiting else None)
        if line is not None:
            waiting.remove(line)
            # Where the conversation hides what was said, the transcript does. Words that were understood together with
            # those before them stand in their own line.
            line.text = line.text if text.endswith(line.text) else text
            line.intent, line.score = facts["intent"], facts["score"]
            line.state, line.sentiment, line.tier = self.state, facts.get("sentiment"), facts.get("tier")

    def _taken_back(self, at: float, facts: dict[str, Any]) -> None:
        """The last words belong to the turn before them: one line, one turn, not understood yet."""
        latest = self._to_understand[-1]
        callers = (line for line in reversed(self.lines) if line.speaker == "caller")
        first = next(line for line in callers if all(line is not each for each in self._to_understand))
        first.text = f"{first.text} {latest.text}"
        self.lines.remove(latest)
        self._to_understand.remove(latest)
        self._to_understand.append(first)
        self.turns -= 1
        for name in facts["forgotten"]:
            self.slots.pop(name, None)
        self.notes.append(Note(at, "the caller went on: their turn was taken back, and taken anew as a whole"))

    def _felt(self, turns: dict[float, Literal["positive", "neutral", "negative"]]) -> None:
        for line in self.lines:
            if line.speaker == "caller":
                line.felt = turns.get(line.at)

    def _answered(self, facts: dict[str, Any]) -> None:
        check = self._asked.pop(facts["request_id"], None)
        if check is not None:
            check.allowed, check.reasons = facts["allowed"], list(facts["reasons"])

    def _finished(self, at: float, facts: dict[str, Any]) -> None:
        run = self._running.pop(facts["request_id"], None)
        if run is not None:
            run.result, run.duration, run.reason = facts["result"], round(at - run.at, 3), facts["reason"] or None

    def _back(self, at: float, facts: dict[str, Any]) -> None:
        transfer = self._away.pop(facts["request_id"], None)
        if transfer is not None:
            transfer.result, transfer.duration = facts["result"], round(at - transfer.at, 3)
