"""A name that the language keeps for itself.

`{{ now }}` would be ambiguous if a slot were called `now`, and an intent called `done` could not be told from the
result of a `collect`.

Bad:

    slot now: time
      ask "What time is it?"

    state first
      collect now
        done -> goodbye
        failed -> goodbye

Good:

    slot local_time: time
      ask "What time is it?"

    state first
      collect local_time
        done -> goodbye
        failed -> goodbye
"""

from __future__ import annotations

from collections.abc import Iterator

from flowengine.graph.checks.rule import Rule
from flowengine.graph.model import Set
from flowengine.graph.names import BUILT_IN_VARIABLES, RESULTS, Draft
from flowengine.graph.walk import every_statement
from flowengine.language.diagnostics import Diagnostic

RULE = Rule("FL210", "reserved-name", "error")

_JINJA = frozenset(
    {"true", "false", "none", "True", "False", "None", "and", "or", "not", "in", "is", "if", "else", "loop", "self"}
)
_EVENTS = frozenset(
    {"silence", "otherwise", "hangup", "machine", "press", "heard", "after", *RESULTS["collect"], *RESULTS["guard"]}
)


def check(draft: Draft) -> Iterator[Diagnostic]:
    for definition in draft.names.definitions:
        name = definition.name
        if definition.kind == "slot" and (name in BUILT_IN_VARIABLES or name in _JINJA):
            yield RULE.at(
                definition.span, f"{name!r} is built in, so a slot cannot have this name", "choose another name"
            )
        elif definition.kind == "intent" and name in _EVENTS:
            message = f"{name!r} is an event of its own, so an intent cannot have this name"
            yield RULE.at(definition.span, message, "choose another name")
    for statement in every_statement(draft.flow):
        if isinstance(statement, Set) and (statement.name in BUILT_IN_VARIABLES or statement.name in _JINJA):
            message = f"{statement.name!r} is built in, and cannot be set"
            yield RULE.at(statement.span, message, "choose another name")
