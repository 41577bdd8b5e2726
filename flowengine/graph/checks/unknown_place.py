"""A policy speaks of a place that the flow does not have.

A place is a tag (`state offer is pitch`), a state or an outcome. A rule about a place that does not exist forbids
nothing. (A library's policy may speak of tags that a flow does not use.)

Bad:

    policy careful
      never sales_talk after refuse

    state first
      say "This is {{ agent.name }}, an automated assistant calling for {{ agent.company }}."
      -> offer

    state offer is pitch
      say "Shall I book it?"
      listen
        agree: end booked
        refuse or silence or otherwise -> goodbye

Good:

    policy careful
      never pitch after refuse

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
from difflib import get_close_matches

from flowengine.graph.checks.rule import Rule
from flowengine.graph.model import Forbid, Require
from flowengine.graph.names import Draft
from flowengine.graph.proof.policies import known_places
from flowengine.language.diagnostics import Diagnostic

RULE = Rule("FL711", "unknown-place", "error")


def check(draft: Draft) -> Iterator[Diagnostic]:
    if draft.library_alone or draft.lost_lines:
        return
    for policy in draft.flow.policies:
        if policy.library is not None:
            continue
        places = known_places(draft.flow, policy.library)
        for rule in policy.rules:
            if isinstance(rule, Require | Forbid) and rule.place not in places | draft.lost_names:
                close = get_close_matches(rule.place, sorted(places), n=1)
                help_ = f"did you mean {close[0]!r}?" if close else "name a tag, a state or an outcome"
                yield RULE.at(rule.span, f"there is no tag, state or outcome {rule.place!r}", help_)
