"""How long the answers of a call took, a bar a turn."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from flowengine.store.detail import Timings
    from flowengine.store.turn_times import TurnTimes

CELLS = 32
SHADES = {"endpointing": "░", "waiting": "┄", "understanding": "▒", "deciding": "▓", "acting": "≈", "voicing": "█"}
FILLER = "♪"
INDENT = 17
NARROWEST = 40


def waterfalls(timings: Timings, width: int = 100) -> Iterator[str]:
    """Lines for a terminal of so many columns, with an empty one behind them; none for a call of which nothing was
    measured."""
    measured = timings.waterfalls
    if not measured:
        return
    longest = max(1, *(sum(ms for _, ms in each.parts) for each in measured))
    yield click.style("from the end of the voice to the first audio of the answer, in ms", dim=True)
    yield click.style("  ".join(_legend(measured)), dim=True)
    for each in measured:
        name = "turn –" if each.turn is None else f"turn {each.turn}"
        reply = "–" if each.reply is None else f"{each.reply:,}"
        yield f"{name:<8}{reply:>7}  {bar(each, longest)}".rstrip()
        for line in textwrap.wrap(_told(each), max(NARROWEST, width) - INDENT, break_on_hyphens=False):
            yield click.style(f"{'':{INDENT}}{line}", dim=True)
    if timings.interruptions:
        false = f", of them by a noise: {timings.false_interruptions}" if timings.false_interruptions else ""
        yield click.style(f"interruptions: {timings.interruptions}{false}", dim=True)
    yield ""


def bar(times: TurnTimes, longest: int) -> str:
    """At most `CELLS` wide, which stand for `longest` ms. Cells are counted from the beginning, so bars compare."""
    cells, until = "", 0
    for name, ms in times.parts:
        until += ms
        cells += SHADES[name] * (round(until / longest * CELLS) - len(cells))
    if times.filler is not None:
        at = min(CELLS - 1, round(times.filler / longest * CELLS))
        cells = f"{cells[:at]:<{at}}{FILLER}{cells[at + 1 :]}"
    return cells


def _legend(measured: list[TurnTimes]) -> Iterator[str]:
    """What of it there is in these turns."""
    taken = {name for each in measured for name, ms in each.parts if ms}
    yield from (f"{shade} {name}" for name, shade in SHADES.items() if name in taken)
    if any(each.filler is not None for each in measured):
        yield f"{FILLER} a filler began"


def _told(times: TurnTimes) -> str:
    """The parts that took time, and what is known beside them."""
    parts = " + ".join(f"{ms:,} {name}" for name, ms in times.parts if ms) or "0"
    facts = [] if times.filler is None else [f"filler after {times.filler:,}"]
    facts += [f"asked: {wait.what} {wait.ms:,}" for wait in times.waits]
    if times.playing is not None:
        facts.append(f"first mark {times.playing:,} later")
    if times.mark_late:
        facts.append(f"late by {times.mark_late:,}")
    if times.underruns:
        facts.append(f"{times.underruns} gaps")
    if times.cut:
        facts.append("cut short")
    return f"{parts} ({'; '.join(facts)})" if facts else parts
