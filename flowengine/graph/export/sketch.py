"""What of a flow is drawn: a card a state, a pill an ending, one arrow between two of them, panels beside them.

All three formats draw this one sketch. Four choices keep it readable: moves between the same two places share one
arrow; each state has its own pill for an outcome, so endings pull no long lines across the page; what `anywhere`
handles stands once in a panel, not as an edge from every state; a subflow's states stand in a frame of their own,
in which its outcomes are pills, and what the caller does with them are arrows of the state that runs it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from flowengine.graph.barge_in import in_words
from flowengine.graph.edges import Edge, branch_label, digressions, edges, plain_name, statements
from flowengine.graph.export.cards import Card, Remark, card, readable
from flowengine.graph.export.promises import Promise, Step, given, kept, kept_outcome, promises
from flowengine.graph.export.view import WHOLE, View, chosen
from flowengine.graph.model import Again, Branch, Direction, Disposition, End, Flow, Goto, Return
from flowengine.graph.proof.verdicts import Verdict


@dataclass(frozen=True, slots=True)
class Pill:
    """One ending, seen from one state: of the call or, if it `returns`, of the subflow that the state belongs to."""

    source: str
    outcome: str
    disposition: Disposition | None = None
    returns: bool = False
    scope: str = ""
    kept: tuple[str, ...] = ()
    is_broken: bool = False

    @property
    def key(self) -> str:
        return _pill_key(self.source, self.outcome, returns=self.returns)


@dataclass(frozen=True, slots=True)
class Arrow:
    """All moves from one place to another. Keys of cards and pills; `labels` in source order, without "".

    `is_broken`: it lies on the shortest path that breaks a policy.
    """

    source: str
    target: str
    labels: tuple[str, ...]
    is_broken: bool = False


@dataclass(frozen=True, slots=True)
class Jump:
    """The end of an arrow whose target (the name of a state) stands elsewhere. `source`: the key of its card."""

    source: str
    target: str
    scope: str = ""
    is_broken: bool = False

    @property
    def key(self) -> str:
        return f"jump-{self.source}-{self.target}"


Node = Card | Pill | Jump


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the panel: what happens on `label` in every state, or in those of a subflow's run (`scope`).

    It leads away, ends the call, or `stays`.
    """

    label: str
    stays: str | None
    state: str | None
    outcome: str | None
    disposition: Disposition | None
    library: str | None
    scope: str = ""

    @property
    def text(self) -> str:
        """The row in one line, as the text formats print it."""
        return f"{self.label}: end {self.outcome}" if self.outcome else f"{self.label} {self.does}"

    @property
    def told(self) -> str:
        """The same, with the subflow in which alone it holds."""
        return f"{self.text} (in {self.scope.rpartition('/')[2]})" if self.scope else self.text

    @property
    def does(self) -> str:
        """What it does, where that is no ending."""
        return f"→ {plain_name(self.state)}" if self.state is not None else str(self.stays)


@dataclass(frozen=True, slots=True)
class Sketch:
    """Everything to draw, in source order. `policy`: the only one shown; `is_part`: states are left out."""

    title: str
    name: str
    direction: Direction
    version: str
    states: int
    cards: tuple[Card, ...]
    pills: tuple[Pill, ...]
    arrows: tuple[Arrow, ...]
    rows: tuple[Row, ...]
    promises: tuple[Promise, ...] = ()
    policy: str | None = None
    is_part: bool = False
    jumps: tuple[Jump, ...] = ()

    @property
    def nodes(self) -> dict[str, Node]:
        """Cards, pills and jumps by key."""
        nodes: list[Node] = [*self.cards, *self.pills, *self.jumps]
        return {node.key: node for node in nodes}

    @property
    def tags(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(tag for one in self.cards for tag in one.tags))

    @property
    def libraries(self) -> tuple[str, ...]:
        """The libraries whose states are drawn among the flow's own."""
        return tuple(dict.fromkeys(one.library for one in self.cards if one.library is not None and not one.scope))


