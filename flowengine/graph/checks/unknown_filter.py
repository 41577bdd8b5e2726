"""A template uses a filter or a test that does not exist, or that is not allowed.

Filters for the ear are `spoken`, `money`, `spelled`, `ordinal` and `plural`; of Jinja's own those that work on single
values are allowed.

Bad:

    state first
      say "It is {{ 14 | mony }} a month."
      -> goodbye

Good:

    state first
      say "It is {{ 14 | money }} a month."
      -> goodbye
"""

from __future__ import annotations

from collections.abc import Iterator

from flowengine.graph.allowed import JINJA_FILTERS, SPOKEN_FILTERS, TESTS
from flowengine.graph.checks.rule import Rule, did_you_mean, renamed
from flowengine.graph.jinja import place, read
from flowengine.graph.names import Draft
from flowengine.graph.walk import written
from flowengine.language.diagnostics import Diagnostic

RULE = Rule("FL503", "unknown-filter", "error")


def check(draft: Draft) -> Iterator[Diagnostic]:
    known = [*SPOKEN_FILTERS, *JINJA_FILTERS]
    for each in written(draft.flow):
        reading = read(each.text)
        source = draft.sources.get(each.text.span.path)
        for used in reading.filters:
            if used.name not in known:
                span = place(each.text, source, used.offset, len(used.name))
                help_ = did_you_mean(used.name, known, {}, span) or f"there are {', '.join(known)}"
                yield RULE.at(span, f"there is no filter {used.name!r}", help_, fix=renamed(used.name, known, span))
        for used in reading.tests:
            if used.name not in TESTS:
                start = each.text.text.find(used.name, used.offset)
                span = place(each.text, source, start, len(used.name))
                help_ = did_you_mean(used.name, sorted(TESTS), {}, span) or "compare with '==', or use a filter"
                fix = renamed(used.name, sorted(TESTS), span)
                yield RULE.at(span, f"there is no test {used.name!r}", help_, fix=fix)
