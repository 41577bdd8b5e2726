"""What is read at the moment of a scrape: what is live, what waits, how engines and the record fare, the process."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Literal

from flowengine.runtime.breaker import Breaker, Guarded
from flowengine.runtime.depths import INBOXES, OUTBOXES, REPORTS
from flowengine.service.admission import is_cut_off
from flowengine.service.calls import Calls
from flowengine.service.metrics.exposition import Family, Read, Values

STATM = Path("/proc/self/statm")
"""Linux alone has it; elsewhere the memory is not told."""

Reading = Callable[[], Mapping[Values, float]]


def gathered(calls: Calls, waiting: int | None) -> tuple[Family, ...]:
    """`waiting`: how many calls wait in the outbound queue; None while the record cannot be read."""

    def gauge(name: str, help: str, read: Callable[[], float]) -> Read:
        return Read("gauge", name, help, lambda: {(): read()})

    def counter(name: str, help: str, read: Callable[[], float]) -> Read:
        return Read("counter", name, help, lambda: {(): read()})

    def by(
        label: str | tuple[str, ...], kind: Literal["counter", "gauge"], name: str, help: str, read: Reading
    ) -> Read:
        return Read(kind, name, help, read, (label,) if isinstance(label, str) else label)

    return (
        gauge("flowengine_calls_live", "Calls whose session runs.", lambda: len(calls.live)),
        gauge(
            "flowengine_calls_away",
            "Of these, calls whose caller is put through to somebody.",
            lambda: sum(live.session.away.is_away for live in calls.live),
        ),
        gauge(
            "flowengine_calls_cut_off",
            "Of the live calls, those whose line broke, or brings no audio, for more than 3 s: up to a quarter of "
            "FLOWENGINE_MAX_CALLS are not counted when one more asks to be let in.",
            lambda: sum(is_cut_off(live) for live in calls.live),
        ),
        gauge("flowengine_calls_ringing", "Calls of ours that ring.", lambda: calls.ringing()),
        gauge("flowengine_calls_limit", "FLOWENGINE_MAX_CALLS.", lambda: calls.settings.max_calls),
        gauge(
            "flowengine_accepting",
            "1 while new calls are taken; 0 while the service stops, is full, or its event loop is too late.",
            lambda: int(calls.accepts),
        ),
        by(
            "queue",
            "gauge",
            "flowengine_queue_depth",
            "What waits: record (entries for the database), outbound (calls to be made, up to 10,000); of the calls' "
            "own queues in the deepest: inbox (what happened), sending (messages to the far end), recognised.",
            lambda: _queues(calls, waiting),
        ),
        by(
            "queue",
            "gauge",
            "flowengine_queue_most",
            "The most that has waited since the start. More than fits is: record 100,000 (then it goes by the spool), "
            "inbox 2,000 (the call ends), sending 5,000 (dropped), recognised 500 (the oldest is dropped).",
            lambda: {
                ("record",): calls.recording.writer.deepest,
                ("inbox",): INBOXES.most,
                ("sending",): OUTBOXES.most,
                ("recognised",): REPORTS.most,
            },
        ),
        by(
            ("engine", "use"),
            "counter",
            "flowengine_engine_failures_total",
            "Tries of an engine that failed, those too that were made good; of a recogniser with a backup alone.",
            lambda: {key: breaker.failures_total for key, breaker in breakers(calls).items()} | _voices(calls),
        ),
        by(
            ("engine", "use"),
            "gauge",
            "flowengine_breaker_open",
            "1 while an engine is left alone after its failures, and the fallback answers at once.",
            lambda: {key: int(breaker.is_open) for key, breaker in breakers(calls).items()},
        ),
        gauge(
            "flowengine_record_healthy",
            "1 while the database takes the record.",
            lambda: int(calls.recording.writer.healthy),
        ),
        gauge(
            "flowengine_record_takes_opt_outs",
            "1 while an opt-out is kept by the database or the spool; at 0 nobody is called.",
            lambda: int(calls.recording.writer.takes_opt_outs),
        ),
        by(
            "fate",
            "counter",
            "flowengine_record_detours_total",
            "Entries of the record that did not go straight into the database: spooled, refused (set aside), lost.",
            lambda: {
                ("spooled",): calls.recording.writer.spooled,
                ("refused",): calls.recording.writer.refused,
                ("lost",): calls.recording.writer.lost,
            },
        ),
        by(
            "version",
            "gauge",
            "flowengine_build_info",
            "Always 1; the label says which version runs.",
            lambda: {(version("flowengine"),): 1},
        ),
        counter("process_cpu_seconds_total", "Processor time of this process.", lambda: sum(os.times()[:2])),
        by((), "gauge", "process_resident_memory_bytes", "Memory of this process, where Linux tells it.", _memory),
    )


def breakers(calls: Calls) -> dict[Values, Breaker]:
    """All breakers, by engine and by what they guard."""
    guarded = {"recogniser": calls.engines.recogniser, "voice": calls.engines.spare, "model": calls.model}
    return {
        (engine, use): breaker
        for engine, each in guarded.items()
        if isinstance(each, Guarded)
        for use, breaker in each.breakers.items()
    }


def _voices(calls: Calls) -> dict[Values, float]:
    """Without a backup there is no breaker that would count."""
    return {} if calls.engines.spare is not None else {("voice", "first"): calls.engines.synthesiser.failures}


def _queues(calls: Calls, waiting: int | None) -> dict[Values, float]:
    depths: dict[Values, float] = {
        ("record",): calls.recording.writer.depth,
        ("inbox",): INBOXES.now,
        ("sending",): OUTBOXES.now,
        ("recognised",): REPORTS.now,
    }
    return depths if waiting is None else {**depths, ("outbound",): waiting}


def _memory() -> dict[Values, float]:
    try:
        pages = int(STATM.read_text("ascii").split()[1])
    except (OSError, IndexError, ValueError):
        return {}
    return {(): pages * os.sysconf("SC_PAGE_SIZE")}
