"""`collect` names a slot that does not exist.

There would be no question to ask and no type to understand the answer by.

Bad:

    slot day: date
      ask "Which day?"

    state first
      collect dya
        done -> goodbye
        failed -> goodbye

Good:

    slot day: date
      ask "Which day?"

    state first
      collect day
        done -> goodbye
        failed -> goodbye
"""

from __future__ import annotations

from collections.abc import Iterator

from flowengine.graph.checks.rule import Rule, did_you_mean, renamed
from flowengine.graph.names import Draft
from flowengine.language.diagnostics import Diagnostic

RULE = Rule("FL205", "undefined-slot", "error")


def check(draft: Draft) -> Iterator[Diagnostic]:
    defined = draft.names.defined("slot")
    for reference in draft.names.referred("slot"):
        if reference.name not in defined and reference.name not in draft.lost_names:
            help_ = did_you_mean(reference.name, defined, defined, reference.span)
            help_ = help_ or f"define it: slot {reference.name}: text, with 'ask \"…\"' under it"
            fix = renamed(reference.name, defined, reference.span)
            yield RULE.at(reference.span, f"no slot is called {reference.name!r}", help_, fix=fix)
