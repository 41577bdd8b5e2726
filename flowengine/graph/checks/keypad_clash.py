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
    for keys, branch in choices:
        for shorter, other in choices:
            if keys != shorter and keys.startswith(shorter):
                message = f"'press {keys}' begins with 'press {shorter}'"
                yield RULE.at(
                    branch.span, message, "choose keys of equal length", Related(other.span, "the shorter one")
                )
                break
