"""The flow's states and moves as one bare python-statemachine class: it holds the place and refuses an illegal move.

    root ─┬─ s0 … sN             the flow's states
          └─ asides ── sM …      digressions: the only states that a `resume` may leave
    o0 … oK                      one final state an outcome

Ids are generated (`s3`, `e12`); the author's names stay data, since the library gives meaning to some of them
(`send("yes.please")` also fires `yes`; a state called `model` crashes). Moves of `anywhere` start at the root, so they
are stored once and not once a state. There are no callbacks: those are resolved for each instance and made a machine of
100 states cost 13 ms and 1.5 MiB; bare it takes 0.6 ms. Conditions stay in the graph.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from statemachine import State as MachineState
from statemachine import StateChart
from statemachine.engines.base import BaseEngine
from statemachine.exceptions import TransitionNotAllowed
from statemachine.factory import StateMachineMetaclass
from statemachine.orderedset import OrderedSet
from statemachine.state import InstanceState
from statemachine.transition_list import TransitionList

from flowengine.errors import IllegalMove
from flowengine.graph.edges import Edge, digressions, edges, runner
from flowengine.graph.model import Flow
from flowengine.graph.names import BUILT_IN_OUTCOMES


class _Bare(StateChart[object]):
    """Settings shared by all machines. Reachability is the compiler's business: its checks name the author's line."""

    catch_errors_as_events = False
    allow_event_without_transition = False
    validate_disconnected_states = False
    validate_trap_states = False
    validate_final_reachability = False


@dataclass(frozen=True, slots=True)
class MachinePlan:
    """The class of one flow, and which event makes which move."""

    machine: type[StateChart[object]]
    names: Mapping[str, str]
    """Machine state id to the author's name of the state or outcome."""
    moves: Mapping[str, str]
    returns: Mapping[str, str]
    ends: Mapping[str, str]
    stops: Mapping[str, str]
    """Ends that come from outside the flow (hang-up, operator, failure): legal in every state."""


def plan_machine(flow: Flow) -> MachinePlan:
    """Build the class. Its name depends on the flow's name alone, so the library's registry keeps one a flow."""
    return _Builder(flow).build()


class FlowMachine:
    """Where one call stands."""

    def __init__(self, plan: MachinePlan) -> None:
        self._plan = plan
        self._machine = plan.machine()

    def __del__(self) -> None:
        # The library's machine, its engine and its states hold each other in circles, which only the garbage collector
        # would free, in a pass that stops every call of the process. Nobody has the machine but us.
        machine = vars(self).get("_machine")
        for part in (*vars(machine).values(), machine) if machine is not None else ():
            if isinstance(part, StateChart | BaseEngine | InstanceState):
                vars(part).clear()

    @property
    def place(self) -> str:
        """The author's name of the state the call is in, or of the outcome it ended with."""
        return next(
            self._plan.names[value] for value in self._machine.configuration_values if value in self._plan.names
        )

    @property
    def ended(self) -> bool:
        return bool(self._machine.is_terminated)

    @property
    def configuration(self) -> frozenset[str]:
        """What is active, by the machine's ids: what `put_back` takes."""
        return frozenset(self._machine.configuration_values)

    def put_back(self, configuration: Collection[str]) -> None:
        """Stand where this same call stood before. No move leads back: a turn was taken too soon."""
        self._machine.current_state_value = OrderedSet(configuration)

    def move(self, state: str) -> None:
        """`-> state`. Raises IllegalMove."""
        self._send(self._plan.moves, state)

    def give_back(self, state: str) -> None:
        """`resume` out of a digression to the state it interrupted. Raises IllegalMove."""
        self._send(self._plan.returns, state)

    def end(self, outcome: str) -> None:
        """`end outcome`. Raises IllegalMove."""
        self._send(self._plan.ends, outcome)

    def stop(self, outcome: str) -> None:
        """End from outside the flow. Raises IllegalMove when the call has ended or the outcome does not exist."""
        self._send(self._plan.stops, outcome)

    def _send(self, events: Mapping[str, str], target: str) -> None:
        event = events.get(target)
        if event is None:
            raise IllegalMove(f"no move leads to {target!r}")
        try:
            self._machine.send(event)
        except TransitionNotAllowed:
            raise IllegalMove(f"no move leads from {self.place!r} to {target!r}") from None


