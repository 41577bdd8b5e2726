"""How long the answers of a call took, a bar a turn."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from flowengine.store.detail import Timings
    from flowengine.store.turn_times import TurnTimes

CELLS = 32
SHADES = {"endpointing": "░", "understanding": "▒", "deciding": "▓", "voicing": "█"}


def waterfalls(timings: Timings) -> Iterator[str]:
    """Lines for a terminal, with an empty one behind them; none for a call of which nothing was measured."""
    if not timings.waterfalls:
        return
    longest = max(1, *(sum(ms for _, ms in each.parts) for each in timings.waterfalls))
    legend = "  ".join(f"{shade} {name}" for name, shade in SHADES.items())
    yield click.style(f"from the end of the voice to the first audio, in ms: {legend}", dim=True)
    for each in timings.waterfalls:
        name = "turn –" if each.turn is None else f"turn {each.turn}"
        reply = "–" if each.reply is None else f"{each.reply:,}"
        parts = " + ".join(f"{ms:,}" for _, ms in each.parts)
        yield f"{name:<8}{reply:>7}  {bar(each, longest):<{CELLS}}  {parts}{_besides(each)}"
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
    return cells


def _besides(times: TurnTimes) -> str:
    facts = [f"{wait.what} {wait.ms:,}" for wait in times.waits]
    if times.playing is not None:
        facts.append(f"first mark {times.playing:,} later")
    if times.mark_late:
        facts.append(f"late by {times.mark_late:,}")
    if times.underruns:
        facts.append(f"{times.underruns} gaps")
    if times.cut:
        facts.append("cut short")
    return click.style(f"  ({'; '.join(facts)})", dim=True) if facts else ""
