"""Something is defined and never used.

Often it is what remains of a change, or its use is misspelled. What a library defines may stay unused.

Bad:

    line farewell "See you soon."

    state first
      -> goodbye

Good:

    line farewell "See you soon."

    state first
      say farewell
      -> goodbye
"""

from __future__ import annotations

from collections.abc import Iterator

from flowengine.graph.checks.rule import Rule
from flowengine.graph.names import PROTECTIVE_INTENTS, Draft
from flowengine.graph.walk import own
from flowengine.language.diagnostics import Diagnostic

RULE = Rule("FL211", "unused-definition", "warning")


def check(draft: Draft) -> Iterator[Diagnostic]:
    if draft.library_alone:
        return
    used = {(reference.kind, reference.name) for reference in draft.names.references}
    for definition in draft.names.definitions:
        name = definition.name
        if definition.kind not in ("line", "intent", "slot") or not own(draft, definition.span):
            continue
        if definition.kind == "intent" and (name in PROTECTIVE_INTENTS or draft.flow.intents[name].protective):
            continue
        if (definition.kind, name) not in used and name not in draft.lost_names:
            message = f"{definition.kind} {name!r} is never used"
            yield RULE.at(definition.span, message, "use it, or take it out")
