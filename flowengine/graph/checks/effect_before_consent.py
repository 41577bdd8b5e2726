"""An action with side effects can run before the caller has said or pressed anything.

A booking, a payment or a message is the caller's to decide. An answering machine, a child, or nobody at all would set
it off. Ask first; or, where the action only looks something up, say so: `effect none`.

Bad:

    action book_visit(name: text)
      python "acme.bookings:book_visit"
      timeout 2s

    state first
      do book_visit(contact.name)
        ok or error -> goodbye

Good:

    action book_visit(name: text)
      python "acme.bookings:book_visit"
      timeout 2s

    state first
      say "Shall I book it?"
      listen
        agree -> book
        silence or otherwise -> goodbye

    state book
      do book_visit(contact.name)
        ok or error -> goodbye
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from flowengine.graph.checks.rule import Rule
from flowengine.graph.edges import branch_label, inner_blocks, statements
from flowengine.graph.model import (
    Block,
    Branch,
    Do,
    Flow,
    Goto,
    If,
    OnAfter,
    OnMachine,
    OnResult,
    OnSilence,
    Return,
    Run,
    Split,
    Trigger,
    Waiting,
)
from flowengine.graph.names import Draft
from flowengine.graph.walk import handlers
from flowengine.language.diagnostics import Diagnostic

RULE = Rule("FL411", "effect-before-consent", "warning")

_BY_WORDS = ("done",)
"""The results that come of what the caller says; a model's exits do as well."""
_WITHOUT_WORDS = ("limit", "fallback")


@dataclass(frozen=True, slots=True)
class _Way:
    """A state, come to while the caller has done nothing; how, in the author's words."""

    state: str
    path: tuple[str, ...]


def check(draft: Draft) -> Iterator[Diagnostic]:
    flow = draft.flow
    effects = {name for name, action in flow.actions.items() if action.effect}
    if not effects or draft.library_alone or draft.lost_lines or flow.start not in flow.states:
        return
    for way, do in _unasked(flow):
        if do.action in effects:
            path = " → ".join((*way.path, way.state))
            message = f"{do.action!r} can run before the caller has said or pressed anything: {path}"
            yield RULE.at(do.span, message, "ask first; if it only looks something up, write 'effect none' under it")


def _unasked(flow: Flow) -> Iterator[tuple[_Way, Do]]:
    """Every action that is reached while the caller has done nothing, by a shortest path. Each place once."""
    runs = {
        each.scope: (name, each)
        for name, state in flow.states.items()
        for each in statements(state.body)
        if isinstance(each, Run)
    }
    ahead = deque([_Way(flow.start, ())])
    seen = {flow.start}
    reported: set[int] = set()
    returned: set[tuple[str, str]] = set()

    def go(way: _Way, label: str, state: str) -> None:
        if state in flow.states and state not in seen:
            seen.add(state)
            ahead.append(_Way(state, (*way.path, f"{way.state} ({label})" if label else way.state)))

    def through(way: _Way, block: Block, label: str) -> Iterator[tuple[_Way, Do]]:
        for statement in block:
            match statement:
                case Goto(state=state):
                    go(way, label, state)
                case If() | Split():
                    for inner in inner_blocks(statement):
                        yield from through(way, inner, label)
                case Return(outcome=outcome):
                    scope = flow.states[way.state].scope
                    if scope in runs and (scope, outcome) not in returned:
                        returned.add((scope, outcome))
                        name, run = runs[scope]
                        back = _Way(name, (*way.path, way.state))
                        for branch in run.branches:
                            if OnResult(outcome) in branch.triggers:
                                yield from through(back, branch.body, outcome)
                case Run(entry=entry):
                    go(way, "run", entry)
                case _ if isinstance(statement, Waiting):
                    if isinstance(statement, Do) and id(statement) not in reported:
                        reported.add(id(statement))
                        yield way, statement
                    for branch in statement.branches:
                        if _silently(branch, statement):
                            yield from through(way, branch.body, branch_label(branch))
                case _:
                    pass

    while ahead:
        way = ahead.popleft()
        yield from through(way, flow.states[way.state].body, "")
        if any(True for each in statements(flow.states[way.state].body) if isinstance(each, Waiting)):
            for handler in handlers(flow):
                if any(isinstance(trigger, OnSilence | OnMachine | OnAfter) for trigger in handler.triggers):
                    yield from through(way, handler.body, branch_label(handler))


def _silently(branch: Branch, statement: Waiting) -> bool:
    """Whether a branch can be taken though the caller does nothing."""
    return any(_happens_alone(trigger, statement) for trigger in branch.triggers)


def _happens_alone(trigger: Trigger, statement: Waiting) -> bool:
    match trigger:
        case OnSilence() | OnMachine():
            return True
        case OnResult(name=name):
            exits = [each.name for each in getattr(statement, "exits", ())]
            return name in _WITHOUT_WORDS or (name not in _BY_WORDS and name not in exits)
        case _:
            return False
