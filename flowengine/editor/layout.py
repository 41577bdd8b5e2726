"""A buffer in the one layout of the language, as the smallest stretch of lines that changes."""

from __future__ import annotations

from itertools import takewhile

from flowengine.language.diagnostics import Fix
from flowengine.language.formatter import LayoutChangedMeaning, format_source
from flowengine.language.source import Source, Span


def layout_edit(source: Source) -> Fix | None:
    """The edit that formats a text; None where nothing is to change, or where a mistake keeps it from being touched."""
    try:
        formatted = format_source(source)
    except LayoutChangedMeaning:
        return None  # the formatter's own fault; the text stays as its author wrote it
    before, after = source.text.split("\n"), formatted.text.split("\n")
    if formatted.problems or before == after:
        return None
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(before, after, strict=False)))
    most = min(len(before), len(after)) - same
    pairs = zip(reversed(before), reversed(after), strict=False)
    tail = min(most, sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs)))
    gone, put = before[same : len(before) - tail], after[same : len(after) - tail]
    first = same + 1
    if tail:
        return Fix(Span(source.path, first, 1, first + len(gone), 1), "".join(f"{line}\n" for line in put))
    # The end of the text changes: take the line end before it along, so that no blank line is left.
    last = len(before)
    above = len(before[same - 1]) + 1 if same else 1
    span = Span(source.path, max(1, first - 1), above, last, len(before[-1]) + 1)
    return Fix(span, "".join(f"\n{line}" for line in put) if same else "\n".join(put))
