"""A long text in overlapping parts, for whoever can read only so much at once.

A part ends with a sentence where it can, else between two words, and the next one begins a little before that, so that
what stands across a cut is whole in one of the two.
"""

from __future__ import annotations

from collections.abc import Iterator

OVERLAP = 160
"""Characters that two parts share at least, where the text has blanks: some thirty words."""
_CUTS = ((". ", "! ", "? "), ("; ", ", "), (" ",))


def windows(text: str, longest: int, most: int) -> Iterator[str]:
    """Parts of at most `longest` characters, which must be more than two overlaps. A text longer than `most` times half
    of that is read at its beginning and its end, half of that much each."""
    half = most * longest // 4
    if len(text) <= 2 * half:
        yield from _parts(text, longest)
    else:
        yield from _parts(text[:half], longest)
        yield from _parts(text[-half:], longest)


def _parts(text: str, longest: int) -> Iterator[str]:
    start = 0
    while len(text) - start > longest:
        stop = _cut(text, start + longest // 2, start + longest)
        yield text[start:stop]
        start = _cut(text, max(start + 1, stop - 2 * OVERLAP), stop - OVERLAP)
    yield text[start:]


def _cut(text: str, first: int, last: int) -> int:
    """The last place of this stretch behind a sentence, a clause or a blank, by that order; else its end."""
    for marks in _CUTS:
        places = [place + len(mark) for mark in marks if (place := text.rfind(mark, first, last)) >= 0]
        if places:
            return max(places)
    return last
