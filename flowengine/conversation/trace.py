"""Which ways a call takes through its flow, told to whoever wants to know: coverage counts them.

A trace only listens. The conversation behaves the same with one and without.
"""

from __future__ import annotations

from typing import Protocol

from flowengine.graph.model import Branch, Expression, Variant


class Trace(Protocol):
    """Is told of each way as it is taken."""

    def entered(self, state: str) -> None:
        """A state is run from its beginning; coming back to one is no entry."""

    def took(self, branch: Branch, by: str) -> None:
        """A branch was taken; `by` is its trigger, as `trigger_label` writes it."""

    def decided(self, condition: Expression, held: bool) -> None:
        """The condition of an `if` or of a slot's `valid` was evaluated."""

    def chose(self, variant: Variant) -> None:
        """A `split` went this way."""


class Untraced:
    """Nobody wants to know."""

    def entered(self, state: str) -> None:
        pass

    def took(self, branch: Branch, by: str) -> None:
        pass

    def decided(self, condition: Expression, held: bool) -> None:
        pass

    def chose(self, variant: Variant) -> None:
        pass


UNTRACED: Trace = Untraced()
