"""A load as one page: what it comes to, plots, every figure. Whole by itself: no script, nothing fetched."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from html import escape
from importlib.resources import files

from flowengine.testing.load.plots import Line, Plot, evenly, spaced, svg
from flowengine.testing.load.report import FULL_CORE, LATE_S, OWN_LATE_S, Level, LoadReport
from flowengine.testing.load.report_text import ROWS, conclusions, held, milliseconds
from flowengine.testing.load.tally import SHARES, Spread
from flowengine.testing.load.verdict import verdict

TONES = 6
MOST_LINES = 5
AT_ONCE = "calls at once"


def page(report: LoadReport) -> str:
    """The whole page."""
    found = verdict(report)
    facts = "".join(f"<li><b>{escape(value)}</b><small>{escape(name)}</small></li>" for name, value in _facts(report))
    figures = "".join(_figure(plot) for plot in plots(report) if not plot.is_empty)
    body = (
        f'<header><p class="kind">flowengine load</p><h1 class="{found.tone}">{escape(found.said)}</h1>'
        + (f'<p class="more">{escape(found.more)}</p>' if found.more else "")
        + f'<p class="aside">{escape(_subtitle(report))}</p></header><ul class="facts">{facts}</ul>'
        f'<div class="plots">{figures}</div>{_table(report)}{_notes(report)}'
    )
    style = files("flowengine.testing.load").joinpath("page.css").read_text("utf-8")
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(found.said)} · load</title>\n<style>\n{style}</style>\n</head>\n"
        f"<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def _figure(plot: Plot) -> str:
    told = f"<b>{escape(plot.title)}</b><small>{escape(plot.note)}</small>"
    return f'<figure class="card"><figcaption>{told}</figcaption>{svg(plot)}</figure>'


def plots(report: LoadReport) -> Iterator[Plot]:
    """Against the number of calls, where there were several; and how the times are spread."""
    levels = report.levels
    if len(levels) > 1:
        yield from _by_calls(report)
    telling = _telling(report)
    shares = evenly([*(f"{share * 100:g} %" for share in SHARES), "all"])
    yield Plot(
        "How late frames are",
        "So many are no later than this; the limit is for 99 %",
        shares,
        _spreads(telling, lambda level: level.lateness),
        _milliseconds,
        "share of all frames",
        LATE_S,
    )
    yield Plot(
        "How soon a reply comes",
        "From the caller's last sound to the agent's first",
        shares,
        _spreads(telling, lambda level: level.replies),
        _milliseconds,
        "share of all replies",
    )
    yield Plot(
        "How late the callers are",
        "Later than the limit at 99 %, and nothing is told of the server",
        shares,
        _spreads(telling, lambda level: level.own_lateness),
        _milliseconds,
        "share of all ticks of their clock",
        OWN_LATE_S,
    )


def _by_calls(report: LoadReport) -> Iterator[Plot]:
    levels = report.levels
    places = spaced([level.calls for level in levels])
    border = report.held / levels[-1].calls if report.knee else None

    def percentiles(part: Callable[[Level], Spread]) -> list[Line]:
        return [
            Line(name, [part(level).at.get(share) for level in levels], tone)
            for tone, (name, share) in enumerate((("median", 0.5), ("95th", 0.95), ("99th", 0.99)))
        ]

    yield Plot(
        "Frames, late",
        "Against the steadiest schedule of the same speech",
        places,
        percentiles(lambda level: level.lateness),
        _milliseconds,
        AT_ONCE,
        LATE_S,
        border,
    )
    yield Plot(
        "Replies",
        "From the caller's last sound to the agent's first",
        places,
        percentiles(lambda level: level.replies),
        _milliseconds,
        AT_ONCE,
        border=border,
    )
    yield Plot(
        "What went wrong",
        "So often in the whole step; none of it may be",
        places,
        _wrong(levels),
        lambda value: f"{value:,.0f}",
        AT_ONCE,
        border=border,
        counts=True,
    )
    yield Plot(
        "Processor time a frame",
        "Of the server, all it does for 20 ms of a call",
        places,
        [Line("server", [level.cpu_a_frame_s for level in levels])],
        lambda value: f"{value * 1e6:.0f} µs",
        AT_ONCE,
        border=border,
    )
    yield Plot(
        "Processor, of one core",
        "A Python process has one",
        places,
        [Line("server", [level.cpu for level in levels]), Line("callers", [level.own_cpu for level in levels], 1)],
        lambda value: f"{value * 100:.0f} %",
        AT_ONCE,
        FULL_CORE,
        border,
    )
    yield Plot(
        "Memory",
        "Of the server's process",
        places,
        [Line("server", [None if level.memory is None else level.memory / 2**20 for level in levels])],
        lambda value: f"{value:.0f} MiB",
        AT_ONCE,
        border=border,
    )


def _telling(report: LoadReport) -> list[Level]:
    """Those levels that a drawing with a line for each has room for: the fewest, some between, the knee's two sides."""
    levels = report.levels
    if len(levels) <= MOST_LINES:
        return list(levels)
    edge = next((number for number, level in enumerate(levels) if not level.holds), len(levels) - 1)
    wanted = {0, edge // 2, max(0, edge - 1), edge, len(levels) - 1}
    return [levels[number] for number in sorted(wanted)]


def _wrong(levels: Sequence[Level]) -> list[Line]:
    """A line for each kind of what should not be, where there was any."""
    kinds = (
        Line("under-runs", [level.underruns for level in levels]),
        Line("lost marks", [level.lost_marks for level in levels], 1),
        Line("unanswered", [level.unanswered for level in levels], 2),
        Line("problems", [sum(level.problems.values()) for level in levels], 3),
    )
    return [line for line in kinds if any(line.values)] or [Line("nothing", [0] * len(levels))]


def _spreads(levels: Sequence[Level], part: Callable[[Level], Spread]) -> list[Line]:
    return [
        Line(
            f"{level.calls} call{'s' if level.calls > 1 else ''}",
            [*(part(level).at.get(share) for share in SHARES), part(level).most],
            number % TONES,
        )
        for number, level in enumerate(levels)
        if part(level).count
    ]


def _facts(report: LoadReport) -> Iterator[tuple[str, str]]:
    """Of the most calls that held; where none did, of the first."""
    last = next((level for level in report.levels if level.calls == report.held), report.levels[0])
    yield "calls at once", f"{last.calls}"
    yield "frame late, 99th of 100", milliseconds(last.lateness.p99)
    yield "reply, median", milliseconds(last.replies.p50)
    yield "reply, 99th of 100", milliseconds(last.replies.p99)
    if last.cpu_a_frame_s is not None and last.cpu_a_call is not None:
        yield "CPU a frame", f"{last.cpu_a_frame_s * 1e6:.0f} µs"
        yield "CPU a call, of one core", f"{last.cpu_a_call * 100:.2f} %"
    if report.memory_a_call is not None:
        yield "memory a call", f"{report.memory_a_call / 1024:,.0f} KiB"
    yield "under-runs, lost marks", f"{last.underruns}, {last.lost_marks}"


def _table(report: LoadReport) -> str:
    heads = "".join(f'<th scope="col">{level.calls}</th>' for level in report.levels)
    rows = "".join(
        f'<tr><th scope="row"{" class=sub" if name.startswith(" ") else ""}>{escape(name.strip())}</th>'
        + "".join(f"<td>{escape(cell(level))}</td>" for level in report.levels)
        + "</tr>"
        for name, cell in ROWS
    )
    verdicts = "".join(f'<td class="{_tone(level)}">{escape(held(level))}</td>' for level in report.levels)
    return (
        '<div class="card scroll"><table><thead><tr><th scope="col">calls at once</th>'
        f'{heads}</tr></thead><tbody>{rows}<tr class="holds"><th scope="row">holds</th>{verdicts}</tr></tbody>'
        "</table></div>"
    )


def _tone(level: Level) -> str:
    if level.overload is not None or (level.holds and level.cut_of is not None):
        return "open"
    return "good" if level.holds else "bad"


def _notes(report: LoadReport) -> str:
    said = [
        f"{level.calls} calls: {each}"
        for level in report.levels
        for each in [*([level.overload] if level.overload else []), *level.misses]
    ]
    said += [
        f"{level.calls} calls: {count} × {text}" for level in report.levels for text, count in level.problems.items()
    ]
    missed = f'<ul class="missed">{"".join(f"<li>{escape(each)}</li>" for each in said)}</ul>' if said else ""
    rows = "".join(f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in conclusions(report))
    return f"{missed}<dl>{rows}</dl>"


def _subtitle(report: LoadReport) -> str:
    seconds = report.levels[0].seconds
    each = f"{seconds / 60:.3g} min" if seconds >= 60 else f"{seconds:.0f} s"
    callers = ", ".join(dict.fromkeys(report.personas))
    steps = "" if len(report.levels) == 1 else f", {len(report.levels)} steps of {each} each"
    return f"{report.flow}, called by {callers}{steps or f' for {each}'}"


def _milliseconds(value: float) -> str:
    shown = round(value * 1000, 1)
    return f"{shown:.0f} ms" if shown >= 100 else f"{shown:g} ms"
