"""A pitch can be reached before the person called knows who is calling.

Who is calling is said before anything is offered (Privacy and Electronic Communications Regulations 2003, 24; Consumer
Contracts Regulations 2013). A sentence that names `agent.company` says it; what offers something carries the tag
`pitch`. Where a policy requires such a line before `pitch`, that policy's proof speaks instead.

Bad:

    state first is pitch
      say "Shall I book your boiler's service?"
      listen
        agree: end booked
        silence or otherwise -> goodbye

Good:

    state first
      say "This is {{ agent.name }}, an automated assistant calling for {{ agent.company }}."
      -> offer

    state offer is pitch
      say "Shall I book your boiler's service?"
      listen
        agree: end booked
        silence or otherwise -> goodbye
"""

from __future__ import annotations

from collections.abc import Iterator

from flowengine.graph.checks.rule import Rule
from flowengine.graph.effects import Effect, Spoke
from flowengine.graph.model import Flow, Require, Template
from flowengine.graph.names import Draft
from flowengine.graph.proof.builtin import PITCH, first_breaches, has_pitch, may_prove
from flowengine.graph.proof.query import Query
from flowengine.language.diagnostics import Diagnostic

RULE = Rule("FL704", "unnamed-caller", "error")


def check(draft: Draft) -> Iterator[Diagnostic]:
    flow = draft.flow
    if flow.direction != "outbound" or not may_prove(draft) or not has_pitch(flow) or _required_by_policy(flow):
        return

    def gains(effect: Effect) -> bool:
        return (
            isinstance(effect, Spoke) and effect.surely and any(_names_company(flow, each) for each in effect.sentences)
        )

    for breach in first_breaches(flow, Query(gains, bad=False, at_state=lambda state: PITCH in state.tags)):
        message = f"{breach.place!r} offers something before it was said who is calling"
        help_ = "say, before it, a sentence with {{ agent.company }}"
        yield RULE.at(breach.span, message, f"{help_} (shortest path: {breach.shown})")


def _required_by_policy(flow: Flow) -> bool:
    for policy in flow.policies:
        for rule in policy.rules:
            if isinstance(rule, Require) and rule.place == PITCH and rule.fact.kind in ("heard", "said"):
                line = flow.lines.get(rule.fact.name)
                if line is not None and any(_names_company(flow, each) for each in line.sentences):
                    return True
    return False


def _names_company(flow: Flow, sentence: Template) -> bool:
    return "agent.company" in sentence.text or (bool(flow.agent.company) and flow.agent.company in sentence.text)
