"""An outcome is declared that no path of the call ends with.

It stays at nought in every report. Outcomes of a library may stay unreached.

Bad:

    outcome delighted success

    state first
      -> goodbye

Good:

    outcome delighted success

    state first
      if contact.plan == "full": end delighted
      -> goodbye
"""

from __future__ import annotations

from collections.abc import Iterator

from flowengine.graph.checks.rule import Rule
from flowengine.graph.names import BUILT_IN_OUTCOMES, Draft
from flowengine.graph.walk import own
from flowengine.language.diagnostics import Diagnostic

RULE = Rule("FL802", "outcome-never-reached", "warning")


def check(draft: Draft) -> Iterator[Diagnostic]:
    if draft.library_alone or "" in draft.lost_names:
        return
    used = {reference.name for reference in draft.names.referred("outcome")}
    used |= draft.lost_names | draft.names.meant("outcome")
    for definition in draft.names.defined("outcome").values():
        name = definition.name
        if own(draft, definition.span) and name not in used and name not in BUILT_IN_OUTCOMES:
            message = f"no path ends with outcome {name!r}"
            yield RULE.at(definition.span, message, f"add 'end {name}', or take it out")
