"""What is counted of a call's record."""

from __future__ import annotations

import asyncio

import pytest

from flowengine.conversation.commands import Blocked, Command
from flowengine.conversation.events import (
    ActionFinished,
    CallerSaid,
    EndRequested,
    Event,
    GuardAnswered,
    ModelFailed,
    WeighingFailed,
)
from flowengine.runtime.measured import Interrupted, TurnMeasured
from flowengine.runtime.ports import RecordingSet, Told
from flowengine.service.metrics.exposition import exposition
from flowengine.service.metrics.families import Families
from flowengine.service.metrics.watching import WatchedRecord, count
from tests.runtime.live_call import KeptRecord, Live, call


def lines(*entries: Event | Command | Told) -> list[str]:
    """What a scrape shows of these, beside nothings."""
    families = Families()
    for entry in entries:
        count(entry, families)
    shown = exposition(families.all).splitlines()
    return [line for line in shown if not line.startswith("#") and not line.endswith(" 0")]


@pytest.mark.parametrize(
    ("entry", "line"),
    [
        (ModelFailed(1.0, "r", "no answer within 4 s"), 'flowengine_errands_failed_total{what="model"} 1'),
        (WeighingFailed(1.0, "r", "x"), 'flowengine_errands_failed_total{what="understanding"} 1'),
        (ActionFinished(1.0, "r", "error"), 'flowengine_errands_failed_total{what="action"} 1'),
        (
            GuardAnswered(1.0, "r", allowed=False, reasons=("GUARD_UNAVAILABLE",)),
            'flowengine_errands_failed_total{what="guard"} 1',
        ),
        (RecordingSet(True, "no line"), 'flowengine_errands_failed_total{what="recording"} 1'),
        (
            EndRequested(1.0, "speech recognition failed", None, "failed"),
            'flowengine_speech_lost_total{engine="recogniser"} 1',
        ),
        (
            EndRequested(1.0, "speech synthesis failed", None, "failed"),
            'flowengine_speech_lost_total{engine="voice"} 1',
        ),
        (Interrupted(in_earnest=False), 'flowengine_interruptions_total{in_earnest="false"} 1'),
        (Blocked("price", "names a price", "model"), 'flowengine_sentences_blocked_total{rule="price"} 1'),
    ],
)
def test_one_entry_is_one_count(entry: Event | Command | Told, line: str) -> None:
    assert lines(entry) == [line]


@pytest.mark.parametrize(
    "entry",
    [
        CallerSaid(1.0, "yes"),
        ActionFinished(1.0, "r", "ok"),
        GuardAnswered(1.0, "r", allowed=False, reasons=("OUTSIDE_HOURS",)),
        RecordingSet(True),
        EndRequested(1.0, "service stopping", None, "failed"),
    ],
)
def test_what_is_no_failure_counts_nothing(entry: Event | Command | Told) -> None:
    assert lines(entry) == []


def test_a_turn_fills_the_histograms_of_its_parts() -> None:
    shown = lines(
        TurnMeasured(2.0, "voice", 480, 0, 3, 0, 2000, 12, 900, 20, 1210, (("meaning", 3),), underruns=2, cut=True),
        TurnMeasured(9.0, "keys", 0, 1500, 1),
    )
    for line in (
        'flowengine_turn_seconds_sum{part="endpointing"} 0.48',
        'flowengine_turn_seconds_count{part="understanding"} 2',
        'flowengine_turn_seconds_count{part="voicing"} 1',
        'flowengine_turn_seconds_sum{part="waiting"} 1.5',
        'flowengine_turn_seconds_bucket{part="acting",le="2"} 1',
        'flowengine_reply_seconds_bucket{by="voice",le="3"} 1',
        'flowengine_reply_seconds_sum{by="voice"} 2.495',
        'flowengine_voice_to_voice_seconds_sum{by="voice"} 1.21',
        'flowengine_wait_seconds_bucket{what="meaning",le="0.005"} 1',
        "flowengine_mark_late_seconds_sum 0.02",
        'flowengine_turns_unanswered_total{by="keys"} 1',
        "flowengine_underruns_total 2",
        "flowengine_answers_cut_total 1",
    ):
        assert line in shown


def test_a_live_call_is_counted_and_its_record_is_whole() -> None:
    families = Families()

    async def act(live: Live) -> None:
        await asyncio.sleep(12)
        live.recogniser.stream.say("yes please")

    _, live = call(act)
    kept = KeptRecord()
    watched = WatchedRecord(kept, families)
    for entry in live.record.entries:
        watched.write(0.0, entry)
    watched.suppress("asked")
    assert kept.entries == live.record.entries
    assert kept.suppressed == ["asked"]
    assert 'flowengine_reply_seconds_count{by="voice"} 1' in exposition(families.all)
