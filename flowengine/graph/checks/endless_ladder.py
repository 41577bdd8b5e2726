"""A ladder never ends: silence, or what is not understood, is answered with the same question for ever.

A line left open by an answering machine or a crying child would be held until the caller hangs up. Some rung, here or
in `anywhere`, must move on or end.

Bad:

    state first
      say "Shall I book it?"
      listen
        agree: end booked
        silence or otherwise: again

Good:

    state first
      say "Shall I book it?"
      listen
        agree: end booked
        silence or otherwise: again
        silence or otherwise 3 -> goodbye
"""

from __future__ import annotations

from collections.abc import Iterator

from flowengine.graph.checks.rule import Rule
from flowengine.graph.edges import statements
from flowengine.graph.model import Branch, End, Goto, Listen, OnAfter, OnOtherwise, OnSilence, OnTurns, Return
from flowengine.graph.names import Draft
from flowengine.graph.walk import damaged, handlers, waiting
from flowengine.language.diagnostics import Diagnostic

RULE = Rule("FL604", "endless-ladder", "warning")


def check(draft: Draft) -> Iterator[Diagnostic]:
    anywhere = tuple(handlers(draft.flow))
    limited = any(isinstance(trigger, OnAfter | OnTurns) for branch in anywhere for trigger in branch.triggers)
    if limited:
        return
    for state in draft.flow.states.values():
        if damaged(draft, state):
            continue
        for statement in waiting(state.body):
            if not isinstance(statement, Listen):
                continue
            endless: list[tuple[Branch, str]] = []
            for event, word in ((OnSilence, "silence"), (OnOtherwise, "otherwise")):
                answers = [branch for branch in statement.branches if _answers(branch, event)]
                others = [branch for branch in anywhere if _answers(branch, event)]
                if answers and not any(_leaves(branch) for branch in (*answers, *others)):
                    endless.append((answers[-1], word))
            if endless:
                first = endless[0][0]
                words = " or ".join(word for branch, word in endless if branch is first)
                message = f"{words!r} is answered here for ever: no rung moves on or ends"
                yield RULE.at(first.span, message, f"add a last rung, for example: {words} 3 -> STATE")


def _answers(branch: Branch, event: type[OnSilence] | type[OnOtherwise]) -> bool:
    return any(isinstance(trigger, event) for trigger in branch.triggers)


def _leaves(branch: Branch) -> bool:
    return any(isinstance(statement, Goto | End | Return) for statement in statements(branch.body))
