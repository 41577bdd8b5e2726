"""The search of all paths: breadth first, so that the first path to a breach is a shortest one.

What is known of a call at a point is one fact and the conditions followed (`Known`); so a point is visited a few times
at most, and the search ends. Digressions are followed as calls are: a state that closes with `resume` is gone through
once for each thing known on entering it, and what is known at its end goes back to each place it interrupted. The
states of a subflow are copies, one for each `run`, so its end leads back to that `run` alone.

Sound: whatever a conversation can do, one of the paths searched does. Where the two differ, more is searched:
conditions come out either way, an `anywhere` handler may come at any time, and a digression that is begun again while
it is interrupted may end in either of two places. More ends are looked at as talked over than are.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from functools import partial
from typing import assert_never

from flowengine.graph.edges import digressions
from flowengine.graph.effects import (
    Assumed,
    Ends,
    Meant,
    Moves,
    Repeats,
    Resumes,
    Returns,
    Waits,
)
from flowengine.graph.model import OnIntent, OnResult, Run, Waiting
from flowengine.graph.over_an_end import DECLINED, refusals
from flowengine.graph.paths import Paths, Take
from flowengine.graph.proof.conditions import Conditions
from flowengine.graph.proof.points import Aside, Came, Context, Facts, Frame, Point, Way, frame_of
from flowengine.graph.proof.query import Breach, Hop, Query
from flowengine.graph.proof.ways import Ways
from flowengine.language.source import Span

OUTSIDE = ("failed", "hung_up")
"""Outcomes that a call may end with at any moment, whatever the flow says."""
OPT_OUT = "opt_out"
_OPT_OUT = OnIntent(OPT_OUT)
_OPTED_OUT = (Meant(OPT_OUT),)

MOST_BREACHES = 5
"""Places shown for one rule: whoever mends these has most likely mended the rest."""
MOST_POINTS = 200_000
"""Points visited for one question; a flow that a person could read needs a few thousand."""


class Search:
    """One question asked of one flow."""

    def __init__(self, paths: Paths, query: Query, conditions: Conditions) -> None:
        self._paths = paths
        self._flow = paths.flow
        self._query = query
        self._conditions = conditions
        self._ways = Ways(query, conditions)
        self._asides = digressions(self._flow)
        self._came: dict[Point, Came] = {}
        self._ahead: deque[Point] = deque()
        self._statements: list[Waiting | Ends] = []
        self._numbers: dict[tuple[str, int], int] = {}
        self._runners: dict[Frame, dict[Point, None]] = {}
        self._from_inside: dict[str, list[Callable[[Frame | None], None]]] = {}
        self._outcomes: dict[Frame, dict[tuple[str, Facts, Came], None]] = {}
        self._callers: dict[Aside, dict[Point, str]] = {}
        self._exits: dict[Aside, dict[Facts, None]] = {}
        self._links: dict[Aside, set[Aside]] = {}
        self._restarts: dict[tuple[Aside, str], None] = {}
        self._nested: dict[Aside, dict[tuple[Aside, str], None]] = {}
        self._more_nested = False
        self._breaches: dict[str, Breach] = {}
        self._taken: dict[tuple[int, Facts], tuple[Way, ...]] = {}
        self._minds_opt_out = OPT_OUT in self._flow.intents
        self._refusals = tuple((OnIntent(name), (Meant(name),)) for name in dict.fromkeys(refusals(self._flow)))
        self.gave_up = False
        """The flow has more points than could be visited: nothing is proved."""

    @property
    def visited(self) -> int:
        """The points visited."""
        return len(self._came)

    def waits(self) -> Iterator[tuple[str, Waiting, Callable[[], tuple[Hop, ...]]]]:
        """After `run`: everything that waits and can be reached, each once, and what tells a shortest path to it."""
        seen: set[int] = set()
        for point in self._came:
            statement = self._statements[point.waiting] if point.waiting >= 0 else None
            if statement is not None and not isinstance(statement, Ends) and point.waiting not in seen:
                seen.add(point.waiting)
                yield point.state, statement, partial(self._path, point, "", [], [])

    def run(self) -> list[Breach]:
        """A shortest path to every place that breaks the promise; none when it is kept."""
        flow = self._flow
        if flow.start in flow.states:
            start = Point(None, flow.start, -1, Facts(False, self._conditions.nothing))
            self._visit(start, Came(None, "", ()))
            if not self._query.bad and self._query.at_state(flow.states[flow.start]):
                self._breach(start, flow.start, flow.states[flow.start].span, ())
        while (self._ahead or self._linked_anew()) and len(self._breaches) < MOST_BREACHES:
            if len(self._came) > MOST_POINTS:
                self.gave_up = True
                break
            point = self._ahead.popleft()
            if point.returned:
                self._returned(point)
            elif point.waiting < 0:
                self._entered(point)
            else:
                self._waited(point)
        return list(self._breaches.values())

    # ── points ──

    def _entered(self, point: Point) -> None:
        for way in self._ways.of(self._paths.state(point.state), point.facts):
            self._follow(point, way, "", is_result=False, scope=self._flow.states[point.state].scope)

    def _waited(self, point: Point) -> None:
        statement = self._statements[point.waiting]
        facts, query = point.facts, self._query
        if query.stays and facts.fact == query.bad and query.at_state(self._flow.states[point.state]):
            self._breach(point, point.state, statement.span, (), stayed=True)
        if isinstance(statement, Run):
            self._run(point, statement)
            return
        for outcome in OUTSIDE:
            self._over(point, outcome, facts, statement.span, outcome.replace("_", " "), ())
        if self._minds_opt_out and not self._paths.answers(point.state, statement, _OPT_OUT):
            self._unhandled_opt_out(point, statement)
        if isinstance(statement, Ends):
            self._refused(point, statement)
        for take in self._paths.takes(point.state, statement):
            self._take(point, take)

    def _take(self, point: Point, take: Take) -> None:
        key = (id(take), point.facts)
        ways = self._taken.get(key)
        if ways is None:
            ways = self._taken[key] = tuple(self._ways_of_take(take, point.facts))
        if ways:
            scope = self._flow.states[point.state].scope if take.scope is None else take.scope
            for way in ways:
                self._follow(point, way, take.label, is_result=take.is_result, scope=scope)

    def _ways_of_take(self, take: Take, facts: Facts) -> Iterator[Way]:
        """Every way that an event may go; without those that come back to where they began, and know no more."""
        for start in self._ways.apply(take.effects, facts, ()):
            if start.broken is not None:
                yield start
                continue
            for way in self._ways.of(self._paths.body(take.branch), start.facts):
                if take.is_result or way.facts != facts or not isinstance(way.exit, Repeats | Resumes):
                    yield way._replace(assumed=(*start.assumed, *way.assumed))

    def _run(self, point: Point, statement: Run) -> None:
        if statement.entry in self._flow.states:
            frame = Frame(statement.scope, point.facts)
            is_new = frame not in self._runners
            self._runners.setdefault(frame, {})[point] = None
            self._enter(point, Point(frame, statement.entry, -1, point.facts), "run", (), statement.span)
            for outcome, facts, came in list(self._outcomes.get(frame, ())):
                self._visit(point._replace(facts=facts, returned=outcome), came)
            for do in list(self._from_inside.get(statement.scope, ())) if is_new else ():
                do(frame)

    def _returned(self, point: Point) -> None:
        """A subflow has ended with an outcome: the branch of that name goes on."""
        statement = self._statements[point.waiting]
        assert isinstance(statement, Run), "nothing else is returned to"
        for take in self._paths.takes(point.state, statement):
            if take.trigger == OnResult(point.returned):
                self._take(point, take)

    def _unhandled_opt_out(self, point: Point, statement: Waiting | Ends) -> None:
        """The engine ends the call by itself."""
        outcomes = self._flow.outcomes.values()
        outcome = next((each.name for each in outcomes if each.disposition == "suppress"), "failed")
        for start in self._ways.apply(_OPTED_OUT, point.facts, ()):
            self._over(point, outcome, start.facts, statement.span, OPT_OUT, ())

    def _refused(self, point: Point, ends: Ends) -> None:
        """A refusal over the last lines that no handler takes: the agent says goodbye, and the call ends."""
        outcome = DECLINED if DECLINED in self._flow.outcomes else ends.outcome
        here = frozenset(refusals(self._flow, self._flow.states[point.state]))
        for trigger, effects in self._refusals:
            if trigger.name in here and not self._paths.answers(point.state, ends, trigger):
                for start in self._ways.apply(effects, point.facts, ()):
                    self._over(point, outcome, start.facts, ends.span, trigger.name, ())

    # ── ways out of a block ──

    def _follow(self, point: Point, way: Way, by: str, *, is_result: bool, scope: str) -> None:
        if way.broken is not None:
            self._breach(point, point.state, way.broken, way.assumed, by=by)
            return
        context, facts, waits = point.context, way.facts, point.waiting >= 0
        match way.exit:
            case Waits(statement=statement):
                if not waits:
                    number = self._number(point.state, statement)
                    self._visit(Point(context, point.state, number, facts), Came(point, by, way.assumed))
            case Moves(state=state, span=span):
                self._move(point, state, span, way, by, interrupts=waits and not is_result)
            case Ends(outcome=outcome, span=span):
                self._over(point, outcome, facts, span, by, way.assumed)
                if span in self._paths.late_ends:
                    number = self._number(point.state, way.exit)
                    self._visit(Point(context, point.state, number, facts), Came(point, by, way.assumed))
            case Returns(outcome=outcome):
                self._return(point, outcome, way, by, scope)
            case Repeats():
                if waits:
                    self._visit(point._replace(facts=facts, returned=""), Came(point, by, way.assumed))
            case Resumes(span=span):
                if not waits and self._query.at_lost_resume and not isinstance(context, Aside):
                    self._breach(point, point.state, span, way.assumed, by=by)
                if waits:
                    self._visit(point._replace(facts=facts, returned=""), Came(point, by, way.assumed))
                if (not waits or is_result) and isinstance(context, Aside):
                    self._leave(context, facts)
            case None:
                pass
            case _:
                assert_never(way.exit)

    def _move(self, point: Point, state: str, span: Span, way: Way, by: str, *, interrupts: bool) -> None:
        target = self._flow.states.get(state)
        if target is None:
            return
        context, facts = point.context, way.facts
        if state not in self._asides:

            def enter(frame: Frame | None) -> None:
                self._enter(point, Point(frame, state, -1, facts), by, way.assumed, span)

            self._in_frame(context, target.scope, enter)
        elif not interrupts or state == point.state:
            self._restart(context, state)
            self._enter(point, Point(context, state, -1, facts), by, way.assumed, span)
        else:
            aside = Aside(state, facts, frame_of(context))
            self._callers.setdefault(aside, {})[point] = by
            if isinstance(context, Aside) and (context, point.state) not in self._nested.setdefault(aside, {}):
                self._nested[aside][context, point.state] = None
                self._more_nested = True
            self._restart(context, state)
            self._enter(point, Point(aside, state, -1, facts), by, way.assumed, span)
            for left in list(self._exits.get(aside, ())):
                self._give_back(point, left, by, state)

    def _enter(self, point: Point, entered: Point, by: str, assumed: tuple[Assumed, ...], span: Span) -> None:
        if entered.facts.fact == self._query.bad and self._query.at_state(self._flow.states[entered.state]):
            self._breach(point, entered.state, span, assumed, by=by)
        self._visit(entered, Came(point, by, assumed))

    def _over(
        self, point: Point, outcome: str, facts: Facts, span: Span, by: str, assumed: tuple[Assumed, ...]
    ) -> None:
        if facts.fact == self._query.bad and self._query.at_outcome(outcome):
            self._breach(point, outcome, span, assumed, by=by)

    def _return(self, point: Point, outcome: str, way: Way, by: str, scope: str) -> None:
        """`scope` is that of the block: a subflow's `anywhere` may end it from inside one that it runs."""
        came = Came(point, by, way.assumed)

        def end(frame: Frame | None) -> None:
            if frame is not None:
                self._outcomes.setdefault(frame, {}).setdefault((outcome, way.facts, came))
                for runner in list(self._runners[frame]):
                    self._visit(runner._replace(facts=way.facts, returned=outcome), came)

        self._in_frame(point.context, scope, end)

    def _in_frame(self, context: Context, scope: str, do: Callable[[Frame | None], None]) -> None:
        """Do something in the subflow of this scope that a context lies in; None is the flow itself.

        What an outer subflow's `anywhere` does from inside a nested one is done in every run of the outer one.
        """
        frame = frame_of(context)
        if not scope:
            do(None)
        elif frame is not None and frame.scope == scope:
            do(frame)
        else:
            self._from_inside.setdefault(scope, []).append(do)
            for each in [each for each in self._runners if each.scope == scope]:
                do(each)

    # ── digressions ──

    def _leave(self, aside: Aside, facts: Facts) -> None:
        """A digression has come to its `resume`."""
        ahead = [aside]
        while ahead:
            left = ahead.pop()
            exits = self._exits.setdefault(left, {})
            if facts in exits:
                continue
            exits[facts] = None
            for caller, by in list(self._callers.get(left, {}).items()):
                self._give_back(caller, facts, by, left.entry)
            ahead.extend(self._links.get(left, ()))

    def _give_back(self, caller: Point, facts: Facts, by: str, entry: str) -> None:
        back = caller._replace(facts=facts, returned="")
        self._visit(back, Came(caller, f"{by}, {entry}" if by else entry, ()))

    def _restart(self, context: Context, state: str) -> None:
        """A digression is begun, or moved to, while another is open: it may take the place of one."""
        if isinstance(context, Aside) and (context, state) not in self._restarts:
            self._restarts[context, state] = None
            self._link(context, state)

    def _linked_anew(self) -> bool:
        """Whether digressions that were found to nest since they were begun lead to more points."""
        if self._more_nested:
            self._more_nested = False
            for context, state in list(self._restarts):
                self._link(context, state)
        return bool(self._ahead)

    def _link(self, context: Aside, state: str) -> None:
        """A digression begun in a state that it has interrupted already takes that interruption's place.

        What it was begun from then returns to where the first one would have.
        """
        seen: set[Aside] = set()
        ahead = [context]
        while ahead:
            inner = ahead.pop()
            if inner in seen:
                continue
            seen.add(inner)
            for outer, interrupted in self._nested.get(inner, ()):
                ahead.append(outer)
                if interrupted == state and outer not in self._links.setdefault(context, set()):
                    self._links[context].add(outer)
                    for facts in list(self._exits.get(context, ())):
                        self._leave(outer, facts)

    # ── records ──

    def _visit(self, point: Point, came: Came) -> None:
        if point not in self._came:
            self._came[point] = came
            self._ahead.append(point)

    def _number(self, state: str, statement: Waiting | Ends) -> int:
        key = (state, id(statement))
        if key not in self._numbers:
            self._numbers[key] = len(self._statements)
            self._statements.append(statement)
        return self._numbers[key]

    def _breach(
        self,
        point: Point,
        place: str,
        span: Span,
        assumed: tuple[Assumed, ...],
        *,
        by: str = "",
        stayed: bool = False,
    ) -> None:
        if place in self._breaches or len(self._breaches) == MOST_BREACHES:
            return
        hops = [] if stayed or place == point.state else [Hop(place, "")]
        conditions = list(reversed(assumed))
        path = self._path(point, by, hops, conditions)
        self._breaches[place] = Breach(place, span, path, tuple(reversed(conditions)), stayed)

    def _path(self, point: Point, by: str, hops: list[Hop], conditions: list[Assumed]) -> tuple[Hop, ...]:
        """The hops to a point, put after those given (last ones first), and the conditions met likewise."""
        here: Point | None = point
        while here is not None:
            # To come to what waits in a state is no event of its own.
            if by or not hops or hops[-1].state != here.state:
                hops.append(Hop(here.state, by))
            came = self._came[here]
            conditions.extend(reversed(came.assumed))
            here, by = came.before, came.by
        return tuple(reversed(hops))
