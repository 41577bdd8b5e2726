"""The ways through one block: how each comes out, and what is known then."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from flowengine.graph.effects import Assumed, Effect, Node
from flowengine.graph.proof.conditions import Conditions
from flowengine.graph.proof.points import Facts, Way
from flowengine.graph.proof.query import Query, nowhere


class Ways:
    """Walks blocks for one question, each once for each thing known at its beginning."""

    def __init__(self, query: Query, conditions: Conditions) -> None:
        self._query = query
        self._conditions = conditions
        self._found: dict[tuple[int, Facts], tuple[Way, ...]] = {}
        self._gained: dict[int, bool] = {}
        self._minds_effects = query.at_effect is not nowhere

    def of(self, node: Node, facts: Facts) -> tuple[Way, ...]:
        """Every way out of a block that begins with this known."""
        key = (id(node), facts)
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = tuple(self._explore(node, facts))
        return found

    def _explore(self, node: Node, facts: Facts) -> Iterator[Way]:
        """Every way out of a block, each with the first conditions that lead to it."""
        ahead: deque[tuple[Node, Way]] = deque([(node, Way(None, facts, ()))])
        seen: set[tuple[int, Facts]] = set()
        given: set[tuple[int, Facts]] = set()
        while ahead:
            here, so_far = ahead.popleft()
            if (id(here), so_far.facts) in seen:
                continue
            seen.add((id(here), so_far.facts))
            for step in here.steps:
                for way in self.apply(step.effects, so_far.facts, so_far.assumed):
                    if way.broken is not None:
                        yield way
                    elif isinstance(step.target, Node):
                        ahead.append((step.target, way))
                    elif (id(step.target), way.facts) not in given:
                        given.add((id(step.target), way.facts))
                        yield way._replace(exit=step.target)

    def apply(self, effects: tuple[Effect, ...], facts: Facts, assumed: tuple[Assumed, ...]) -> Iterator[Way]:
        """What is known after some effects; nothing where they cannot happen together."""
        query, (fact, known), gained = self._query, facts, self._gained
        for effect in effects:
            if fact == query.bad and self._minds_effects and query.at_effect(effect):
                yield Way(None, Facts(fact, known), assumed, getattr(effect, "span", None))
                return
            if not fact:
                # Asked once of each effect: a step is walked for every state that a handler is live in.
                told = gained.get(id(effect))
                fact = gained.setdefault(id(effect), query.gains(effect)) if told is None else told
            if known:
                after = self._conditions.after(effect, known)
                if after is None:
                    return
                known = after
            if isinstance(effect, Assumed):
                assumed = (*assumed, effect)
        yield Way(None, Facts(fact, known), assumed)
