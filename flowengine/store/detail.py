"""One call as people want to see it: read off its events. The shape of `GET /api/call/{sid}`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec

from flowengine.store.store import CallRow, Entry, Store


class TranscriptLine(msgspec.Struct):
    """One utterance; `at` when it was ordered or recognised, `ended_at` when it had been heard.

    Agent text is what was heard; `complete` is False when it was cut off, or is still being said.
    """

    at: float
    speaker: str
    text: str
    complete: bool = True
    ended_at: float | None = None
    intent: str | None = None
    score: float | None = None


class StateVisit(msgspec.Struct):
    """The call entered a state; `by` is what led there."""

    at: float
    state: str
    by: str


class Timings(msgspec.Struct):
    """Seconds; `replies` are the seconds from the end of a caller's turn to the order to speak."""

    duration: float | None
    turns: int
    replies: list[float]


class CallDetail(msgspec.Struct):
    """A live or past call. Times of lines and visits are seconds since the connection."""

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
    ended_at: datetime | None
    transcript: list[TranscriptLine]
    slots: dict[str, str]
    states: list[StateVisit]
    notes: list[str]
    timings: Timings


def find(store: Store, sid_or_id: str) -> CallDetail | None:
    """A call by our call_id (its first eight digits will do) or by Twilio's CallSid. Raises StoreError."""
    call = store.call(sid_or_id)
    return None if call is None else detail(call, store.entries(call.call_id))


def detail(call: CallRow, entries: Iterable[Entry]) -> CallDetail:
    """Read a call's story off its record."""
    story = _Story()
    for entry in entries:
        story.add(entry.at, entry.kind, msgspec.json.decode(entry.payload))
    duration = None if call.ended_at is None else (call.ended_at - call.started_at).total_seconds()
    return CallDetail(
        call_id=call.call_id,
        call_sid=call.call_sid,
        flow=call.flow,
        version=call.flow_version,
        direction=call.direction,
        status="in-progress" if call.ended_at is None else "completed",
        state=story.states[-1].state if story.states else None,
        outcome=call.outcome,
        reason=call.reason,
        abnormal=call.abnormal,
        started_at=call.started_at,
        ended_at=call.ended_at,
        transcript=[line for line in story.lines if line.text],
        slots=story.slots,
        states=story.states,
        notes=story.notes,
        timings=Timings(duration, story.turns, story.replies),
    )


class _Story:
    def __init__(self) -> None:
        self.lines: list[TranscriptLine] = []
        self.states: list[StateVisit] = []
        self.slots: dict[str, str] = {}
        self.notes: list[str] = []
        self.replies: list[float] = []
        self.turns = 0
        self._speeches: dict[str, tuple[TranscriptLine, str]] = {}
        self._said_at: float | None = None

    def add(self, at: float, kind: str, facts: dict[str, Any]) -> None:
        match kind:
            case "CallerSaid" if facts["text"].strip():
                self.turns += 1
                self._said_at = at
                self.lines.append(TranscriptLine(at, "caller", facts["text"]))
            case "CallerPressed":
                self.lines.append(TranscriptLine(at, "caller", f"(pressed {facts['key']})"))
            case "Understood":
                self._understood(facts)
            case "Speak":
                self._speak(at, facts)
            case "SpeechHeard":
                line, text = self._speeches.pop(facts["speech_id"], (None, ""))
                if line is not None:
                    line.text, line.complete, line.ended_at = text, True, at
            case "SpeechCut":
                line, _ = self._speeches.pop(facts["speech_id"], (None, ""))
                if line is not None:
                    line.text, line.complete, line.ended_at = facts["heard"], False, at
            case "Entered":
                self.states.append(StateVisit(at, facts["state"], facts["by"]))
            case "SlotFilled":
                self.slots[facts["name"]] = facts["value"]
            case "Noted":
                self.notes.append(facts["text"])
            case _:
                pass

    def _speak(self, at: float, facts: dict[str, Any]) -> None:
        text = " ".join(facts["sentences"])
        line = TranscriptLine(at, "agent", text, complete=False)
        self.lines.append(line)
        self._speeches[facts["speech_id"]] = (line, text)
        if self._said_at is not None:
            self.replies.append(round(at - self._said_at, 3))
            self._said_at = None

    def _understood(self, facts: dict[str, Any]) -> None:
        for line in reversed(self.lines):
            if line.speaker == "caller":
                line.intent = facts["intent"]
                line.score = facts["score"]
                return
