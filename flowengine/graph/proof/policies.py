"""A policy's rules as questions, and their answers: the paths that break a rule, each a shortest one.

A condition on the path is followed if it must be: when the shortest path found could not be walked for its conditions,
these are followed and the search is made again, up to `MOST_CONDITIONS` of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from flowengine.graph import model
from flowengine.graph.effects import Assumed, Began, Effect, Meant, Spoke, Succeeded
from flowengine.graph.paths import Paths
from flowengine.graph.places import is_place
from flowengine.graph.proof.conditions import Conditions, truth_of
from flowengine.graph.proof.query import Breach, Query
from flowengine.graph.proof.search import Search

MOST_CONDITIONS = 8
"""Each doubles the points of a search at worst."""
MOST_POINTS_FOLLOWED = 6_000
"""After a search of more, no further condition is followed: what is broken then is shown with its conditions."""


class CannotProve(Exception):
    """The flow has too many paths to be searched."""


def breaches(paths: Paths, query: Query) -> list[Breach]:
    """The shortest paths that answer a query. Raises CannotProve."""
    conditions = Conditions(paths.flow)
    while True:
        search = Search(paths, query, conditions)
        found = search.run()
        if search.gave_up:
            raise CannotProve
        may_follow = len(conditions.followed) < MOST_CONDITIONS and search.visited <= MOST_POINTS_FOLLOWED
        more = _one_more(found, conditions) if may_follow else None
        if more is None:
            return [replace(each, assumed=_open(each, conditions)) for each in found]
        conditions = more


def _one_more(found: list[Breach], conditions: Conditions) -> Conditions | None:
    """These conditions and the first further one on the paths found."""
    for breach in found:
        for assumed in breach.assumed:
            more = conditions.following(assumed.condition)
            if more is not None:
                return more
    return None


def path_rules(flow: model.Flow) -> Iterator[tuple[model.Policy, model.Require | model.Forbid]]:
    """The rules that speak of what comes before what, each with its policy."""
    for policy in flow.policies:
        for rule in policy.rules:
            if isinstance(rule, model.Require | model.Forbid):
                yield policy, rule


def promised_lines(flow: model.Flow) -> frozenset[str]:
    """The lines that some rule requires to be heard: they may not be interrupted."""
    required = (rule.fact for _, rule in path_rules(flow) if isinstance(rule, model.Require))
    return frozenset(fact.name for fact in required if fact.kind == "heard")


def question(flow: model.Flow, policy: model.Policy, rule: model.Require | model.Forbid) -> Query:
    """A rule as a query."""
    required = isinstance(rule, model.Require)
    return Query(
        gains=surely(rule.fact) if required else perhaps(rule.fact),
        bad=not required,
        at_state=lambda state: is_place(state, rule.place, policy.library),
        at_outcome=lambda outcome: outcome == rule.place,
        stays=not required,
    )


def surely(fact: model.Fact) -> Callable[[Effect], bool]:
    """The effects after which a fact has certainly happened.

    A line that was said counts as heard: the run time sees to it that it is, before a place that requires it.
    """

    def gains(effect: Effect) -> bool:
        match effect, fact.kind:
            case Spoke(line=line), "heard" | "said":
                return line == fact.name
            case Meant(intent=intent), "meant":
                return intent == fact.name
            case Succeeded(statement=statement), "did" | "allowed":
                return _asked(statement, fact)
            case _:
                return False

    return gains


def perhaps(fact: model.Fact) -> Callable[[Effect], bool]:
    """The effects after which a fact may have happened: an action may be done as soon as it was begun."""
    certain = surely(fact)

    def gains(effect: Effect) -> bool:
        match effect, fact.kind:
            case Began(statement=statement), "did" | "allowed":
                return _asked(statement, fact)
            case _:
                return certain(effect)

    return gains


def _asked(statement: model.Do | model.Guard, fact: model.Fact) -> bool:
    if isinstance(statement, model.Do):
        return fact.kind == "did" and statement.action == fact.name
    return fact.kind == "allowed" and statement.name == fact.name


def known_places(flow: model.Flow, library: str | None) -> frozenset[str]:
    """Every name that a rule of this library may use for a place."""
    tags = {tag for state in flow.states.values() for tag in state.tags}
    own = {state.name.rpartition("/")[2] for state in flow.states.values() if state.library == library}
    return frozenset({*tags, *flow.states, *own, *flow.outcomes})


def _open(breach: Breach, conditions: Conditions) -> tuple[Assumed, ...]:
    """The conditions on a path that were not followed, each once, in order.

    One that was, and comes out both ways, was let go of in between: the caller may have changed a slot.
    """
    found = tuple(dict.fromkeys(breach.assumed))
    held = {truth_of(each) for each in found}
    return tuple(
        each
        for each in found
        if not conditions.follows(each.condition) or (truth_of(each)[0], not truth_of(each)[1]) in held
    )
