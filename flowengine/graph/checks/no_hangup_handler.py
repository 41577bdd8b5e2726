"""The flow answers what callers do anywhere, but not that they hang up.

The call ends as `hung_up` all the same, whatever had been agreed: nothing is noted, and a booking that was made counts
as none. A `hangup` branch in `anywhere` (a library's will do) may note, and end with another outcome.

Bad:

    state first
      say "Shall I book it?"
      listen
        agree: end booked
        silence or otherwise -> goodbye

    anywhere
      after 5m -> goodbye

Good:

    state first
      say "Shall I book it?"
      listen
        agree: end booked
        silence or otherwise -> goodbye

    anywhere
      after 5m -> goodbye
      hangup: end hung_up
"""

from __future__ import annotations

from collections.abc import Iterator

from flowengine.graph.checks.rule import Rule
from flowengine.graph.model import Branch, OnHangup
from flowengine.graph.names import Draft
from flowengine.graph.walk import handlers, waiting
from flowengine.language import ast
from flowengine.language.diagnostics import Diagnostic, Related

RULE = Rule("FL607", "no-hangup-handler", "info")


def check(draft: Draft) -> Iterator[Diagnostic]:
    """Silent where nothing is answered anywhere: such a flow is a beginning, and has more pressing gaps."""
    flow = draft.flow
    if draft.library_alone or draft.lost_lines or not any(handlers(flow)):
        return
    if any(_on_hangup(branch) for branch in handlers(flow)):
        return
    handled = [
        branch
        for state in flow.states.values()
        for statement in waiting(state.body)
        for branch in statement.branches
        if _on_hangup(branch)
    ]
    own = [item for item in draft.units[0].file.items if isinstance(item, ast.Flow | ast.Anywhere)]
    at = own[-1].name.span if isinstance(own[-1], ast.Flow) else own[-1].span
    if handled:
        message = "a hang-up is answered in some places and not in 'anywhere'"
        yield RULE.at(at, message, "move the branch to 'anywhere'", Related(handled[0].span, "answered here"))
    else:
        yield RULE.at(
            at, "nothing says what happens when the caller hangs up", "add to 'anywhere': hangup: end hung_up"
        )


def _on_hangup(branch: Branch) -> bool:
    return any(isinstance(trigger, OnHangup) for trigger in branch.triggers)
