"""A load as plain values, for a file that other programs read."""

from __future__ import annotations

from collections.abc import Sequence

from flowengine.testing.load.report import Ended, Level, LoadReport
from flowengine.testing.load.tally import Spread
from flowengine.testing.load.verdict import knee, verdict


def as_json(report: LoadReport) -> dict[str, object]:
    """The report as plain values, with what follows from its figures."""
    return {
        "flow": report.flow,
        "server": report.server,
        "speech": report.speech,
        "personas": list(report.personas),
        "pinned": report.pinned,
        "python": report.python,
        "cores": report.cores,
        "machine": report.machine,
        "verdict": verdict(report).said,
        "knee": report.knee,
        "knee_said": knee(report),
        "ended_early": None if report.ended is None else _ended_json(report.ended),
        "memory_a_call_bytes": report.memory_a_call,
        "memory_noise_bytes": report.memory_noise,
        "levels": [_level_json(level) for level in report.levels],
    }


def _ended_json(ended: Ended) -> dict[str, object]:
    return {"calls": ended.calls, "why": ended.why, "gave_way": ended.gave_way, "not_measured": list(ended.left)}


def _level_json(level: Level) -> dict[str, object]:
    return {
        "calls": level.calls,
        "seconds": level.seconds,
        "cut_short_of_seconds": level.cut_of,
        "holds": level.holds,
        "misses": level.misses,
        "overload": level.overload,
        "frames": level.frames,
        "messages": level.messages,
        "talked_share": round(level.talked_share, 3),
        "lateness_ms": _spread_json(level.lateness),
        "reply_ms": _spread_json(level.replies),
        "clear_ms": _spread_json(level.clears),
        "headroom_ms": _spread_json(level.headroom),
        "underruns": level.underruns,
        "marks": level.marks,
        "lost_marks": level.lost_marks,
        "unanswered": level.unanswered,
        "calls_begun": level.begun,
        "calls_ended": level.ended,
        "cpu_us_a_frame": _rounded(level.cpu_a_frame_s, 1e6),
        "loop_us_a_frame": _rounded(level.loop_a_frame_s, 1e6),
        "cpu_percent_of_a_core": _rounded(level.cpu, 100),
        "cpu_percent_a_call": _rounded(level.cpu_a_call, 100, 4),
        "memory_bytes": level.memory,
        "callers_lateness_ms": _spread_json(level.own_lateness),
        "callers_cpu_percent": _rounded(level.own_cpu, 100),
        "problems": level.problems,
    }


def _spread_json(spread: Spread) -> dict[str, object]:
    shares: Sequence[tuple[float, float]] = tuple(spread.at.items())
    return {
        "count": spread.count,
        **{f"p{share * 100:g}": _rounded(seconds, 1000) for share, seconds in shares},
        "max": _rounded(spread.most, 1000),
    }


def _rounded(value: float | None, times: float, digits: int = 2) -> float | None:
    return None if value is None else round(value * times, digits)
