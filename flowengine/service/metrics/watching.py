"""A call's record, with a metric counted for what goes into it. Only events pass here, never audio."""

from __future__ import annotations

from flowengine.conversation.commands import Blocked, Command
from flowengine.conversation.events import (
    ActionFinished,
    EndRequested,
    Event,
    GuardAnswered,
    ModelFailed,
    WeighingFailed,
)
from flowengine.runtime.last_words import NO_HEARING, NO_SPEECH
from flowengine.runtime.measured import Interrupted, TurnMeasured
from flowengine.runtime.ports import Record, RecordingSet, Told
from flowengine.service.metrics.families import Families

LOST = {NO_HEARING: "recogniser", NO_SPEECH: "voice"}
NO_GUARD = "GUARD_UNAVAILABLE"


class WatchedRecord:
    """Hands on to `record` all that it is given."""

    def __init__(self, record: Record, families: Families) -> None:
        self._record = record
        self._families = families

    def write(self, at: float, entry: Event | Command | Told) -> None:
        self._record.write(at, entry)
        count(entry, self._families)

    def suppress(self, reason: str) -> None:
        self._record.suppress(reason)


def count(entry: Event | Command | Told, families: Families) -> None:
    """Count one entry of a call's record."""
    match entry:
        case TurnMeasured():
            _turn(entry, families)
        case Interrupted(in_earnest=in_earnest):
            families.interruptions.add(str(in_earnest).lower())
        case ModelFailed():
            families.failed.add("model")
        case WeighingFailed():
            families.failed.add("understanding")
        case ActionFinished(result="error"):
            families.failed.add("action")
        case GuardAnswered(reasons=reasons) if NO_GUARD in reasons:
            families.failed.add("guard")
        case RecordingSet(problem=str()):
            families.failed.add("recording")
        case EndRequested(reason=reason) if reason in LOST:
            families.speech_lost.add(LOST[reason])
        case Blocked(rule=rule):
            families.blocked.add(rule)
        case _:
            pass


def _turn(turn: TurnMeasured, families: Families) -> None:
    for part, ms in turn.parts:
        families.turn_seconds.observe(ms / 1000, part)
    if turn.reply is None:
        families.unanswered.add(turn.by)
    else:
        families.reply_seconds.observe(turn.reply / 1000, turn.by)
    if turn.voice_to_voice is not None:
        families.voice_to_voice_seconds.observe(turn.voice_to_voice / 1000, turn.by)
    for what, ms in turn.asked:
        families.wait_seconds.observe(ms / 1000, what)
    if turn.mark_late is not None:
        families.mark_late_seconds.observe(turn.mark_late / 1000)
    families.underruns.add(by=turn.underruns)
    families.cut.add(by=int(turn.cut))
