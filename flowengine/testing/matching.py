"""Whether the agent said what a test expects: texts and `*`, compared as an ear would.

Case, spaces and the style of quotes and dashes make no difference; words do.

- Texts without `*` are all that the agent said in his turn: `"Hello."`.
- With a `*` anywhere, each text is a fragment: they come in this order, with anything around them; between two texts
  only where a `*` stands between them. `* "speaking with Sam"`.
- A lone `*` is anything, but something; `""` is nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from flowengine.language.source import Span

_TYPOGRAPHY = str.maketrans(
    {"‘": "'", "’": "'", "‚": "'", "‛": "'", "′": "'", "“": '"', "”": '"', "„": '"', "″": '"', "«": '"', "»": '"'}
    | dict.fromkeys("‐‑‒–—―−", "-")
)
_MARKS = r"[\s.,;:!?'\"()\-]*"
"""What may be left over between two texts, and at the ends."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A text, or `*` (None)."""

    text: str | None
    span: Span


Pattern = Sequence[Piece]


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Where a pattern fails: the first piece that has no place, or None when all have and words are left over.

    `hint` says what would fit, when that is clear.
    """

    piece: Piece | None
    hint: str | None


def normalised(text: str) -> str:
    """A text as it is compared: no case, single spaces, plain quotes and dashes."""
    plain = unicodedata.normalize("NFKC", text.translate(_TYPOGRAPHY)).translate(_TYPOGRAPHY)
    return " ".join(plain.casefold().split())


def mismatch(pattern: Pattern, said: str) -> Mismatch | None:
    """None when the pattern describes what was said."""
    heard = normalised(said)
    if _fits(pattern, heard):
        return None
    anywhere = _has_star(pattern)
    for count, piece in enumerate(pattern, start=1):
        if not _begins(pattern[:count], heard, anywhere=anywhere):
            return Mismatch(piece, _loosened(pattern, heard))
    return Mismatch(None, _loosened(pattern, heard))


def find_words(fragment: str, text: str) -> int | None:
    """How many words of `text` have been said when the fragment has; None when it is not in there."""
    words = text.split()
    wanted = normalised(fragment)
    for count in range(1, len(words) + 1):
        if _contains(wanted, normalised(" ".join(words[:count]))):
            return count
    return None


def written(pattern: Pattern) -> str:
    """A pattern as a test writes it: `* "Am I speaking with Sam?"`."""
    return " ".join("*" if piece.text is None else f'"{piece.text}"' for piece in pattern)


def _fits(pattern: Pattern, heard: str) -> bool:
    if _has_star(pattern):
        return _begins(pattern, heard, anywhere=True)
    return re.fullmatch(f"{_MARKS}{_expression(pattern)}{_MARKS}", heard) is not None


def _begins(pieces: Pattern, heard: str, *, anywhere: bool) -> bool:
    """Whether these first pieces of a pattern have a place: at the beginning, or `anywhere`."""
    if all(piece.text is None for piece in pieces):
        return bool(heard)
    if not anywhere:
        return re.match(f"{_MARKS}{_expression(pieces)}", heard) is not None
    position = 0
    # The first place for each is the best one for those after it, so there is nothing to go back for.
    for starred, run in groupby(pieces, key=lambda piece: piece.text is None):
        if not starred:
            found = re.compile(_expression(list(run))).search(heard, position)
            if found is None:
                return False
            position = found.end()
    return True


def _has_star(pattern: Pattern) -> bool:
    return any(piece.text is None for piece in pattern)


def _loosened(pattern: Pattern, heard: str) -> str | None:
    """The pattern with the `*` that it lacks, if it then fits."""
    texts = [piece for piece in pattern if piece.text]
    if _has_star(pattern) or not texts:
        return None
    star = Piece(None, texts[0].span)
    between = [star]
    for piece in texts:
        between += [piece, star]
    for looser in ([star, *texts], between[:-1]):
        if _fits(looser, heard):
            return f"more was said than the test expects; {written(looser)} would fit"
    return None


def _expression(texts: Pattern) -> str:
    """Texts that follow each other directly, as an expression."""
    return _MARKS.join(_bounded(normalised(piece.text or "")) for piece in texts)


def _bounded(text: str) -> str:
    """A text as an expression that finds whole words alone: "art" is not in "start"."""
    before = r"(?<!\w)" if text[:1].isalnum() else ""
    after = r"(?!\w)" if text[-1:].isalnum() else ""
    return f"{before}{re.escape(text)}{after}"


def _contains(wanted: str, text: str) -> bool:
    return re.search(_bounded(wanted), text) is not None
