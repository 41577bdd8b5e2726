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
from flowengine.graph.names import PROTECTIVE_INTENTS, Draft, NameKind
from flowengine.graph.walk import own
from flowengine.language.diagnostics import Diagnostic

RULE = Rule("FL211", "unused-definition", "warning")

_KINDS: tuple[NameKind, ...] = ("line", "intent", "slot")


def check(draft: Draft) -> Iterator[Diagnostic]:
    # A missing name (an empty one) could have been any.
    if draft.library_alone or "" in draft.lost_names:
        return
    used: set[tuple[str, str]] = {(reference.kind, reference.name) for reference in draft.names.references}
    for kind in _KINDS:
        used |= {(kind, name) for name in draft.names.meant(kind)}
    for definition in draft.names.definitions:
        name = definition.name
        if definition.kind not in _KINDS or not own(draft, definition.span):
            continue
        if definition.kind == "intent" and (name in PROTECTIVE_INTENTS or draft.flow.intents[name].protective):
            continue
        if (definition.kind, name) not in used and name not in draft.lost_names:
            message = f"{definition.kind} {name!r} is never used"
            yield RULE.at(definition.span, message, "use it, or take it out")
