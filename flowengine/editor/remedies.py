"""What can be done about a problem with one keystroke: its own fix, the definition that it misses, a line less."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flowengine.editor.outline import outline
from flowengine.graph.compile import Analysis
from flowengine.graph.names import BUILT_IN_OUTCOMES
from flowengine.language.diagnostics import Diagnostic, Fix
from flowengine.language.source import Source, Span


@dataclass(frozen=True, slots=True)
class Remedy:
    """One edit to offer. `sure`: it is what the diagnostic's help says, so an editor may take it by itself."""

    title: str
    problem: Diagnostic
    fix: Fix
    sure: bool


def remedies(analysis: Analysis, source: Source, first: int, last: int) -> Iterator[Remedy]:
    """What mends the problems that stand in these lines (from 1, both counted)."""
    for problem in analysis.diagnostics:
        if problem.span.path != source.path or not (problem.span.line <= last and problem.span.end_line >= first):
            continue
        if problem.fix is not None:
            yield Remedy(_title(source, problem.fix), problem, problem.fix, True)
        yield from _definition(analysis, source, problem)
        if problem.name == "unused-definition":
            yield from _removal(analysis, source, problem)
        if problem.severity == "warning" and not problem.code.startswith("FL80"):
            yield _permission(source, problem)


def _title(source: Source, fix: Fix) -> str:
    span = fix.span
    if span.line != span.end_line or span.column == span.end_column:
        return f"Insert {fix.replacement.strip()!r}"
    written = source.lines[span.line - 1][span.column - 1 : span.end_column - 1]
    return f"Replace {written!r} with {fix.replacement!r}"


def _definition(analysis: Analysis, source: Source, problem: Diagnostic) -> Iterator[Remedy]:
    """For a name that nothing defines: its definition, at the end of the file."""
    if not problem.name.startswith("undefined-"):
        return
    span = problem.span
    name = source.lines[span.line - 1][span.column - 1 : span.end_column - 1]
    text = _drafted(analysis, problem.name.removeprefix("undefined-"), name)
    if text is None or not name.isidentifier():
        return
    lines = source.lines
    end = Span(source.path, len(lines), len(lines[-1]) + 1, len(lines), len(lines[-1]) + 1)
    gap = "\n" if not lines[-1].strip() else "\n\n"
    kind = problem.name.removeprefix("undefined-")
    yield Remedy(f"Define the {kind} {name!r}", problem, Fix(end, gap + text), False)


def _removal(analysis: Analysis, source: Source, problem: Diagnostic) -> Iterator[Remedy]:
    """Take an unused definition out, with the free lines after it."""
    lines = source.lines
    for entry in outline(analysis.draft.units[0].file, source):
        if entry.span == problem.span:
            last = entry.last_line
            while last < len(lines) and not lines[last].strip():
                last += 1
            end = Span(source.path, entry.span.line, 1, last + 1, 1)
            if last == len(lines):
                end = Span(source.path, entry.span.line, 1, last, len(lines[-1]) + 1)
            yield Remedy(f"Take out the {entry.kind} {entry.name!r}", problem, Fix(end, ""), False)


def _permission(source: Source, problem: Diagnostic) -> Remedy:
    """A comment that allows a warning; its reason is the author's to write, and missed until it is there."""
    line = problem.span.line
    text = source.lines[line - 1]
    blanks = text[: len(text) - len(text.lstrip())]
    comment = Fix(Span(source.path, line, 1, line, 1), f"{blanks}# allow {problem.code}: \n")
    return Remedy(f"Allow {problem.code} here, and say why", problem, comment, False)


def _drafted(analysis: Analysis, kind: str, name: str) -> str | None:
    """A definition to go on from; it compiles as it stands."""
    words = name.replace("_", " ")
    outcomes = [outcome for outcome in analysis.draft.flow.outcomes if outcome not in BUILT_IN_OUTCOMES]
    match kind:
        case "state":
            return f'state {name}\n  say "Goodbye."\n  end {(outcomes or list(BUILT_IN_OUTCOMES))[0]}\n'
        case "outcome":
            return f"outcome {name}\n"
        case "intent":
            return f'intent {name} "the caller means: {words}"\n  "{words}"\n'
        case "line":
            return f'line {name} "{words}"\n'
        case "slot":
            return f'slot {name}: text\n  ask "What is the {words}?"\n'
        case _:
            return None
