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
from flowengine.graph.checks.similar_names import Beside
from flowengine.graph.names import PROTECTIVE_INTENTS, Definition, Draft, NameKind
from flowengine.graph.walk import own
from flowengine.language.diagnostics import Diagnostic

RULE = Rule("FL211", "unused-definition", "warning")

_KINDS: tuple[NameKind, ...] = ("line", "intent", "slot", "action")


def check(draft: Draft) -> Iterator[Diagnostic]:
    # A missing name (an empty one) could have been any.
    if draft.library_alone or "" in draft.lost_names:
        return
    used: set[tuple[str, str]] = {(reference.kind, reference.name) for reference in draft.names.references}
    for kind in _KINDS:
        used |= {(kind, name) for name in draft.names.meant(kind)}
    unused = list(_unused(draft, used))
    near: dict[str, Beside] = {kind: Beside() for kind in _KINDS}
    for definition in draft.names.definitions if unused else ():
        if definition.kind in near and (definition.kind, definition.name) in used:
            near[definition.kind].add(definition)
    for definition in unused:
        message = f"{definition.kind} {definition.name!r} is never used"
        yield RULE.at(definition.span, message, _help(definition, near[definition.kind]))


def _unused(draft: Draft, used: set[tuple[str, str]]) -> Iterator[Definition]:
    for definition in draft.names.definitions:
        name = definition.name
        if definition.kind not in _KINDS or not own(draft, definition.span):
            continue
        if definition.kind == "intent" and (name in PROTECTIVE_INTENTS or draft.flow.intents[name].protective):
            continue
        if (definition.kind, name) not in used and name not in draft.lost_names:
            yield definition


def _help(unused: Definition, near: Beside) -> str:
    """Beside a name that is used and differs by a slip of the keyboard, it is most likely a misspelling of that."""
    for other, _ in near.find(unused.name):
        where = (
            f"line {other.span.line}" if other.span.path == unused.span.path else f"{other.span.path}:{other.span.line}"
        )
        return f"use it, or take it out; or is it meant to be {other.name!r} ({where})?"
    return "use it, or take it out"
