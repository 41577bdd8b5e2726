"""A flow in its one layout: text to text, over tokens and tree. No I/O, and no change of what the flow says.

Rows are written with two blanks a level, tokens with one blank or none between them. Comments stay where they are;
those beside adjacent lines begin in one column. Definitions are parted by one free line; elsewhere the author's free
lines are kept, one at a time. What the author broke into lines stays broken, so that one change gives a small
difference. A text with a mistake is not touched: what its author meant is not known.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from flowengine.language.diagnostics import Diagnostic
from flowengine.language.format_lines import WIDTH, Line, lines_of
from flowengine.language.layout import lay_out
from flowengine.language.parser import parse
from flowengine.language.reading import text_source
from flowengine.language.same_tree import same_tree
from flowengine.language.source import Source
from flowengine.language.tokens import lex


@dataclass(frozen=True, slots=True)
class Formatted:
    """A text in its layout. With `problems` it is the text as it was."""

    text: str
    problems: tuple[Diagnostic, ...] = ()


class LayoutChangedMeaning(AssertionError):
    """The formatter has a fault: its result would be read as another flow. Nothing was written."""


def format_text(text: str, path: str = "flow.flow") -> Formatted:
    """Format a text at hand."""
    return format_source(text_source(text, path))


def format_source(source: Source) -> Formatted:
    """Format a source. Raises `LayoutChangedMeaning` rather than give a text that says something else."""
    before, problems = parse(source)
    if problems:
        return Formatted(source.text, problems)
    tokens, comments, _ = lex(source)
    rows, _ = lay_out(source, tokens)
    text = "\n".join(_written(lines_of(source, rows, comments))) + "\n"
    if text != source.text:
        after, problems = parse(Source(source.path, text))
        if problems or not same_tree(before, after):
            raise LayoutChangedMeaning(source.path)
    return Formatted(text)


def _written(lines: list[Line]) -> Iterator[str]:
    """Every line of the result."""
    free = [_is_free(lines, index) for index in range(len(lines))]
    columns = _comment_columns(lines, free)
    for index, line in enumerate(lines):
        if free[index]:
            yield ""
        code = line.indented if line.code else line.indented + line.comment
        yield f"{code:<{columns[index]}}{line.comment}" if index in columns else code


# ── comments beside lines ──


def _comment_columns(lines: list[Line], free: list[bool]) -> dict[int, int]:
    """Index of a line with a comment beside it → the column (from 0) where that begins.

    A column that the author gave to two comments or more stays. Otherwise only touching lines of one depth share one,
    so that a change moves few comments.
    """
    runs = _runs(lines, free)
    chosen = Counter(column for run in runs for column in [_authors_column(lines, run)] * len(run) if column)
    columns: dict[int, int] = {}
    for run in runs:
        column = _authors_column(lines, run)
        if chosen[column] < 2:
            column = max(len(lines[index].indented) for index in run) + 2
        fits = all(column + len(lines[index].comment) <= WIDTH for index in run)
        columns.update((index, column if fits else len(lines[index].indented) + 2) for index in run)
    return columns


def _authors_column(lines: list[Line], run: list[int]) -> int:
    """The one column where the author began all comments of a run; 0 when there is none that can stay."""
    columns = {lines[index].comment_column for index in run}
    column = columns.pop()
    room = max(len(lines[index].indented) for index in run) + 2
    fits = all(column + len(lines[index].comment) <= WIDTH for index in run)
    return column if not columns and column >= room and fits else 0


def _runs(lines: list[Line], free: list[bool]) -> list[list[int]]:
    """Lines with comments beside them, touching ones of one depth together."""
    runs: list[list[int]] = []
    for index, line in enumerate(lines):
        if line.code and line.comment:
            last = runs[-1][-1] if runs else -2
            if last == index - 1 and lines[last].depth == line.depth and not free[index]:
                runs[-1].append(index)
            else:
                runs.append([index])
    return runs


# ── free lines ──


def _is_free(lines: list[Line], index: int) -> bool:
    """Whether a line stands free from the one above it."""
    if index == 0:
        return False
    line, above = lines[index], lines[index - 1]
    if line.goes_on:
        return line.spaced
    if line.depth > above.depth and above.head:
        return False  # the first line of a block stands right under its head
    if line.depth > 0:
        return line.spaced
    if above.depth > 0 or above.goes_on:
        return True
    if not above.head:
        return line.spaced
    # Single lines of one kind (outcomes, short prompts) may stand together.
    following = _definition(lines, index)
    if following is None or any(lines[at].spaced for at in range(index + 1, following + 1)):
        return line.spaced
    return line.spaced or lines[following].head != above.head or _has_block(lines, following)


def _definition(lines: list[Line], index: int) -> int | None:
    """The first line at or below this one that is no comment."""
    return next((at for at in range(index, len(lines)) if lines[at].head), None)


def _has_block(lines: list[Line], index: int) -> bool:
    following = next((line for line in lines[index + 1 :] if line.head), None)
    return following is not None and following.depth > 0
