"""A pitch goes on, or is begun, after the caller has refused.

Whoever has said no is not argued with. A refusal is the intent `refuse` or `not_interested`; what offers something
carries the tag `pitch`. To ask once more whether the no was a no, in a state without that tag, is another matter. Where
a policy says `never pitch after` one of them, that policy's proof speaks instead.

Bad:

    state first
      say "This is {{ agent.name }}, an automated assistant calling for {{ agent.company }}."
      -> offer

    state offer is pitch
      say "Shall I book it?"
      listen
        agree: end booked
        refuse: again "It's only ten minutes. Shall I book it?"
        silence or otherwise -> goodbye

Good:

    state first
      say "This is {{ agent.name }}, an automated assistant calling for {{ agent.company }}."
      -> offer

    state offer is pitch
      say "Shall I book it?"
      listen
        agree: end booked
        refuse or silence or otherwise -> goodbye
"""

from __future__ import annotations

from collections.abc import Iterator

from flowengine.graph.checks.rule import Rule
from flowengine.graph.effects import Meant
from flowengine.graph.model import Flow, Forbid
from flowengine.graph.names import Draft
from flowengine.graph.proof.builtin import PITCH, first_breaches, has_pitch, may_prove
from flowengine.graph.proof.query import Query
from flowengine.language.diagnostics import Diagnostic

RULE = Rule("FL706", "pitch-after-refusal", "error")
_REFUSALS = ("refuse", "not_interested")


def check(draft: Draft) -> Iterator[Diagnostic]:
    flow = draft.flow
    if not may_prove(draft) or not has_pitch(flow):
        return
    for refusal in _REFUSALS:
        if refusal not in flow.intents or _forbidden_by_policy(flow, refusal):
            continue
        query = Query(
            gains=lambda effect, refusal=refusal: effect == Meant(refusal),  # type: ignore[misc]  # bound in the loop
            bad=True,
            at_state=lambda state: PITCH in state.tags,
            stays=True,
        )
        for breach in first_breaches(flow, query):
            what = "goes on" if breach.stayed else "can be reached"
            message = f"{breach.place!r} offers something, and {what} after {refusal!r}"
            help_ = f"let {refusal!r} lead to a goodbye (shortest path: {breach.shown})"
            yield RULE.at(breach.span, message, help_)


def _forbidden_by_policy(flow: Flow, refusal: str) -> bool:
    rules = (rule for policy in flow.policies for rule in policy.rules)
    return any(
        isinstance(rule, Forbid) and rule.place == PITCH and (rule.fact.kind, rule.fact.name) == ("meant", refusal)
        for rule in rules
    )
