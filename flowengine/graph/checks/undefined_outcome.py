"""`end` names an outcome that is not declared.

Outcomes are what the dialler acts on and the reports count; a misspelled one would be counted as a new one.
`hung_up` and `failed` always exist.

Bad:

    state first
      if contact.plan == "full": end boked
      -> goodbye

Good:

    state first
      if contact.plan == "full": end booked
      -> goodbye
"""

from __future__ import annotations

from collections.abc import Iterator

from flowengine.graph.checks.rule import Rule, did_you_mean, renamed
from flowengine.graph.names import BUILT_IN_OUTCOMES, Draft
from flowengine.language.diagnostics import Diagnostic

RULE = Rule("FL206", "undefined-outcome", "error")


def check(draft: Draft) -> Iterator[Diagnostic]:
    defined = draft.names.defined("outcome")
    known = [*defined, *BUILT_IN_OUTCOMES]
    for reference in draft.names.referred("outcome"):
        if reference.name not in known and reference.name not in draft.lost_names:
            help_ = did_you_mean(reference.name, known, defined, reference.span)
            help_ = help_ or f"declare it: outcome {reference.name}"
            fix = renamed(reference.name, known, reference.span)
            yield RULE.at(reference.span, f"no outcome is called {reference.name!r}", help_, fix=fix)
