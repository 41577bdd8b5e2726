"""Something that waits has no branch for one of its results.

All of them happen: callers fail to give a date, calls are refused, an action fails, a colleague is engaged, a subflow
ends with each of its outcomes. Without the branch the call would have nowhere to go. (An action's `timeout` may be left
out: then it is an `error`.)

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
from flowengine.graph.edges import statements
from flowengine.graph.model import Collect, Do, Flow, Guard, OnResult, Return, Run, Transfer, Waiting
from flowengine.graph.names import RESULTS, Draft
from flowengine.graph.walk import damaged, waiting, word_of
from flowengine.language.diagnostics import Diagnostic

RULE = Rule("FL308", "missing-result", "error")


def check(draft: Draft) -> Iterator[Diagnostic]:
    for state in draft.flow.states.values():
        if damaged(draft, state):
            continue
        for statement in waiting(state.body):
            handled = {
                trigger.name
                for branch in statement.branches
                for trigger in branch.triggers
                if isinstance(trigger, OnResult)
            }
            missing = [result for result in _results(draft.flow, statement) if result not in handled]
            if missing:
                word = word_of(statement)
                message = f"this {word} has no branch for {' and '.join(map(repr, missing))}"
                yield RULE.at(statement.span, message, f"add, under it: {missing[0]} -> STATE")


def _results(flow: Flow, statement: Waiting) -> tuple[str, ...]:
    match statement:
        case Collect() | Guard() | Transfer():
            return RESULTS[word_of(statement)]
        case Do():
            return ("ok", "error")
        case Run():
            return outcomes(flow, statement)
        case _:
            return ()


def outcomes(flow: Flow, run: Run) -> tuple[str, ...]:
    """How the subflow may end, each once, in source order."""
    bodies = [state.body for state in flow.states.values() if state.scope == run.scope]
    bodies += [branch.body for layer in flow.anywhere if layer.scope == run.scope for branch in layer.branches]
    returned = (statement.outcome for body in bodies for statement in statements(body) if isinstance(statement, Return))
    return tuple(dict.fromkeys(name for name in returned if name))
