"""A ladder has no first rung.

`silence 3` answers from the third time on. If nothing answers the first and second time, the caller waits in a
silence that nobody meant.

Bad:

    state first
      say "Shall I book it?"
      listen
        agree: end booked
        otherwise -> goodbye
        silence 3 -> goodbye

Good:

    state first
      say "Shall I book it?"
      listen
        agree: end booked
        otherwise -> goodbye
        silence: again
        silence 3 -> goodbye
"""

from __future__ import annotations

from collections.abc import Iterator

from flowengine.graph.checks.rule import Rule
from flowengine.graph.edges import trigger_label
from flowengine.graph.model import Branch, OnSilence
from flowengine.graph.names import Draft
from flowengine.graph.walk import damaged, handlers, waiting
from flowengine.language.diagnostics import Diagnostic

RULE = Rule("FL603", "rung-gap", "warning")


def check(draft: Draft) -> Iterator[Diagnostic]:
    anywhere = {trigger_label(trigger) for branch in handlers(draft.flow) for trigger in branch.triggers}
    for layer in draft.flow.anywhere:
        yield from _ladders(layer.branches, frozenset(anywhere) - _labels(layer.branches))
    for state in draft.flow.states.values():
        if not damaged(draft, state):
            for statement in waiting(state.body):
                yield from _ladders(statement.branches, frozenset(anywhere))


def _labels(branches: tuple[Branch, ...]) -> frozenset[str]:
    return frozenset(trigger_label(trigger) for branch in branches for trigger in branch.triggers)


def _ladders(branches: tuple[Branch, ...], answered_elsewhere: frozenset[str]) -> Iterator[Diagnostic]:
    # An intent without a first rung is simply not live before; only silence and `otherwise` come by themselves.
    told: Branch | None = None
    for label in ("otherwise", trigger_label(OnSilence())):
        rungs = [branch for branch in branches if any(trigger_label(trigger) == label for trigger in branch.triggers)]
        lowest = min(rungs, key=lambda branch: branch.rung, default=None)
        if lowest is not None and lowest.rung > 1 and label not in answered_elsewhere and lowest is not told:
            message = f"nothing answers {label!r} before the {_ordinal(lowest.rung)} time"
            yield RULE.at(lowest.span, message, f"add a first rung, for example: {label}: again")
            told = lowest


def _ordinal(number: int) -> str:
    return {2: "second", 3: "third"}.get(number, f"{number}th")
