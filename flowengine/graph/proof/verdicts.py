"""Every rule of a flow's policies with its verdict: proved, broken (by this path), or too large to be proved.

The check `policy-broken` says the same as diagnostics; this is for those who show a flow.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, assert_never

from flowengine.graph.edges import trigger_label
from flowengine.graph.model import Always, AtMost, Fact, Flow, Forbid, Policy, Require, Rule
from flowengine.graph.paths import Paths, paths_of
from flowengine.graph.proof.always import Reached, elsewhere, is_limited, waits_of
from flowengine.graph.proof.policies import CannotProve, breaches, question
from flowengine.graph.proof.query import Hop
from flowengine.language.durations import written

VerdictKind = Literal["proved", "broken", "unproved"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the proof says of one rule. `path`: the shortest one that breaks it, to the place where it is broken."""

    policy: Policy
    rule: Rule
    kind: VerdictKind
    path: tuple[Hop, ...] = ()


def verdicts(flow: Flow) -> tuple[Verdict, ...]:
    """One verdict a rule, in the order of the policies."""
    paths = paths_of(flow)
    listens = any(isinstance(rule, Always) for policy in flow.policies for rule in policy.rules)
    reached = waits_of(paths) if listens else ()
    return tuple(_verdict(paths, reached, policy, rule) for policy in flow.policies for rule in policy.rules)


def rule_shown(rule: Rule) -> str:
    """A rule as an author writes it."""
    match rule:
        case Require(fact=fact, place=place):
            return f"require {fact_shown(fact)} before {place}"
        case Forbid(fact=fact, place=place):
            return f"never {place} after {fact_shown(fact)}"
        case Always(trigger=trigger, state=state):
            return f"always {trigger_label(trigger)} -> {state}"
        case AtMost(seconds=seconds, turns=turns):
            return f"at most {written(seconds)}" if seconds is not None else f"at most {turns} turns"
        case _:
            assert_never(rule)


def fact_shown(fact: Fact) -> str:
    """A fact as an author writes it."""
    return fact.name if fact.kind == "meant" else f"{fact.kind}({fact.name})"


def _verdict(paths: Paths, reached: Reached, policy: Policy, rule: Rule) -> Verdict:
    match rule:
        case Require() | Forbid():
            try:
                found = breaches(paths, question(paths.flow, policy, rule))
            except CannotProve:
                return Verdict(policy, rule, "unproved")
            shortest = min(found, key=lambda breach: len(breach.path), default=None)
            return Verdict(policy, rule, "broken", shortest.path) if shortest else Verdict(policy, rule, "proved")
        case Always():
            place = next(elsewhere(paths, reached, rule), None)
            return Verdict(policy, rule, "broken", place.path) if place else Verdict(policy, rule, "proved")
        case AtMost():
            return Verdict(policy, rule, "proved" if is_limited(paths, rule) else "broken")
        case _:
            assert_never(rule)
