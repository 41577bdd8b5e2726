"""A name is given twice in one file.

Only one of the two could count, and a reader cannot know which. (A flow may define again what a library defines; that
replaces the library's, or adds to its intent.)

Bad:

    state first
      -> goodbye

    line hello "Hello."

    line hello "Good day."

Good:

    state first
      say hello
      -> goodbye

    line hello "Hello."
"""

from __future__ import annotations

from collections.abc import Iterator

from flowengine.graph.checks.rule import Rule
from flowengine.graph.names import Definition, Draft
from flowengine.language.diagnostics import Diagnostic, Related

RULE = Rule("FL202", "duplicate-definition", "error")


def check(draft: Draft) -> Iterator[Diagnostic]:
    first: dict[tuple[str, str, str | None], Definition] = {}
    for definition in draft.names.definitions:
        key = (definition.kind, definition.name, definition.library)
        earlier = first.setdefault(key, definition)
        if earlier is not definition:
            message = f"{definition.kind} {definition.name!r} is defined twice"
            related = Related(earlier.span, "first defined")
            yield RULE.at(definition.span, message, "rename one of them, or take it out", related)
