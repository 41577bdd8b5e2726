"""A field of the summary has neither an expression nor a description, so it would be null after every call.

An expression after `=` is reckoned by the engine when the call ends; a description in quotes tells a model what to look
for in what was said. A field may have both: then the expression stands in where the model knows nothing.

Bad:

    summary
      length: number

    state first
      -> goodbye

Good:

    summary
      length: number = turns

    state first
      -> goodbye
"""

from __future__ import annotations

from collections.abc import Iterator

from flowengine.graph.checks.rule import Rule
from flowengine.graph.model import SummaryField
from flowengine.graph.names import Draft
from flowengine.language.diagnostics import Diagnostic

RULE = Rule("FL415", "summary-without-source", "error")


def check(draft: Draft) -> Iterator[Diagnostic]:
    for field in draft.flow.summary.values():
        lost = (field.span.path, field.span.line) in draft.lost_lines
        if field.value is None and not (field.description or "").strip() and not lost:
            yield RULE.at(field.span, f"nothing fills {field.name!r}", _help(draft, field))


def _help(draft: Draft, field: SummaryField) -> str:
    known = field.name if field.name in {*draft.flow.slots, *draft.flow.variables} else "…"
    return f"write what it holds: '= {known}', or in quotes what a model shall look for"
