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
from flowengine.graph.model import Forbid, Require
from flowengine.graph.names import Draft, NameKind, Reference
from flowengine.language.diagnostics import Diagnostic, Fix
from flowengine.language.words import MACHINES

RULE = Rule("FL204", "undefined-intent", "error")

_EVENTS = ("silence", "otherwise", "hangup", "machine", "press", "after", "done", "failed")


def check(draft: Draft) -> Iterator[Diagnostic]:
    defined = draft.names.defined("intent")
    for reference in draft.names.referred("intent"):
        name = reference.name
        if name in defined or name in draft.lost_names:
            continue
        other = _otherwise_defined(draft, reference)
        if other is not None:
            yield RULE.at(reference.span, f"{name!r} is no intent, but the name of {other[0]}", other[1])
            continue
        if name in ("done", "failed", "allowed", "refused"):
            fix = None
            help_: str | None = "'done' and 'failed' stand under 'collect', 'allowed' and 'refused' under 'guard'"
        else:
            known = [*defined] if name in MACHINES else [*defined, *_EVENTS]
            help_ = did_you_mean(name, known, defined, reference.span)
            fix = renamed(name, known, reference.span)
            if help_ is None and name in MACHINES:
                help_, fix = "an answering machine is written 'machine'", Fix(reference.span, "machine")
        help_ = help_ or f'define it: intent {name} "what the caller means", with phrases under it'
        yield RULE.at(reference.span, f"no intent is called {name!r}", help_, fix=fix)


_NO_FACTS: tuple[tuple[NameKind, str], ...] = (("outcome", "an outcome"), ("state", "a state"), ("slot", "a slot"))


def _otherwise_defined(draft: Draft, reference: Reference) -> tuple[str, str] | None:
    """What the name of a policy's fact is instead of an intent, and how such a fact is written."""
    rules = (rule for policy in draft.flow.policies for rule in policy.rules)
    name = reference.name
    if not any(isinstance(rule, Require | Forbid) and rule.fact.span == reference.span for rule in rules):
        return None
    if name in draft.names.defined("line"):
        return "a line", f"write heard({name}), or said({name})"
    if name in draft.names.defined("action"):
        return "an action", f"write did({name})"
    for kind, words in _NO_FACTS:
        if name in draft.names.defined(kind):
            return words, "write instead heard(LINE), said(LINE), did(ACTION), allowed(GUARD), or the name of an intent"
    return None
