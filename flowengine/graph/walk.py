"""Ways through a flow's parts that the checks share, and the evaluator with them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import assert_never

from flowengine.graph import model
from flowengine.graph.edges import statements
from flowengine.graph.names import Draft
from flowengine.graph.once import Once
from flowengine.language.source import Span

_AGENT = re.compile(r"\{\{\s*agent\.(name|company)\s*\}\}")


@dataclass(frozen=True, slots=True)
class Written:
    """A template or an expression; `spoken` when the caller hears it."""

    text: model.Template | model.Expression
    spoken: bool


def own(draft: Draft, span: Span) -> bool:
    """Whether a span stands in the flow's own file; what a library leaves unused is no mistake of the flow."""
    return span.path == draft.units[0].source.path


def blocks(flow: model.Flow) -> Iterator[model.Block]:
    """The body of every state and of every `anywhere` branch."""
    for state in flow.states.values():
        yield state.body
    for branch in handlers(flow):
        yield branch.body


def handlers(flow: model.Flow) -> Iterator[model.Branch]:
    """Every `anywhere` branch, the flow's own first."""
    for layer in flow.anywhere:
        yield from layer.branches


def every_statement(flow: model.Flow) -> tuple[model.Statement, ...]:
    """Every statement of a flow, those inside `if` and branches included."""
    return _every_statement.of(flow)


def _find_statements(flow: model.Flow) -> Iterator[model.Statement]:
    for block in blocks(flow):
        yield from statements(block)


def undamaged(draft: Draft) -> Iterator[model.Statement]:
    """Like `every_statement`, without states that lost a line: what looks missing there was perhaps written."""
    for state in draft.flow.states.values():
        if not damaged(draft, state):
            yield from statements(state.body)
    for branch in handlers(draft.flow):
        yield from statements(branch.body)


def whole_runs(draft: Draft) -> Iterator[model.Run]:
    """Every `run`, in undamaged states, of a subflow that is there and lost no line: what it lacks, it lacks."""
    states, lost = draft.flow.states, {path for path, _ in draft.lost_lines}
    for statement in undamaged(draft):
        if not isinstance(statement, model.Run) or statement.entry not in states:
            continue
        if states[statement.entry].span.path not in lost:
            yield statement


def waiting(block: model.Block) -> Iterator[model.Waiting]:
    """Every statement in a block that waits."""
    for statement in statements(block):
        if isinstance(statement, model.Waiting):
            yield statement


def written(flow: model.Flow) -> tuple[Written, ...]:
    """Every template and expression of a flow, each once."""
    return _written.of(flow)


def _find_written(flow: model.Flow) -> Iterator[Written]:
    for line in flow.lines.values():
        yield from (Written(sentence, True) for sentence in line.sentences)
    for slot in flow.slots.values():
        prompts = (slot.ask, slot.again, slot.confirm, slot.invalid)
        yield from (Written(prompt, True) for prompt in prompts if prompt is not None)
        if slot.valid is not None:
            yield Written(slot.valid, False)
    for action in flow.actions.values():
        if action.filler is not None:
            yield Written(action.filler, True)
    for field in flow.contact.values():
        if field.default is not None:
            yield Written(field.default, False)
    for kept in flow.summary.values():
        if kept.value is not None:
            yield Written(kept.value, False)
    for statement in every_statement(flow):
        yield from written_by(statement)


_every_statement = Once(_find_statements)
_written = Once(_find_written)


def written_by(statement: model.Statement) -> Iterator[Written]:
    """The templates and expressions of one statement, without those of statements inside it."""
    match statement:
        case model.Say(line=None, sentences=sentences):
            yield from (Written(sentence, True) for sentence in sentences)
        case model.Again(text=model.Template() as text):
            yield Written(text, True)
        case model.Note(text=text) | model.Keys(text=text):
            yield Written(text, False)
        case model.Set(value=value):
            yield Written(value, False)
        case model.Transfer(target=target, briefing=briefing, filler=filler):
            yield Written(target, False)
            yield from (Written(text, True) for text in (briefing, filler) if text is not None)
        case model.If(arms=arms):
            yield from (Written(arm.condition, False) for arm in arms if arm.condition is not None)
        case model.Do(arguments=arguments):
            yield from (Written(argument.value, False) for argument in arguments)
        case model.Llm(task=task, facts=facts, filler=filler, fallback=fallback):
            yield from (Written(text, False) for text in (task, *facts))
            yield from (Written(text, True) for text in (filler, fallback) if text is not None)
        case model.Say() | model.Again() | model.Wait() | model.Goto() | model.Resume() | model.End() | model.Return():
            pass
        case model.Listen() | model.Collect() | model.Guard() | model.Run() | model.Split() | model.Record():
            pass
        case _:
            assert_never(statement)


def word_of(statement: model.Waiting) -> str:
    """How an author writes what waits: `listen`, `collect`, …"""
    return type(statement).__name__.lower()


def closes(statement: model.Statement) -> bool:
    """Whether nothing after this statement is reached: it waits, moves on or ends, on every path."""
    match statement:
        case model.If(arms=arms):
            complete = any(arm.condition is None for arm in arms)
            return complete and all(block_closes(arm.body) for arm in arms)
        case model.Split(variants=variants):
            return bool(variants) and all(block_closes(variant.body) for variant in variants)
        case model.Say() | model.Set() | model.Note() | model.Wait() | model.Keys() | model.Record():
            return False
        case model.Again() | model.Goto() | model.Resume() | model.End() | model.Return():
            return True
        case model.Listen() | model.Collect() | model.Guard():
            return True
        case model.Do() | model.Llm() | model.Transfer() | model.Run():
            return True
        case _:
            assert_never(statement)


def block_closes(block: model.Block) -> bool:
    """Whether every path through a block is closed."""
    return any(closes(statement) for statement in block)


def damaged(draft: Draft, state: model.State) -> bool:
    """Whether a line of this state was lost, or left out since it cannot be executed yet."""
    return (state.span.path, state.span.line) in draft.damaged_states


def fixed_lines(flow: model.Flow) -> frozenset[str]:
    """The sentences of a flow that are always the same: nothing is filled in but who speaks, and for whom."""
    names = {"name": flow.agent.name, "company": flow.agent.company}
    spoken = (_AGENT.sub(lambda at: names[at[1]], one.text.text).strip() for one in written(flow) if one.spoken)
    return frozenset(text for text in spoken if "{{" not in text and "{%" not in text)
