"""One choice on the keypad is the beginning of another.

After `1` the call would have to wait and see whether `12` is coming; callers who press `1` wait with it.

Bad:

    state first
      say "Press one for sales, or twelve for service."
      listen
        press 1 -> goodbye
        press 12: end booked
        silence or otherwise -> goodbye

Good:

    state first
      say "Press one for sales, or two for service."
      listen
        press 1 -> goodbye
        press 2: end booked
        silence or otherwise -> goodbye
"""

from __future__ import annotations

from collections.abc import Iterator

from flowengine.graph.checks.rule import Rule
from flowengine.graph.model import Branch, OnPress
from flowengine.graph.names import Draft
from flowengine.graph.walk import waiting
from flowengine.language.diagnostics import Diagnostic, Related

RULE = Rule("FL605", "keypad-clash", "warning")


def check(draft: Draft) -> Iterator[Diagnostic]:
    for state in draft.flow.states.values():
        for statement in waiting(state.body):
            yield from _branches(statement.branches)
    for layer in draft.flow.anywhere:
        yield from _branches(layer.branches)


def _branches(branches: tuple[Branch, ...]) -> Iterator[Diagnostic]:
    choices = [
        (trigger.keys, branch) for branch in branches for trigger in branch.triggers if isinstance(trigger, OnPress)
    ]
    first: dict[str, Branch] = {}
    for keys, branch in choices:
        first.setdefault(keys, branch)
    for keys, branch in choices:
        shorter = next((keys[:length] for length in range(1, len(keys)) if keys[:length] in first), None)
        if shorter is not None:
            message = f"'press {keys}' begins with 'press {shorter}'"
            other = Related(first[shorter].span, "the shorter one")
            yield RULE.at(branch.span, message, "choose keys of equal length", other)
