"""A path through the flow breaks a policy.

Every path is followed, through digressions, subflows and libraries, whatever the caller says or does; the shortest one
that breaks the rule is shown. `heard(LINE)` is taken as kept once the line was said: while a call runs, the engine does
not enter the place until the line was played to its end. Conditions come out either way, except that those of contact
fields, and of variables between the places that set them, are followed; where the path depends on others, the
diagnostic says on which.

Bad:

    line identity "This is {{ agent.name }}, an automated assistant calling for {{ agent.company }}."

    policy careful
      require heard(identity) before pitch

    state first
      say "Have you a minute?"
      listen
        agree
          say identity
          -> offer
        silence or otherwise -> offer

    state offer is pitch
      say "Shall I book it?"
      listen
        agree: end booked
        silence or otherwise -> goodbye

Good:

    line identity "This is {{ agent.name }}, an automated assistant calling for {{ agent.company }}."

    policy careful
      require heard(identity) before pitch

    state first
      say identity
      say "Have you a minute?"
      listen
        agree -> offer
        silence or otherwise -> goodbye

    state offer is pitch
      say "Shall I book it?"
      listen
        agree: end booked
        silence or otherwise -> goodbye
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from flowengine.graph.checks.rule import Rule
from flowengine.graph.edges import trigger_label
from flowengine.graph.model import Always, AtMost, Forbid, Policy, Require
from flowengine.graph.names import Draft
from flowengine.graph.paths import Paths, paths_of
from flowengine.graph.proof.always import Reached, elsewhere, is_limited, waits_of
from flowengine.graph.proof.builtin import may_prove
from flowengine.graph.proof.policies import CannotProve, breaches, question
from flowengine.graph.proof.query import Breach, path_line
from flowengine.graph.proof.verdicts import fact_shown
from flowengine.language.diagnostics import Diagnostic, Related
from flowengine.language.durations import written

RULE = Rule("FL703", "policy-broken", "error")


def check(draft: Draft) -> Iterator[Diagnostic]:
    flow = draft.flow
    if not may_prove(draft):
        return
    paths = paths_of(flow)
    reached: Reached | None = None
    for policy in flow.policies:
        for rule in policy.rules:
            required = Related(rule.span, f"required by policy {policy.name!r}")
            match rule:
                case Require() | Forbid():
                    if rule.fact.kind == "meant" and rule.fact.name not in flow.intents:
                        continue  # FL204 tells of it; no path could keep the rule
                    yield from _path_rule(paths, policy, rule, required)
                case Always():
                    reached = waits_of(paths) if reached is None else reached
                    yield from _always(paths, reached, rule, required)
                case AtMost():
                    yield from _at_most(paths, rule)
                case _:
                    assert_never(rule)


def _path_rule(paths: Paths, policy: Policy, rule: Require | Forbid, required: Related) -> Iterator[Diagnostic]:
    try:
        found = breaches(paths, question(paths.flow, policy, rule))
    except CannotProve:
        message = "this flow has more paths than can be followed, so this rule is not proved"
        yield RULE.at(rule.span, message, "split the flow into subflows of fewer states")
        return
    for breach in found:
        yield RULE.at(breach.span, _broken(rule, breach), path_shown(breach), required)


def _broken(rule: Require | Forbid, breach: Breach) -> str:
    fact = fact_shown(rule.fact)
    if isinstance(rule, Require):
        return f"{breach.place!r} can be reached before {fact}"
    return f"{breach.place!r} {'goes on' if breach.stayed else 'can be reached'} after {fact}"


def path_shown(breach: Breach) -> str:
    """The shortest path, and the conditions on it that were not followed."""
    shown = f"shortest path: {breach.shown}"
    if not breach.assumed:
        return shown
    told = ", ".join(
        f"{each.condition.text!r} {'holds' if each.holds else 'does not hold'} (line {each.condition.span.line})"
        for each in breach.assumed
    )
    remedy = "ask a contact field, or a variable that 'set' makes true and false: those are followed"
    return f"{shown}, where {told}; if that cannot be, {remedy}"


def _always(paths: Paths, reached: Reached, rule: Always, required: Related) -> Iterator[Diagnostic]:
    """One finding a rule: what is wrong in a library's handler is wrong in every state."""
    places = list(elsewhere(paths, reached, rule))
    if not places:
        return
    event, place = trigger_label(rule.trigger), places[0]
    others = len({each.state for each in places} - {place.state})
    beside = f" and {others} more" if others else ""
    path = path_line(place.path)
    if place.take is None:
        message = f"nothing answers {event!r} in state {place.state!r}{beside}"
        help_ = f"add to 'anywhere': {event} -> {rule.state}"
    else:
        message = f"{event!r} leads elsewhere than to {rule.state!r} in state {place.state!r}{beside}"
        help_ = f"let it lead there: {event} -> {rule.state}"
    yield RULE.at(place.span, message, f"{help_} (shortest path: {path})", required)


def _at_most(paths: Paths, rule: AtMost) -> Iterator[Diagnostic]:
    if is_limited(paths, rule):
        return
    if rule.seconds is not None:
        after, shown = written(rule.seconds), f"after {written(rule.seconds)}"
    else:
        after, shown = f"{rule.turns} turns", f"after {rule.turns} turns"
    help_ = f"add to 'anywhere': after {after} -> STATE, where the state says goodbye and ends"
    yield RULE.at(rule.span, f"nothing ends the call for certain {shown}", help_)
