"""What of a flow is drawn: a card a state, a pill an ending, one arrow between two of them, a panel of `anywhere`.

All three formats draw this one sketch. Three choices keep it readable: moves between the same two places share one
arrow; each state has its own pill for an outcome, so endings pull no long lines across the page; what `anywhere`
handles stands once in a panel, not as an edge from every state.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from flowengine.graph.edges import Edge, branch_label, digressions, edges, statements
from flowengine.graph.model import (
    Again,
    Block,
    Branch,
    Collect,
    Disposition,
    End,
    Flow,
    Goto,
    Guard,
    If,
    Listen,
    Resume,
    Say,
    State,
)

_PLACEHOLDER = re.compile(r"\{\{\s*(?:contact\.|agent\.)?(.*?)\s*(?:\|.*?)?\}\}")


@dataclass(frozen=True, slots=True)
class Card:
    """One state. `says` is the sentence that stands for it; `repeats` and `answers` are branches that stay in it."""

    name: str
    says: str | None
    waits: str | None
    repeats: tuple[str, ...]
    answers: tuple[str, ...]
    tags: tuple[str, ...]
    library: str | None
    is_start: bool
    is_reached: bool
    returns: bool

    @property
    def key(self) -> str:
        return f"state-{self.name}"


@dataclass(frozen=True, slots=True)
class Pill:
    """One ending, seen from one state."""

    source: str
    outcome: str
    disposition: Disposition | None

    @property
    def key(self) -> str:
        return f"end-{self.source}-{self.outcome}"


@dataclass(frozen=True, slots=True)
class Arrow:
    """All moves from one place to another. Keys of cards and pills; `labels` in source order, without ""."""

    source: str
    target: str
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the panel: what happens in every state on `label`. It leads away, ends the call, or `stays`."""

    label: str
    stays: str | None
    state: str | None
    outcome: str | None
    disposition: Disposition | None
    library: str | None

    @property
    def text(self) -> str:
        """The row in one line, as the text formats print it."""
        return f"{self.label}: end {self.outcome}" if self.outcome else f"{self.label} {self.does}"

    @property
    def does(self) -> str:
        """What it does, where that is no ending."""
        return f"→ {self.state}" if self.state is not None else str(self.stays)


@dataclass(frozen=True, slots=True)
class Sketch:
    """Everything to draw, in source order."""

    title: str
    name: str
    cards: tuple[Card, ...]
    pills: tuple[Pill, ...]
    arrows: tuple[Arrow, ...]
    rows: tuple[Row, ...]


def sketch(flow: Flow) -> Sketch:
    """The sketch of a flow. States of a library that no path reaches are left out: they are not this flow's."""
    moves = edges(flow)
    reached = _reached(flow.start, moves)
    shown = [state for state in flow.states.values() if state.library is None or state.name in reached]
    names = {state.name for state in shown}
    returning = digressions(flow)
    moves = tuple(move for move in moves if move.source is None or move.source in names)
    return Sketch(
        title=flow.title,
        name=flow.name,
        cards=tuple(_card(flow, state, state.name in reached, state.name in returning) for state in shown),
        pills=tuple(_pills(flow, moves)),
        arrows=tuple(_arrows(moves)),
        rows=tuple(_rows(flow)),
    )


def readable(template: str) -> str:
    """A prompt as a person reads it: `{{ contact.name }}` becomes `[name]`, white space is single."""
    return " ".join(_PLACEHOLDER.sub(lambda found: f"[{found[1]}]", template).split())


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


def _card(flow: Flow, state: State, is_reached: bool, returns: bool) -> Card:
    waiting = next(_waiting(state.body), None)
    branches = waiting.branches if waiting is not None else ()
    return Card(
        name=state.name,
        says=_says(flow, state.body, question=waiting is not None),
        waits=_waits(waiting),
        repeats=tuple(branch_label(branch) for branch in branches if _stays(branch)),
        answers=tuple(branch_label(branch) for branch in branches if _has(branch, Resume)),
        tags=state.tags,
        library=state.library,
        is_start=state.name == flow.start,
        is_reached=is_reached,
        returns=returns,
    )


def _waiting(block: Block) -> Iterator[Listen | Collect | Guard]:
    for statement in statements(block):
        if isinstance(statement, Listen | Collect | Guard):
            yield statement


def _waits(waiting: Listen | Collect | Guard | None) -> str | None:
    match waiting:
        case None:
            return None
        case Listen(seconds=seconds):
            return f"listens {seconds:g} s"
        case Collect(slots=slots):
            return f"collects {', '.join(slots)}"
        case Guard(name=name):
            return f"guard {name}"


def _has(branch: Branch, *kinds: type) -> bool:
    return any(isinstance(statement, kinds) for statement in statements(branch.body))


def _stays(branch: Branch) -> bool:
    return _has(branch, Again) or not _has(branch, Goto, End, Resume)


def _says(flow: Flow, block: Block, *, question: bool) -> str | None:
    """The sentence a state is known by: its question, which comes last; where it asks nothing, its first."""
    spoken = [readable(text) for text in _spoken(flow, block)]
    if not spoken:
        return None
    return spoken[-1] if question else spoken[0]


def _spoken(flow: Flow, block: Block) -> Iterator[str]:
    for statement in block:
        match statement:
            case Say(line=str() as name):
                yield from (sentence.text for sentence in flow.lines[name].sentences)
            case Say(sentences=sentences):
                yield from (sentence.text for sentence in sentences)
            case If(arms=arms):
                yield from _spoken(flow, arms[0].body)
            case Collect(slots=slots):
                yield from (ask.text for slot in slots[:1] if (ask := flow.slots[slot].ask) is not None)
            case _:
                pass


def _disposition(flow: Flow, outcome: str) -> Disposition | None:
    declared = flow.outcomes.get(outcome)
    return declared.disposition if declared is not None else None


def _pills(flow: Flow, moves: tuple[Edge, ...]) -> Iterator[Pill]:
    seen: set[tuple[str, str]] = set()
    for move in moves:
        if move.source is not None and move.outcome is not None and (move.source, move.outcome) not in seen:
            seen.add((move.source, move.outcome))
            yield Pill(move.source, move.outcome, _disposition(flow, move.outcome))


def _arrows(moves: tuple[Edge, ...]) -> Iterator[Arrow]:
    labels: dict[tuple[str, str], dict[str, None]] = {}
    for move in moves:
        if move.source is None or move.resumes:
            continue
        target = f"state-{move.target}" if move.target is not None else f"end-{move.source}-{move.outcome}"
        labels.setdefault((f"state-{move.source}", target), {}).setdefault(move.by)
    for (source, target), words in labels.items():
        yield Arrow(source, target, tuple(word for word in words if word))


def _rows(flow: Flow) -> Iterator[Row]:
    for layer in flow.anywhere:
        for branch in layer.branches:
            yield _row(flow, branch, layer.library)


def _row(flow: Flow, branch: Branch, library: str | None) -> Row:
    """Where a handler leads: the last move of its block, as any others stand inside an `if`."""
    state: str | None = None
    outcome: str | None = None
    for statement in statements(branch.body):
        match statement:
            case Goto(state=target):
                state, outcome = target, None
            case End(outcome=ending):
                state, outcome = None, ending
            case _:
                pass
    disposition = _disposition(flow, outcome) if outcome is not None else None
    stays = None if state or outcome else "asks again" if _has(branch, Again) else "answers, then returns"
    return Row(branch_label(branch), stays, state, outcome, disposition, library)
