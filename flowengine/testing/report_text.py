"""Results as they are read in a terminal: every test a line, every failure a conversation, coverage, a sum."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import groupby

from flowengine.language.render import render
from flowengine.language.source import Source, Span
from flowengine.testing.coverage.report_text import coverage_text
from flowengine.testing.paint import Painter
from flowengine.testing.runner import Failure, Result
from flowengine.testing.suite import Report
from flowengine.testing.transcript import call_rows, laid_out


def report_text(report: Report, *, colour: bool, verbose: bool, width: int = 100) -> str:
    """The whole report; no final newline."""
    paint = Painter(colour)
    parts = ["\n".join(_listing(report, paint))]
    if report.problems:
        parts.append(render(report.problems, report.sources, colour=colour, columns=width if colour else None))
    for result in report.results:
        if result.failure is not None or (verbose and result.turns):
            parts.append("\n".join(conversation(result, report.sources, colour=colour, width=width)))
    if report.coverage is not None:
        parts.append(coverage_text(report.coverage, colour=colour))
    parts.append(_sum(report, paint))
    return "\n\n".join(part for part in parts if part)


def conversation(
    result: Result, sources: Mapping[str, Source], *, colour: bool = False, width: int = 100
) -> Iterator[str]:
    """One test as a call: the turns so far, and where they left the path."""
    paint = Painter(colour)
    span = result.test.span
    mark = paint.bad("FAIL") if not result.passed else paint.good("ok")
    yield f"{mark}  {paint.strong(result.test.name)}"
    started = result.started or datetime.now(UTC)
    flow = f", flow {result.flow.name}" if result.flow else ""
    yield paint.dim(f"  {span.path}:{span.line}{flow}, {started:%A} {started.day} {started:%B %Y, %H:%M}")
    yield ""
    for row in call_rows(result.turns):
        for line in laid_out(row, started, width):
            yield paint.dim(line) if not row.who else line
    if result.failure is not None:
        yield ""
        yield from _failure(result, result.failure, sources, paint)


def _failure(result: Result, failure: Failure, sources: Mapping[str, Source], paint: Painter) -> Iterator[str]:
    yield paint.bad(f"  {failure.message}")
    yield f"  {failure.span.path}:{failure.span.line}:{failure.span.column}"
    yield from (f"  {line}" for line in _place(failure.span, sources, paint))
    yield ""
    if failure.expected is not None:
        yield f"  expected   {failure.expected}"
    if failure.got is not None:
        yield f"  got        {failure.got}"
        marks = _differences(failure.expected or "", failure.got)
        if marks:
            yield paint.bad(f"             {marks}")
    if failure.hint is not None:
        yield f"  help       {failure.hint}"
    state = result.turns[-1].state if result.turns else None
    place = result.flow.states.get(state) if result.flow and state else None
    if place is not None:
        by = next((entered.by for each in reversed(result.turns) for entered in reversed(each.entered)), "")
        source = f" ({place.span.path}:{place.span.line})"
        yield f"  state      {place.name}{paint.dim(source)}{f', entered by {by}' if by else ''}"
    last = next((each for each in reversed(result.turns) if each.understood), None)
    if last is not None:
        for understood in last.understood:
            weighed = ", ".join(f"{each.intent} {each.score:.2f} {each.tier}" for each in understood.candidates)
            taken = understood.intent or ("an answer" if understood.tier in ("slot", "key") else "no intent")
            yield f'  understood "{understood.text}" as {taken}{f"; weighed: {weighed}" if weighed else ""}'
    if result.listening:
        names = ", ".join(result.listening[:10])
        yield f"  listening  {names}{' …' if len(result.listening) > 10 else ''}"


def _place(span: Span, sources: Mapping[str, Source], paint: Painter) -> Iterator[str]:
    source = sources.get(span.path)
    if source is None or span.line > len(source.lines):
        return
    number, line = str(span.line), source.lines[span.line - 1]
    width = max(1, (span.end_column if span.end_line == span.line else len(line) + 1) - span.column)
    yield f"{number} │ {line}"
    yield f"{' ' * len(number)} │ {' ' * (span.column - 1)}{paint.bad('^' * width)}"


def _differences(expected: str, got: str) -> str:
    """Carets under the words of `got` that the test does not have; "" when the two have little in common."""
    wanted, words = re.findall(r"\S+", expected.casefold()), list(re.finditer(r"\S+", got))
    matcher = difflib.SequenceMatcher(None, wanted, [word[0].casefold() for word in words], autojunk=False)
    if "*" in wanted or matcher.ratio() < 0.5:
        return ""
    marks = [" "] * len(got)
    for tag, _, _, start, end in matcher.get_opcodes():
        if tag != "equal":
            for word in words[start:end]:
                marks[word.start() : word.end()] = "^" * len(word[0])
    return "".join(marks).rstrip()


def _listing(report: Report, paint: Painter) -> Iterator[str]:
    wide = max((len(result.test.name) for result in report.results), default=0)
    for path, results in groupby(report.results, key=lambda result: result.test.span.path):
        yield paint.strong(path)
        for result in results:
            mark = paint.good("✓") if result.passed else paint.bad("✗")
            note = _length(result.lasted) if result.turns else "not played"
            yield f"  {mark} {result.test.name:<{min(wide, 70)}}  {paint.dim(note)}".rstrip()


def _sum(report: Report, paint: Painter) -> str:
    lasted = sum(result.lasted for result in report.results)
    text = f"{report.passed} passed, {report.failed} failed"
    shown = paint.good(text) if report.sound else paint.bad(text)
    return f"{shown} in {report.took:.2f} s ({_length(lasted)} of calls)"


def _length(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"
