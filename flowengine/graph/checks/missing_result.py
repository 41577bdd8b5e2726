"""A `collect` or a `guard` has no branch for one of its results.

Both happen: callers fail to give a date, and calls are refused. Without the branch the call would have nowhere to go.

Bad:

    slot day: date
      ask "Which day?"

    state first
      collect day
        done -> goodbye

Good:

    slot day: date
      ask "Which day?"

    state first
      collect day
        done -> goodbye
        failed -> goodbye
"""

from __future__ import annotations

from collections.abc import Iterator

from flowengine.graph.checks.rule import Rule
from flowengine.graph.model import Collect, Guard, OnResult
from flowengine.graph.names import RESULTS, Draft
from flowengine.graph.walk import damaged, waiting
from flowengine.language.diagnostics import Diagnostic

RULE = Rule("FL308", "missing-result", "error")


def check(draft: Draft) -> Iterator[Diagnostic]:
    for state in draft.flow.states.values():
        if damaged(draft, state):
            continue
        for statement in waiting(state.body):
            if not isinstance(statement, Collect | Guard):
                continue
            word = "collect" if isinstance(statement, Collect) else "guard"
            handled = {
                trigger.name
                for branch in statement.branches
                for trigger in branch.triggers
                if isinstance(trigger, OnResult)
            }
            missing = [result for result in RESULTS[word] if result not in handled]
            if missing:
                message = f"this {word} has no branch for {' and '.join(map(repr, missing))}"
                yield RULE.at(statement.span, message, f"add, under it: {missing[0]} -> STATE")
