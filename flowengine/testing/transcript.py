"""A call as lines to be read: when, who, what; under each turn of the caller, what became of it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from flowengine.conversation.commands import Understood
from flowengine.conversation.sentiment import FELT
from flowengine.testing.player import Turn

Who = Literal["agent", "caller", ""]


@dataclass(frozen=True, slots=True)
class Row:
    """One entry. `who` "" for remarks of ours; `at` in seconds since the connection."""

    at: float
    who: Who
    text: str


def rows(turn: Turn) -> Iterator[Row]:
    """A turn, in the order in which it is read: what the caller did, what became of it, what the agent said."""
    # A line that was said to its end although the caller spoke over it began before they did.
    yield from (row for row in _said(turn) if row.at < turn.at)
    if turn.caller is not None:
        yield Row(turn.at, "caller", turn.caller)
    for remark in remarks(turn):
        yield Row(turn.at, "", remark)
    yield from (row for row in _said(turn) if row.at >= turn.at)


def call_rows(turns: Iterable[Turn]) -> list[Row]:
    """A whole call. A line that the caller spoke over more than once stands before the first of these times."""
    told: list[Row] = []
    for row in (row for turn in turns for row in rows(turn)):
        over = (place for place, each in enumerate(told) if each.who == "caller" and each.at > row.at)
        told.insert(next(over, len(told)) if row.who == "agent" else len(told), row)
    return told


def _said(turn: Turn) -> Iterator[Row]:
    for said in turn.said:
        if said.complete:
            yield Row(said.began, "agent", said.text)
        elif said.heard:
            yield Row(said.began, "agent", f"{said.heard} … (interrupted)")


def remarks(turn: Turn) -> Iterator[str]:
    """What was understood, where the call went, what it kept."""
    moves = "".join(f" → {entered.state}" for entered in turn.entered)
    taken = [understanding(each) for each in turn.understood]
    if taken or moves:
        by = turn.entered[0].by if turn.entered and not taken else ""
        by = "connected" if by == "start" else by
        yield f"{', '.join(taken) or by}{moves}".strip()
    for verdict in turn.verdicts:
        codes = "".join(f", {reason.code}" for reason in verdict.reasons)
        yield f"guard {verdict.guard}: {'allowed' if verdict.allowed else 'refused'}{codes}"
    for filled in turn.filled:
        yield f"{filled.name} = {filled.value}"
    if turn.suppressed is not None:
        yield f"do not call again: {turn.suppressed}"
    for note in turn.notes:
        if not note.startswith("guard "):
            yield f"note: {note}"
    if turn.outcome is not None:
        yield f"ends {turn.outcome}"


def understanding(understood: Understood) -> str:
    """`agree 1.00 (phrase)`, `an answer` to a slot's question, or `nothing fitted (busy 0.41, refuse 0.20)`.

    Where a feeling showed, it follows: `refuse 0.92 (phrase), felt -0.71`.
    """
    return _taken(understood) + felt(understood.sentiment)


def felt(sentiment: float | None) -> str:
    """`, felt -0.71`; "" where no feeling showed."""
    return "" if sentiment is None or abs(sentiment) < FELT else f", felt {sentiment:+.2f}"


def _taken(understood: Understood) -> str:
    others = [f"{each.intent} {each.score:.2f}" for each in understood.candidates if each.intent != understood.intent]
    beside = f" ({', '.join(others[:3])})" if others else ""
    if understood.intent is None:
        return "an answer" if understood.tier in ("slot", "key") else f"nothing fitted{beside}"
    over = f", over {', '.join(others[:2])}" if others else ""
    return f"{understood.intent} {understood.score:.2f} ({understood.tier}{over})"


def laid_out(row: Row, started: datetime, width: int) -> list[str]:
    """An entry in columns: time of day, speaker, text wrapped to the width."""
    clock = f"{started + timedelta(seconds=row.at):%H:%M:%S}" if row.who else " " * 8
    head = f"  {clock}  {row.who:<6}  "
    body = textwrap.wrap(row.text, max(24, width - len(head)), break_on_hyphens=False) or [""]
    return [head + body[0], *(" " * len(head) + line for line in body[1:])]
