"""`listen` waits too short or too long.

Callers need about a second to begin an answer; after half a minute of silence they believe the line is dead.

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
from flowengine.graph.model import Listen
from flowengine.graph.names import Draft
from flowengine.graph.walk import every_statement
from flowengine.language.diagnostics import Diagnostic

RULE = Rule("FL606", "listen-time", "warning")

SHORTEST, LONGEST = 1.0, 30.0
"""Seconds of silence."""


def check(draft: Draft) -> Iterator[Diagnostic]:
    for statement in every_statement(draft.flow):
        if isinstance(statement, Listen) and not SHORTEST <= statement.seconds <= LONGEST:
            length = "short" if statement.seconds < SHORTEST else "long"
            message = f"{statement.seconds:g} s is too {length} to wait for an answer"
            yield RULE.at(statement.span, message, "4s to 8s suit most questions")
