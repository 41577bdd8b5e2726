"""States lead to each other in a circle without ever waiting.

The agent would talk for ever, and never hear the caller. A circle needs something that waits in it. (A guard, an action
and a transfer do not wait for the caller, and `again` in their results does the same once more, at once; nor does an
`llm` whose model does not answer. Circles through a `collect` whose slots are filled already are found when the call
runs.)

Bad:

    state first
      say "Hello."
      -> second

    state second
      say "Hello again."
      -> first

Good:

    state first
      say "Shall I say it again?"
      listen
        agree -> first
        agree 3 -> goodbye
        silence or otherwise -> goodbye
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flowengine.graph.checks.rule import Rule
from flowengine.graph.edges import inner_blocks, statements, trigger_label
from flowengine.graph.model import (
    Again,
    Block,
    Do,
    Goto,
    Guard,
    If,
    Llm,
    OnResult,
    Return,
    Run,
    Split,
    Transfer,
    Trigger,
)
from flowengine.graph.names import Draft
from flowengine.graph.walk import block_closes, every_statement, word_of
from flowengine.language.diagnostics import Diagnostic

RULE = Rule("FL305", "endless-talk", "error")

_FALLBACK = OnResult("fallback")


def check(draft: Draft) -> Iterator[Diagnostic]:
    runs = {each.scope: each for each in every_statement(draft.flow) if isinstance(each, Run)}
    moves = {state.name: list(moves_on(state.body, state.scope, runs)) for state in draft.flow.states.values()}
    unanswered = {
        move.span for each in every_statement(draft.flow) if isinstance(each, Llm) for move in _fallback(each)
    }
    seen: set[str] = set()
    for start in moves:
        circle = _circle(start, moves, seen)
        if circle is not None:
            first, move = circle[0]
            names = " → ".join([name for name, _ in circle] + [first])
            message, help_ = f"this never waits for the caller: {names}", "put a 'listen' somewhere on the way"
            silent = next((each for _, each in circle if each.span in unanswered), None)
            if silent is not None:
                message = f"this never waits for the caller while the model does not answer: {names}"
                move, help_ = silent, "let the fallback lead to a state that listens, or ends"
            yield RULE.at(move.span, message, help_)
    for statement in every_statement(draft.flow):
        if isinstance(statement, Guard | Do | Transfer | Llm):
            yield from _repeats(statement)


def _repeats(statement: Guard | Do | Transfer | Llm) -> Iterator[Diagnostic]:
    """Each `again` of a result that nothing counts: what it repeats comes to the same result at once."""
    for branch in statement.branches:
        again = next((each for each in statements(branch.body) if isinstance(each, Again)), None)
        results = [each for each in branch.triggers if _at_once(statement, each)]
        asks = any(isinstance(each, If) for each in statements(branch.body))
        if again is None or asks:
            continue
        for result in results:
            if not any(other.rung > branch.rung and result in other.triggers for other in statement.branches):
                name = trigger_label(result)
                message = f"'{word_of(statement)}' is repeated here at once, for as long as it comes to {name!r}"
                help_ = f"leave after some times: {name} {branch.rung + 2} -> STATE"
                if name == "fallback":
                    help_ = "let the fallback lead to a state that listens, or ends"
                yield RULE.at(again.span, message, help_)
                break


def _at_once(statement: Guard | Do | Transfer | Llm, trigger: Trigger) -> bool:
    """Whether a result may come without the caller having been heard: of an `llm`, that the model does not answer."""
    return isinstance(trigger, OnResult) and (not isinstance(statement, Llm) or trigger == _FALLBACK)


def _fallback(llm: Llm) -> Iterator[Goto]:
    for branch in llm.branches:
        if _FALLBACK in branch.triggers:
            yield from (each for each in statements(branch.body) if isinstance(each, Goto))


def moves_on(block: Block, scope: str, runs: Mapping[str, Run]) -> Iterator[Goto]:
    """The moves that a state makes without waiting first: into a subflow, and from its end on, as well."""
    for statement in block:
        match statement:
            case Goto():
                yield statement
                return
            case Run(entry=entry, span=span):
                yield Goto(entry, span)
            case Return(outcome=outcome) if scope in runs:
                outer = scope.rpartition("/")[0].rpartition("/")[0]
                for branch in runs[scope].branches:
                    if OnResult(outcome) in branch.triggers:
                        yield from moves_on(branch.body, outer, runs)
            case Llm(branches=branches):
                for branch in branches:
                    if _FALLBACK in branch.triggers:
                        yield from moves_on(branch.body, scope, runs)
            case If() | Split() | Guard() | Do() | Transfer():
                for inner in inner_blocks(statement):
                    yield from moves_on(inner, scope, runs)
            case _:
                pass
        if block_closes((statement,)):
            return


def _circle(start: str, moves: dict[str, list[Goto]], seen: set[str]) -> list[tuple[str, Goto]] | None:
    """A circle found on the way from `start`; `seen` holds what was searched before. No recursion: chains are long."""
    path: list[tuple[str, Iterator[Goto]]] = []
    taken: list[Goto] = []
    if start not in seen:
        seen.add(start)
        path.append((start, iter(moves[start])))
    while path:
        move = next(path[-1][1], None)
        if move is None:
            path.pop()
            if taken:
                taken.pop()
            continue
        names = [name for name, _ in path]
        if move.state in names:
            at = names.index(move.state)
            return list(zip(names[at:], [*taken[at:], move], strict=True))
        if move.state in moves and move.state not in seen:
            seen.add(move.state)
            taken.append(move)
            path.append((move.state, iter(moves[move.state])))
    return None
