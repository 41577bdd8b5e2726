"""What a load comes to, in words: how many calls hold, what gave way with more, or why that cannot be told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from flowengine.testing.load.report import CLEAR_OF_NOISE, Level, LoadReport

Tone = Literal["good", "bad", "open"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """In a few words, with a sentence that says more ("" where there is none)."""

    said: str
    more: str
    tone: Tone


def verdict(report: LoadReport) -> Verdict:
    """Of the whole run."""
    held, failing, late = report.held, report.failing, overloaded(report)
    if late is not None:
        told = _told_of_more(report, late)
        parts = [f"with {late.calls}, {late.overload}", *(f"with {each.calls}, {_came_to(each)}" for each in told)]
        more = "; ".join(parts)
        return Verdict(_beside_the_late(held, late, told), _sentence(more), "open")
    if failing is not None:
        more = _sentence(f"with {failing}, {_why(report, failing)}")
        if not held:
            return Verdict(_do_not_hold(failing), more, "bad")
        return Verdict(f"{calls_hold(held)}, {failing} do not", more, "open")
    if held:
        more = "" if report.ended is None else _sentence(f"{report.ended.why} before more were measured")
        return Verdict(calls_hold(held), more, "good" if report.ended is None else "open")
    last = report.levels[-1]
    said = f"{_calls(last.calls)} held for {last.seconds:.0f} of {last.cut_of or 0:.0f} s"
    return Verdict(said, "" if report.ended is None else _sentence(report.ended.why), "open")


def knee(report: LoadReport) -> str:
    """Where it is, with what gave way, or why it is not known."""
    held, failing, late = report.held, report.failing, overloaded(report)
    known = f"{calls_hold(held)}; " if held else ""
    if late is not None:
        more = "".join(f"; with {each.calls}, {_came_to(each)}" for each in _told_of_more(report, late))
        return f"not found: {known}with {late.calls} the callers themselves could not keep up{more}"
    if failing is not None:
        why = f"{_why(report, failing)}{_held_again(report, failing)}"
        if held:
            return f"between {held} and {failing} calls: with {failing}, {why}"
        fewer = "" if failing == 1 else ", and fewer were not tried"
        return f"not found: {_do_not_hold(failing)}{fewer}: {why}"
    if report.ended is not None:
        return f"not found: {known}{report.ended.why}{' before more were measured' if held else ''}"
    return f"not found: {calls_hold(held)}, and more were not tried"


def memory(report: LoadReport) -> str | None:
    """What a call takes; None where nobody knows what the process takes."""
    grown, most = report.memory_grown, report.levels[-1].calls
    if grown is None:
        return None
    if report.memory_a_call is not None:
        return f"{report.memory_a_call / 1024:,.0f} KiB, from 1 call to {most}"
    return (
        f"too few calls to tell: {grown / 2**20:+.1f} MiB from 1 call to {most}, "
        f"where {CLEAR_OF_NOISE * report.memory_noise / 2**20:.1f} MiB could be chance"
    )


def cut_short(report: LoadReport) -> str | None:
    """What is missing of what was asked for, and why; None when nothing is."""
    ended = report.ended
    if ended is None:
        return None
    missing = [
        f"{_calls(level.calls)} measured for {level.seconds:.0f} of {level.cut_of:.0f} s"
        for level in report.levels
        if level.cut_of is not None
    ]
    if ended.left:
        missing.append(f"{_listed(ended.left)} not measured")
    if not missing:
        return None
    return f"{', '.join(missing)}: {ended.why}"


def calls_hold(calls: int) -> str:
    return f"{_calls(calls)} {'holds' if calls == 1 else 'hold'}"


def overloaded(report: LoadReport) -> Level | None:
    """The level that says nothing, since the callers were late."""
    first = next((level for level in report.levels if not level.holds), None)
    return None if first is None or first.overload is None else first


def _told_of_more(report: LoadReport, late: Level) -> list[Level]:
    """The first level of more calls whose callers kept up, so that it does say something of the server."""
    known = (each for each in report.levels if each.overload is None and (each.misses or each.cut_of is None))
    return [each for each in known if each.calls > late.calls][:1]


def _beside_the_late(held: int, late: Level, told: Sequence[Level]) -> str:
    """Whether the server held, as far as it can be told: of the late callers' number it cannot."""
    if not told:
        return f"{calls_hold(held)}, more cannot be told" if held else "Cannot be told: the callers could not keep up"
    known = f"{calls_hold(held)}, {late.calls}" if held else _calls(late.calls)
    more = told[0].calls
    return f"{known} cannot be told, {_do_not_hold(more) if told[0].misses else f'{_calls(more)} held'}"


def _came_to(level: Level) -> str:
    return ", ".join(level.misses) or "all held"


def _do_not_hold(calls: int) -> str:
    return f"{_calls(calls)} {'does' if calls == 1 else 'do'} not hold"


def _why(report: LoadReport, failing: int) -> str:
    """What gave way with so many calls."""
    misses = next((level.misses for level in report.levels if level.calls == failing), [])
    if not misses:
        return "" if report.ended is None else report.ended.why
    return ", ".join(misses)


def _held_again(report: LoadReport, failing: int) -> str:
    """More calls that hold where fewer do not: something else was at work."""
    again = [level.calls for level in report.levels if level.calls > failing and level.holds]
    if not again:
        return ""
    return f"; but {calls_hold(again[-1])}, so measure again, for longer or on a quieter machine"


def _calls(calls: int) -> str:
    return f"{calls} call{'' if calls == 1 else 's'}"


def _listed(numbers: Sequence[int]) -> str:
    if len(numbers) > 3:
        return f"{numbers[0]} to {numbers[-1]} calls"
    *first, last = [str(number) for number in numbers]
    return f"{', '.join(first)} and {last} calls" if first else _calls(numbers[0])


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