class _Builder:
    def __init__(self, flow: Flow) -> None:
        self._flow = flow
        self._asides = digressions(flow)
        self._states = {name: self._state(index, name) for index, name in enumerate(flow.states)}
        outcomes = dict.fromkeys((*flow.outcomes, *BUILT_IN_OUTCOMES))
        self._finals = {name: MachineState(name=name, final=True) for name in outcomes}
        self._events: dict[str, TransitionList] = {}

    def build(self) -> MachinePlan:
        flow = self._flow
        inside = [state for name, state in self._states.items() if name not in self._asides]
        aside = None
        if self._asides:
            aside = MachineState(
                states=[state for name, state in self._states.items() if name in self._asides],
                initial=flow.start in self._asides,
            )
            aside._set_id("asides")
            inside.append(aside)
        root = MachineState(states=inside, initial=True)

        found = edges(flow)
        moves = self._moves(
            (root if edge.source is None else self._states[edge.source], target)
            for edge in found
            if (target := _target(edge)) is not None
        )
        ends = self._ends(
            (root if edge.source is None else self._states[edge.source], edge.outcome)
            for edge in found
            if edge.outcome is not None
        )
        returns = {} if aside is None else self._moves((aside, name) for name in self._interrupted())
        stops = self._ends((root, outcome) for outcome in self._finals)
        final_ids = {name: f"o{index}" for index, name in enumerate(self._finals)}
        names = {f"s{index}": name for index, name in enumerate(self._states)}
        names.update({final_id: name for name, final_id in final_ids.items()})
        attributes: dict[str, object] = {"root": root}
        attributes.update({final_ids[name]: state for name, state in self._finals.items()})
        attributes.update(self._events)
        machine = StateMachineMetaclass(f"Machine_{flow.name}", (_Bare,), attributes)
        return MachinePlan(machine, names, moves, returns, ends, stops)  # type: ignore[arg-type]  # a metaclass call makes a class

    def _state(self, index: int, name: str) -> MachineState:
        """Each compound has a first state; when the flow starts in an aside, `asides` itself is the root's."""
        flow = self._flow
        if name in self._asides:
            first = (
                flow.start if flow.start in self._asides else next(each for each in flow.states if each in self._asides)
            )
        else:
            first = flow.start
        return MachineState(name=name, initial=name == first)._set_id(f"s{index}")

    def _interrupted(self) -> tuple[str, ...]:
        """The states a digression may have interrupted: those that lead to one, or all when `anywhere` does."""
        sources = {edge.source for edge in edges(self._flow) if edge.target in self._asides}
        return tuple(name for name in self._flow.states if None in sources or name in sources)

    def _moves(self, pairs: Iterator[tuple[MachineState, str]]) -> dict[str, str]:
        return self._add((source, target, self._states[target]) for source, target in pairs)

    def _ends(self, pairs: Iterator[tuple[MachineState, str]]) -> dict[str, str]:
        return self._add((source, outcome, self._finals[outcome]) for source, outcome in pairs)

    def _add(self, wanted: Iterator[tuple[MachineState, str, MachineState]]) -> dict[str, str]:
        """One event a target, one transition a distinct source."""
        events: dict[str, str] = {}
        seen: set[tuple[int, str]] = set()
        for source, name, target in wanted:
            if (id(source), name) in seen:
                continue
            seen.add((id(source), name))
            event = events.setdefault(name, f"e{len(self._events)}")
            transition = source.to(target)
            known = self._events.get(event)
            self._events[event] = transition if known is None else known | transition
        return events


def _target(edge: Edge) -> str | None:
    """Where a move leads. One that ends a subflow from its `anywhere` leads to the state that runs it."""
    if edge.source is None and edge.returns is not None:
        return runner(f"{edge.scope}/")
    return edge.target
