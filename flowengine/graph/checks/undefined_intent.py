"""A branch names an intent that does not exist.

The branch could never be taken, since nothing says what a caller would say to mean it.

Bad:

    state first
      say "Shall I book it?"
      listen
        agre: end booked
        silence or otherwise -> goodbye

Good:

    state first
      say "Shall I book it?"
      listen
        agree: end booked
        silence or otherwise -> goodbye
"""

from __future__ import annotations

from collections.abc import Iterator

from flowengine.graph.checks.rule import Rule, did_you_mean, renamed
from flowengine.graph.names import Draft
from flowengine.language.diagnostics import Diagnostic

RULE = Rule("FL204", "undefined-intent", "error")

_EVENTS = ("silence", "otherwise", "hangup", "press", "after", "done", "failed")


def check(draft: Draft) -> Iterator[Diagnostic]:
    defined = draft.names.defined("intent")
    for reference in draft.names.referred("intent"):
        name = reference.name
        if name in defined or name in draft.lost_names:
            continue
        if name in ("done", "failed", "allowed", "refused"):
            fix = None
            help_: str | None = "'done' and 'failed' stand under 'collect', 'allowed' and 'refused' under 'guard'"
        else:
            help_ = did_you_mean(name, [*defined, *_EVENTS], defined, reference.span)
            fix = renamed(name, [*defined, *_EVENTS], reference.span)
        help_ = help_ or f'define it: intent {name} "what the caller means", with phrases under it'
        yield RULE.at(reference.span, f"no intent is called {name!r}", help_, fix=fix)
