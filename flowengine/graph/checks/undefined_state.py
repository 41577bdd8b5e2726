"""A move names a state that does not exist.

On a call there would be nowhere to go. Every state that a flow or one of its libraries names must be defined in one of
them.

Bad:

    state first
      -> godbye

Good:

    state first
      -> goodbye
"""

from __future__ import annotations

from collections.abc import Iterator

from flowengine.graph.checks.rule import Rule, did_you_mean, renamed
from flowengine.graph.names import Draft
from flowengine.language.diagnostics import Diagnostic

RULE = Rule("FL201", "undefined-state", "error")


def check(draft: Draft) -> Iterator[Diagnostic]:
    defined = draft.names.defined("state")
    for reference in draft.names.referred("state"):
        if reference.name not in defined and reference.name not in draft.lost_names:
            help_ = did_you_mean(reference.name, defined, defined, reference.span)
            help_ = help_ or f"define it: state {reference.name}"
            fix = renamed(reference.name, defined, reference.span)
            yield RULE.at(reference.span, f"no state is called {reference.name!r}", help_, fix=fix)
