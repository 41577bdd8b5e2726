"""A simulated call in a terminal: the story with its measures, or a table of many calls."""

from __future__ import annotations

import statistics
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from flowengine.runtime.audio import BYTES_A_SECOND
from flowengine.testing.paint import Painter
from flowengine.testing.twilio.colleague import Reached
from flowengine.testing.twilio.report import CallReport
from flowengine.testing.twilio.story import Record, Told, story

INDENT = 45
NARROWEST = 30
LEVELS_APART_DB = 3.0
ENDED = {"twiml": "answered without a stream", "closed by the server": "closed by the server"}


@dataclass(frozen=True, slots=True)
class Rung:
    """One call that was tried: its report and the server's record of it, or why there was none.

    `record` None: the server keeps its records to itself. An empty one: it knows of no such call.
    """

    report: CallReport | None
    record: Record | None = None
    error: str | None = None

    @property
    def outcome(self) -> str:
        if self.report is None:
            return "failed"
        if self.record is None:
            return "unknown"
        if not self.record:
            return "refused" if self.report.ended_by == "twiml" else "no record"
        return str(self.record["outcome"] or "unfinished")

    @property
    def is_good(self) -> bool:
        """A call came of it, and neither Twilio nor the server complains; one that the caller broke may be abnormal."""
        if self.report is None or not self.report.is_clean:
            return False
        if self.record is None:
            return self.report.ended_by != "twiml"
        return bool(self.record) and (self.report.ended_by == "caller" or not self.record["abnormal"])


def one_call(report: CallReport, record: Record | None, paint: Painter, width: int = 100) -> str:
    """The whole call: a line a turn, then what was measured."""
    lines = [paint.dim(f"{'at':>9}  {'reply':>7}  {'length':>7}  {'level':>6}")]
    for told in story(report, record):
        lines += _told(told, paint, max(NARROWEST, width - INDENT))
    lines.append("")
    lines += [f"  {paint.dim(f'{name:<16}')} {value}" for name, value in _summary(report, record, paint)]
    return "\n".join(lines)


def many_calls(rung: Sequence[Rung], paint: Painter) -> str:
    """A line a call, and one for all of them."""
    lines = [
        paint.dim(
            f"{'call':>4}  {'outcome':<16} {'marks':<12} {'gaps':>4} {'latest frame':>13} "
            f"{'replies, median / worst':>25}"
        )
    ]
    for number, one in enumerate(rung, 1):
        if one.report is None:
            lines.append(f"{number:>4}  {paint.bad('failed')}  {one.error}")
            continue
        good = paint.good if one.is_good else paint.bad
        lines.append(f"{number:>4}  {good(f'{one.outcome:<16}')} {_row([one.report], paint)}")
        lines += [f"      {paint.bad(problem)}" for problem in one.report.problems]
    reports = [one.report for one in rung if one.report is not None]
    good_ones = sum(one.is_good for one in rung)
    lines.append(paint.strong(f" all  {f'{good_ones} of {len(rung)} good':<16} {_row(reports, Painter(False))}"))
    return "\n".join(lines)


def _row(reports: Sequence[CallReport], paint: Painter) -> str:
    in_order = all(report.marks_in_order for report in reports)
    marks = f"{'in order':<12}" if in_order else paint.bad(f"{'OUT OF ORDER':<12}")
    gaps = sum(len(report.gaps) for report in reports)
    late = f"{max((report.latest_frame for report in reports), default=0.0) * 1000:.0f} ms"
    replies = [reply for report in reports for reply in report.replies]
    both = f"{statistics.median(replies):.2f} s / {max(replies):.2f} s" if replies else "–"
    return f"{marks} {gaps:>4} {late:>13} {both:>25}"


def _told(told: Told, paint: Painter, width: int) -> list[str]:
    reply = f"{told.reply:.2f} s" if told.reply is not None else ""
    length = f"{told.length:.1f} s" if told.length is not None else ""
    level = f"{told.level:.0f} dB" if told.level is not None else ""
    tone = {"agent": paint.agent, "caller": paint.good, "twilio": paint.strong}[told.who]
    first, *rest = textwrap.wrap(told.text, width) or [paint.dim("(sound)")]
    measured = paint.dim(f"{reply:>7}  {length:>7}  {level:>6}")
    lines = [f"{told.at:7.2f} s  {measured}  {tone(f'{told.who:<6}')}  {first}"]
    lines += [" " * INDENT + part for part in rest]
    lines += [" " * INDENT + paint.dim(part) for part in textwrap.wrap(told.note, width)]
    return lines


