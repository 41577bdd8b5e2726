"""How often each statement ran, reckoned from the ways that were taken: a block runs as often as what leads into it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from flowengine.graph.model import Block, If, Split
from flowengine.graph.walk import closes
from flowengine.language.source import Span
from flowengine.testing.coverage.reach import Reach
from flowengine.testing.coverage.ways import Tally


def runs(reach: Reach, tally: Tally) -> Iterator[tuple[Span, int]]:
    """Every statement of the blocks that a call can reach, each once, with its count."""
    for name in reach.states:
        state = reach.flow.states[name]
        yield from _Runs(tally).of(state.body, tally.times["state", state.span, ""])
    taken: Counter[Span] = Counter()
    for (kind, span, _), times in tally.times.items():
        taken[span] += times if kind == "edge" else 0
    for span, branch in reach.branches.items():
        yield from _Runs(tally).of(branch.body, taken[span])


class _Runs:
    """Follows one block; `left` is how often it has run to its end so far."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self.left = 0

    def of(self, block: Block, times: int) -> Iterator[tuple[Span, int]]:
        self.left = times
        for statement in block:
            if isinstance(statement, If):
                yield from self._if(statement)
            elif isinstance(statement, Split):
                yield from self._split(statement)
            else:
                yield statement.span, self.left
            if closes(statement):
                self.left = 0

    def _if(self, statement: If) -> Iterator[tuple[Span, int]]:
        onward, false = 0, self.left
        for arm in statement.arms:
            yield arm.span, false
            true = false
            if arm.condition is not None:
                true, false = (self._tally.times["condition", arm.condition.span, side] for side in ("true", "false"))
            else:
                false = 0
            yield from self.of(arm.body, true)
            onward += self.left
        self.left = onward + false

    def _split(self, statement: Split) -> Iterator[tuple[Span, int]]:
        yield statement.span, self.left
        onward = 0
        for variant in statement.variants:
            yield from self.of(variant.body, self._tally.times["condition", variant.span, variant.name])
            onward += self.left
        self.left = onward
