"""A load in a terminal: a column for each number of calls, what did not hold, what it comes to, and the knee."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flowengine.testing.load.report import Level, LoadReport
from flowengine.testing.load.tally import Spread
from flowengine.testing.load.verdict import cut_short, knee, memory, verdict
from flowengine.testing.paint import Painter

NONE = "–"
WIDTH = 14


def table(report: LoadReport, paint: Painter) -> str:
    """All of it."""
    names = max(len(name) for name, _ in ROWS)
    head = f"{'calls at once':<{names}}" + "".join(f"{level.calls:>{WIDTH}}" for level in report.levels)
    lines = [paint.strong(head)]
    for name, cell in ROWS:
        lines.append(f"{paint.dim(f'{name:<{names}}')}" + "".join(f"{cell(level):>{WIDTH}}" for level in report.levels))
    verdicts = (held(level) for level in report.levels)
    tones = (paint.good if level.holds else paint.bad for level in report.levels)
    cells = (tone(f"{verdict:>{WIDTH}}") for tone, verdict in zip(tones, verdicts, strict=True))
    lines.append(paint.dim(f"{'holds':<{names}}") + "".join(cells))
    found = verdict(report)
    tone = {"good": paint.good, "bad": paint.bad, "open": paint.strong}[found.tone]
    lines += ["", f"{tone(found.said)}.", ""]
    for level in report.levels:
        lines += [paint.bad(f"{level.calls} calls: {each}") for each in _said(level)]
        lines += [f"    {count} × {text}" for text, count in list(level.problems.items())[:5]]
    lines += [f"{name:<16} {text}" for name, text in conclusions(report)]
    return "\n".join(lines)


def conclusions(report: LoadReport) -> list[tuple[str, str]]:
    """What follows from all levels together, what is missing, and how it was measured."""
    rows = [("knee", knee(report))]
    for name, text in (("cut short", cut_short(report)), ("memory a call", memory(report))):
        if text is not None:
            rows.append((name, text))
    how = "server and callers on a core each" if report.pinned else "server and callers share all cores"
    rows.append(("measured", f"{report.flow} by {', '.join(dict.fromkeys(report.personas))}; {report.speech}; {how}"))
    rows.append(("on", f"Python {report.python}, {report.cores} cores, {report.machine}; {report.server}"))
    return rows


def _said(level: Level) -> list[str]:
    return [*([level.overload] if level.overload else []), *level.misses]


def held(level: Level) -> str:
    """In a word or two."""
    if level.overload is not None:
        return "callers late"
    if level.misses:
        return "no"
    return "yes" if level.cut_of is None else "cut short"


def milliseconds(value: float | None) -> str:
    return NONE if value is None else f"{value * 1000:.1f} ms"


def _of(part: Callable[[Level], Spread], which: Callable[[Spread], float | None]) -> Callable[[Level], str]:
    return lambda level: milliseconds(which(part(level)))


def _percent(value: float | None, digits: int = 0) -> str:
    return NONE if value is None else f"{value * 100:.{digits}f} %"


def _cpu_a_frame(level: Level) -> str:
    return NONE if level.cpu_a_frame_s is None else f"{level.cpu_a_frame_s * 1e6:.0f} µs"


def _memory(level: Level) -> str:
    return NONE if level.memory is None else f"{level.memory / 2**20:.0f} MiB"


ROWS: Sequence[tuple[str, Callable[[Level], str]]] = (
    ("frame late, median", _of(lambda level: level.lateness, lambda spread: spread.p50)),
    ("  99th of 100", _of(lambda level: level.lateness, lambda spread: spread.p99)),
    ("  latest", _of(lambda level: level.lateness, lambda spread: spread.most)),
    ("reply after, median", _of(lambda level: level.replies, lambda spread: spread.p50)),
    ("  99th of 100", _of(lambda level: level.replies, lambda spread: spread.p99)),
    ("  slowest", _of(lambda level: level.replies, lambda spread: spread.most)),
    ("stops speaking, 95th", _of(lambda level: level.clears, lambda spread: spread.p95)),
    ("under-runs", lambda level: f"{level.underruns:,}"),
    ("marks / lost", lambda level: f"{level.marks:,} / {level.lost_marks}"),
    ("agent heard", lambda level: _percent(level.talked_share)),
    ("CPU a frame", _cpu_a_frame),
    ("CPU a call", lambda level: _percent(level.cpu_a_call, 2)),
    ("CPU, of one core", lambda level: _percent(level.cpu)),
    ("memory", _memory),
    ("callers late, 99th", _of(lambda level: level.own_lateness, lambda spread: spread.p99)),
    ("callers' CPU", lambda level: _percent(level.own_cpu)),
    ("measured for", lambda level: f"{level.seconds:,.0f} s"),
)
"""A figure a row. CPU is the server's unless it says otherwise."""