def _summary(report: CallReport, record: Record | None, paint: Painter) -> list[tuple[str, str]]:
    speech = sum(one.length for one in report.agent)
    pause = max((one.longest_pause for one in report.agent), default=0.0)
    stretches = "1 stretch" if len(report.agent) == 1 else f"{len(report.agent)} stretches"
    gaps = "no gaps"
    if report.gaps:
        gaps = paint.bad(f"{len(report.gaps)} gaps, the longest {report.latest_frame * 1000:.0f} ms")
    replies = ", ".join(f"{reply:.2f} s" for reply in report.replies) or "–"
    warned = report.warned
    shown = Rung(report, record)
    ended = ENDED.get(report.ended_by, f"ended by the {report.ended_by}")
    if report.ended_by == "twiml" and (report.dialled or report.rooms):
        ended = "over once the transfer was"
    refused = [check for check in (record or {}).get("guards", []) if check["allowed"] is False]
    rows = [
        ("outcome", f"{shown.outcome if shown.is_good else paint.bad(shown.outcome)}, {ended}"),
        ("agent's audio", f"{speech:.1f} s in {stretches}, pauses up to {pause:.2f} s, {gaps}"),
        ("sentences", _sentences(report, paint)),
        ("replies after", replies),
        ("marks", f"{len(report.marks_echoed)}, in order" if report.marks_in_order else paint.bad("OUT OF ORDER")),
    ]
    rows[1:1] = [("not permitted", _refusal(check)) for check in refused]
    rows += [("lost line", paint.bad(_lost(report)))] if report.dead or report.is_lost else []
    rows += [("action failed", paint.bad(told)) for told in _failed_actions(record)]
    rows += [("put through", _reached(one)) for one in report.reached]
    rows += [("in a room", "with a colleague" if met else "alone") for met in report.rooms]
    if report.records_from is not None:
        began = "nothing" if report.message_began is None else f"from {report.message_began:.2f} s after its beep"
        rows.append(("the machine kept", f"{began}, {len(report.recorded) / BYTES_A_SECOND:.1f} s of line"))
    if warned.count:
        rows.append(("Twilio warnings", paint.bad(f"31950: {warned.binary_31950}, 31951: {warned.invalid_31951}")))
    else:
        rows.append(("Twilio warnings", "none"))
    rows += [("problem", paint.bad(problem)) for problem in dict.fromkeys(report.problems)]
    if report.unsaid:
        rows.append(("never said", ", ".join(f"“{text}”" for text in report.unsaid)))
    return rows


def _sentences(report: CallReport, paint: Painter) -> str:
    """How they sound: level, pauses between them, dead air before them, clicks."""
    if not report.sentences:
        return "none"
    levels = [one.level for one in report.sentences]
    level = f"{min(levels):.1f} to {max(levels):.1f} dBFS"
    if max(levels) - min(levels) > LEVELS_APART_DB:
        level = paint.bad(f"{level}, which is uneven")
    between = report.pauses
    paused = f", {min(between):.2f} to {max(between):.2f} s between them" if between else ""
    dead_air = max(one.quiet_before for one in report.sentences)
    clicked = report.clicks
    clicking = paint.bad(f"{len(clicked)} clicks, the first at {clicked[0]:.2f} s") if clicked else "no clicks"
    return f"{len(levels)}, {level}{paused}, up to {dead_air * 1000:.0f} ms of quiet before one, {clicking}"


def _refusal(check: Record) -> str:
    """The rules by which a guard refused the call, and how to go on."""
    return (
        f"by guard {check['guard']}: {', '.join(check['reasons']) or 'no reason given'}; 'flowengine can-call NUMBER "
        "--explain' tells the rule and when it is over, 'flowengine chat' takes the call at another time with --now"
    )


def _lost(report: CallReport) -> str:
    """How long the caller had no line, and whether the call came back."""
    seconds = sum(at - left for left, at in report.dead)
    came_back = f"for {seconds:.1f} s, then the call came back" if report.dead else ""
    gone = "the call did not come back" if report.is_lost else ""
    return "; at last ".join(part for part in (came_back, gone) if part)


def _failed_actions(record: Record | None) -> list[str]:
    """What could not be done for the flow, and why; the same failure once."""
    failed = [run for run in (record or {}).get("actions", []) if run["result"] == "error"]
    return list(dict.fromkeys(f"{run['action']}: {run['reason'] or 'no reason given'}" for run in failed))


def _reached(one: Reached) -> str:
    """Whom, how it ended, and what a colleague heard beforehand."""
    shown = f", who saw {one.caller_id}" if one.caller_id else ""
    heard = f"; heard: {' '.join(f'“{text}”' for text in one.heard)}" if one.heard else ""
    return f"to {one.number}{shown}: {one.ended}{heard}"
