"""`do` names an action that does not exist.

There would be nothing to carry out.

Bad:

    action look_up()
      python "acme.places:look_up"
      timeout 2s
      effect none

    state first
      do lookup()
        ok or error -> goodbye

Good:

    action look_up()
      python "acme.places:look_up"
      timeout 2s
      effect none

    state first
      do look_up()
        ok or error -> goodbye
"""

from __future__ import annotations

from collections.abc import Iterator

from flowengine.graph.checks.rule import Rule, did_you_mean, renamed
from flowengine.graph.names import Draft
from flowengine.language.diagnostics import Diagnostic

RULE = Rule("FL215", "undefined-action", "error")


def check(draft: Draft) -> Iterator[Diagnostic]:
    defined = draft.names.defined("action")
    for reference in draft.names.referred("action"):
        if reference.name not in defined and reference.name not in draft.lost_names:
            help_ = did_you_mean(reference.name, defined, defined, reference.span)
            help_ = help_ or f"define it: action {reference.name}()"
            fix = renamed(reference.name, defined, reference.span)
            yield RULE.at(reference.span, f"no action is called {reference.name!r}", help_, fix=fix)
