"""Nothing says what happens when the caller is silent.

Every tenth answer on a telephone line is silence. A branch `silence`, in the `listen` or in `anywhere`, says what then.

Bad:

    state first
      say "Shall I book it?"
      listen
        agree: end booked
        otherwise -> goodbye

Good:

    state first
      say "Shall I book it?"
      listen
        agree: end booked
        otherwise -> goodbye
        silence -> goodbye
"""

from __future__ import annotations

from collections.abc import Iterator

from flowengine.graph.checks.rule import Rule
from flowengine.graph.model import Listen, OnOtherwise, OnSilence
from flowengine.graph.names import Draft
from flowengine.graph.walk import damaged, handlers, waiting
from flowengine.language.diagnostics import Diagnostic

RULE = Rule("FL601", "listen-without-silence", "warning")


def check(draft: Draft) -> Iterator[Diagnostic]:
    for listen in unanswered(draft, OnSilence):
        help_ = "add a branch here or in 'anywhere', for example: silence: again"
        yield RULE.at(listen.span, "nothing says what happens when the caller is silent", help_)


def unanswered(draft: Draft, event: type[OnSilence] | type[OnOtherwise]) -> Iterator[Listen]:
    """Every `listen` that has no branch for an event, when `anywhere` has none either."""
    if any(isinstance(trigger, event) for branch in handlers(draft.flow) for trigger in branch.triggers):
        return
    if any(path for path, _ in draft.lost_lines if draft.flow.anywhere):
        return
    for state in draft.flow.states.values():
        if damaged(draft, state):
            continue
        for statement in waiting(state.body):
            if isinstance(statement, Listen) and not any(
                isinstance(trigger, event) for branch in statement.branches for trigger in branch.triggers
            ):
                yield statement
