"""Why a row does not fit, in words that help: from what was found, what could stand there, and what stood before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lark import Token

from flowengine.language.diagnostics import Diagnostic
from flowengine.language.grammar import span_of
from flowengine.language.source import Source


@dataclass(frozen=True, slots=True)
class Mistake:
    """A row that fits up to `index`; there only `accepted` could stand, and at the row's start only `at_start`.

    `index` is the number of tokens when the row ends too early. `deeper`: more deeply indented lines follow.
    """

    source: Source
    row: tuple[Token, ...]
    index: int
    accepted: frozenset[str]
    at_start: frozenset[str]
    deeper: bool


def explain(mistake: Mistake) -> tuple[Diagnostic, Sequence[Token] | None]:
    """A diagnostic for the mistake and, where it is clear what was meant, the row as it should be."""
    row, index = mistake.row, mistake.index
    span = span_of(mistake.source.path, row[min(index, len(row) - 1)])
    return Diagnostic(
        "FL101", "unexpected-token", "error", span, "unexpected", ", ".join(sorted(mistake.accepted))
    ), None
