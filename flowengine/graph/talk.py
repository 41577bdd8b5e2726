"""What the agent says in one go: everything between two turns of the caller, followed through `if` and moves.

A check carries something along (seconds, an open question) and is shown each sentence in its turn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from flowengine.graph import model
from flowengine.graph.edges import inner_blocks, statements
from flowengine.graph.walk import closes, handlers
from flowengine.language.source import Span

Carried = TypeVar("Carried")


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence, and where it is said: by itself, or where its line or slot is named.

    `line`: whose sentence it is. `state`: in which it is said; None in a handler, which any state may call.
    """

    text: model.Template
    at: Span
    line: str | None = None
    state: str | None = None


@dataclass(slots=True)
class Talk(Generic[Carried]):
    """Follows all that is said from wherever the caller has just spoken.

    `hear` takes what is carried and a sentence, and gives what is carried on. `worse` says whether the first of two
    matters more to the check: where paths meet the worse one goes on, and a state is entered again only with a worse
    one, so that circles end.
    """

    flow: model.Flow
    begin: Carried
    hear: Callable[[Carried, Said], Carried]
    worse: Callable[[Carried, Carried], bool]
    _entered: dict[str, Carried] = field(default_factory=dict)
    _waiting: list[tuple[model.Block, Carried, str | None]] = field(default_factory=list)

    def follow(self) -> None:
        """Show every sentence of the flow, in every worst way it can be come to."""
        if self.flow.start:
            self._enter(self.flow.start, self.begin)
        self._waiting += [(block, self.begin, state) for block, state in _answers(self.flow)]
        self._work()
        for name in self.flow.states:
            if name not in self._entered:
                self._enter(name, self.begin)
                self._work()

    def _work(self) -> None:
        while self._waiting:
            self._block(*self._waiting.pop())

    def _enter(self, name: str, carried: Carried) -> None:
        state = self.flow.states.get(name)
        if state is not None and (name not in self._entered or self.worse(carried, self._entered[name])):
            self._entered[name] = carried
            self._waiting.append((state.body, carried, name))

    def _block(self, block: model.Block, carried: Carried, state: str | None) -> list[Carried]:
        """What is carried out of a block at its end; nothing when every path closes."""
        for statement in block:
            match statement:
                case model.Say(line=line, sentences=sentences, span=span):
                    for text in sentences:
                        carried = self.hear(carried, Said(text, text.span if line is None else span, line, state))
                case model.Again(text=model.Template() as text):
                    self.hear(carried, Said(text, text.span, None, state))
                case model.If() | model.Split():
                    ends = [end for inner in inner_blocks(statement) for end in self._block(inner, carried, state)]
                    if isinstance(statement, model.If) and all(arm.condition is not None for arm in statement.arms):
                        ends.append(carried)
                    if not ends:
                        return []
                    carried = self._worst(ends)
                case model.Goto(state=name):
                    self._enter(name, carried)
                case model.Guard() | model.Do():
                    # Neither gives the caller a turn.
                    if isinstance(statement, model.Do):
                        carried = self._filler(statement, carried, state)
                    self._waiting += [(inner, carried, state) for inner in inner_blocks(statement)]
                case model.Run(entry=entry):
                    self._enter(entry, carried)
                case model.Collect(slots=(first, *_), span=span):
                    slot = self.flow.slots.get(first)
                    if slot is not None and slot.ask is not None:
                        self.hear(carried, Said(slot.ask, span, None, state))
                case _:
                    pass
            if closes(statement):
                return []
        return [carried]

    def _filler(self, do: model.Do, carried: Carried, state: str | None) -> Carried:
        action = self.flow.actions.get(do.action)
        if action is None or action.filler is None:
            return carried
        return self.hear(carried, Said(action.filler, do.span, None, state))

    def _worst(self, ends: list[Carried]) -> Carried:
        worst = ends[0]
        for end in ends[1:]:
            if self.worse(end, worst):
                worst = end
        return worst


def _answers(flow: model.Flow) -> Iterator[tuple[model.Block, str | None]]:
    """The blocks that follow a turn of the caller, or what another said to them, and the state of each."""
    for branch in handlers(flow):
        yield branch.body, None
    for state in flow.states.values():
        for statement in statements(state.body):
            if isinstance(statement, model.Listen | model.Collect | model.Llm | model.Transfer | model.Run):
                yield from ((inner, state.name) for inner in inner_blocks(statement))