def sketch(flow: Flow, view: View = WHOLE) -> Sketch:
    """The sketch of a flow, or of the part of it that a view chooses."""
    moves = edges(flow)
    reached = _reached(flow.start, moves)
    names = chosen(flow, view, reached)
    found = promises(flow, view.policy)
    verdicts = tuple(verdict for verdict, _ in found)
    steps = {step for _, promise in found for step in promise.steps}
    broken = {(verdict.path[-1].state) for verdict in verdicts if verdict.path}
    returning = digressions(flow)
    cards: list[Card] = []
    for state in flow.states.values():
        if state.name in names:
            plain = card(flow, state, is_reached=state.name in reached, returns=state.name in returning)
            beyond = _beyond(state.name, moves, names) if view.is_part else ()
            promised = _promised(verdicts, flow, state.name, view)
            remarks = (*plain.remarks, *beyond, *promised)
            cards.append(replace(plain, remarks=remarks, is_broken=state.name in broken))
    shown = [
        move
        for move in moves
        if move.source in names and (move.target is None or move.target in names or move.returns is not None)
    ]
    pills = {pill.key: pill for pill in _pills(flow, shown, verdicts)}
    pills |= {pill.key: pill for pill in _broken_pills(flow, steps, names, pills)}
    arrows = tuple(_arrows(shown, steps, {*(one.key for one in cards), *pills}))
    rows = tuple(row for row in _rows(flow) if not row.scope or any(row.scope == one.scope for one in cards))
    return Sketch(
        title=flow.title,
        name=flow.name,
        direction=flow.direction,
        version=flow.version,
        states=len(flow.states),
        cards=tuple(_with_origin(one, arrows, rows) for one in cards),
        pills=tuple(pills.values()),
        arrows=arrows,
        rows=rows,
        promises=tuple(promise for _, promise in found),
        policy=view.policy,
        is_part=view.is_part,
    )


def drawn(flow: Flow, view: View) -> frozenset[str]:
    """The states that a view draws, by name."""
    return chosen(flow, view, _reached(flow.start, edges(flow)))


def _with_origin(one: Card, arrows: Sequence[Arrow], rows: Sequence[Row]) -> Card:
    """A card with arrows that lead away from it and none to it says where calls come from: it is no second start."""
    leads = any(arrow.source == one.key and arrow.target.startswith("state-") for arrow in arrows)
    if one.is_start or not leads or any(arrow.target == one.key != arrow.source for arrow in arrows):
        return one
    by = [row.label for row in rows if row.state == one.name]
    if not by:
        return one
    origin = Remark("beyond", f"from every state: {', '.join(by)}")
    return replace(one, remarks=(origin, *one.remarks))


def _reached(start: str, moves: tuple[Edge, ...]) -> frozenset[str]:
    onward: dict[str, list[str]] = {}
    open_states = [start]
    for move in moves:
        if move.target is None:
            continue
        if move.source is None:
            open_states.append(move.target)
        else:
            onward.setdefault(move.source, []).append(move.target)
    reached: set[str] = set()
    while open_states:
        state = open_states.pop()
        if state not in reached:
            reached.add(state)
            open_states.extend(onward.get(state, ()))
    return frozenset(reached)


def _beyond(name: str, moves: Sequence[Edge], names: frozenset[str]) -> Iterator[Remark]:
    """Where the moves of a card lead to and come from that are not drawn."""
    onward = dict.fromkeys(
        plain_name(move.target)
        for move in moves
        if move.source == name and move.target is not None and move.target not in names and move.returns is None
    )
    before = dict.fromkeys(
        plain_name(move.source)
        for move in moves
        if move.target == name and move.source is not None and move.source not in names and move.returns is None
    )
    if before:
        yield Remark("beyond", f"from {', '.join(before)}")
    if onward:
        yield Remark("beyond", f"on to {', '.join(onward)}")


def _promised(verdicts: Sequence[Verdict], flow: Flow, name: str, view: View) -> Iterator[Remark]:
    """What policies keep of a state; where one policy was asked for, also which of its facts come about here."""
    state = flow.states[name]
    promised = list(dict.fromkeys(kept(verdicts, state)))
    if view.policy is not None:
        yield from (Remark("kept", text) for text in promised)
        facts = given(verdicts, state)
        if facts:
            yield Remark("gives", f"gives {', '.join(facts)}")
    elif len(promised) == 1:
        yield Remark("kept", promised[0])
    elif promised:
        yield Remark("kept", f"kept by {len(promised)} rules")


