"""A time is too short, or too long, for a telephone call.

Callers need about a second to begin an answer; after half a minute of silence they believe the line is dead, and after
ten seconds of a pause too. An action that may take longer than 20 s outlasts their patience, whatever they are told
meanwhile. A call that ends itself (`after`) within 10 s was never one.

Bad:

    state first
      say "Shall I book it?"
      listen 300ms
        agree: end booked
        silence or otherwise -> goodbye

Good:

    state first
      say "Shall I book it?"
      listen 5s
        agree: end booked
        silence or otherwise -> goodbye
"""

from __future__ import annotations

from collections.abc import Iterator

from flowengine.graph.checks.rule import Rule
from flowengine.graph.model import Action, Listen, Llm, OnAfter, Statement, Wait
from flowengine.graph.names import Draft
from flowengine.graph.walk import every_statement, handlers
from flowengine.language.diagnostics import Diagnostic

RULE = Rule("FL606", "time-out-of-range", "warning")

LISTEN_S = (1.0, 30.0)
WAIT_S = (0.1, 10.0)
ACTION_S = (0.5, 20.0)
LLM_S = (10.0, 600.0)
AFTER_S = (10.0, 7200.0)
"""Shortest and longest, in seconds."""


def check(draft: Draft) -> Iterator[Diagnostic]:
    for statement in every_statement(draft.flow):
        yield from _statement(statement)
    for branch in handlers(draft.flow):
        for trigger in branch.triggers:
            if isinstance(trigger, OnAfter) and (length := _misfit(trigger.seconds, AFTER_S)):
                message = f"{trigger.seconds:g} s is too {length} for a call"
                yield RULE.at(branch.span, message, "5m to 15m suit most calls")
                break
    for action in draft.flow.actions.values():
        yield from _action(action)


def _statement(statement: Statement) -> Iterator[Diagnostic]:
    match statement:
        case Listen(seconds=seconds, span=span) if length := _misfit(seconds, LISTEN_S):
            yield RULE.at(span, f"{seconds:g} s is too {length} to wait for an answer", "4s to 8s suit most questions")
        case Wait(seconds=seconds, span=span) if length := _misfit(seconds, WAIT_S):
            message = f"{seconds:g} s is too {length} for a pause"
            yield RULE.at(span, message, "500ms to 2s suit most pauses")
        case Llm(seconds=float() as seconds, span=span) if length := _misfit(seconds, LLM_S):
            message = f"{seconds:g} s is too {length} for a talk with the model"
            yield RULE.at(span, message, "30s to 2m suit most of its talks")
        case _:
            pass


def _action(action: Action) -> Iterator[Diagnostic]:
    length = _misfit(action.timeout, ACTION_S)
    if length:
        message = f"{action.timeout:g} s is too {length} a time-out"
        yield RULE.at(action.span, message, "2s to 8s suit most actions")


def _misfit(seconds: float, fit: tuple[float, float]) -> str:
    shortest, longest = fit
    return "short" if seconds < shortest else "long" if seconds > longest else ""