def _disposition(flow: Flow, outcome: str) -> Disposition | None:
    declared = flow.outcomes.get(outcome)
    return declared.disposition if declared is not None else None


def _pill_key(source: str, outcome: str, *, returns: bool = False) -> str:
    return f"{'return' if returns else 'end'}-{source}-{outcome}"


def _pills(flow: Flow, moves: Sequence[Edge], verdicts: Sequence[Verdict]) -> Iterator[Pill]:
    for move in moves:
        if move.source is None:
            continue
        scope = flow.states[move.source].scope
        if move.returns is not None:
            yield Pill(move.source, move.returns, returns=True, scope=scope)
        elif move.outcome is not None:
            promised = tuple(dict.fromkeys(kept_outcome(verdicts, move.outcome)))
            yield Pill(move.source, move.outcome, _disposition(flow, move.outcome), scope=scope, kept=promised)


def _broken_pills(flow: Flow, steps: set[Step], names: frozenset[str], pills: dict[str, Pill]) -> Iterator[Pill]:
    """The endings at which a path breaks a rule; they may be those of `anywhere`, which have no pill otherwise."""
    for step in sorted(steps, key=lambda step: (step.source, step.target)):
        if step.source in names and step.target not in flow.states:
            key = _pill_key(step.source, step.target)
            scope = flow.states[step.source].scope
            drawn = pills.get(key, Pill(step.source, step.target, _disposition(flow, step.target), scope=scope))
            yield replace(drawn, is_broken=True)


def _arrows(moves: Sequence[Edge], steps: set[Step], places: set[str]) -> Iterator[Arrow]:
    labels: dict[tuple[str, str], dict[str, None]] = {}
    for move in moves:
        if move.source is None or move.resumes:
            continue
        if move.returns is not None:
            target = _pill_key(move.source, move.returns, returns=True)
        elif move.target is not None:
            target = f"state-{move.target}"
        else:
            target = _pill_key(move.source, move.outcome or "")
        labels.setdefault((f"state-{move.source}", target), {}).setdefault(move.by)
    broken: set[tuple[str, str]] = set()
    for step in sorted(steps, key=lambda step: (step.source, step.target, step.by)):
        source, state = f"state-{step.source}", f"state-{step.target}"
        pair = (source, state if state in places else _pill_key(step.source, step.target))
        if source in places and pair[1] in places:
            broken.add(pair)
            labels.setdefault(pair, {step.by: None})
    for (source, target), words in labels.items():
        yield Arrow(source, target, tuple(word for word in words if word), (source, target) in broken)


def _rows(flow: Flow) -> Iterator[Row]:
    if flow.barge_in is not None and flow.barge_in.mode != "always":
        yield Row("speech", in_words(flow.barge_in), None, None, None, None)
    for layer in sorted(flow.anywhere, key=lambda layer: bool(layer.scope)):
        for branch in layer.branches:
            yield replace(_row(flow, branch, layer.library), scope=layer.scope)


def _row(flow: Flow, branch: Branch, library: str | None) -> Row:
    """Where a handler leads: the last move of its block, as any others stand inside an `if`."""
    state: str | None = None
    outcome: str | None = None
    returned: str | None = None
    for statement in statements(branch.body):
        match statement:
            case Goto(state=target):
                state, outcome, returned = target, None, None
            case End(outcome=ending):
                state, outcome, returned = None, ending, None
            case Return(outcome=ending):
                state, outcome, returned = None, None, f"returns {ending}"
            case _:
                pass
    disposition = _disposition(flow, outcome) if outcome is not None else None
    stays = returned or ("asks again" if _has_again(branch) else "answers, then returns")
    return Row(branch_label(branch), None if state or outcome else stays, state, outcome, disposition, library)


def _has_again(branch: Branch) -> bool:
    return any(isinstance(statement, Again) for statement in statements(branch.body))


__all__ = ["Arrow", "Card", "Jump", "Node", "Pill", "Promise", "Remark", "Row", "Sketch", "drawn", "readable", "sketch"]
