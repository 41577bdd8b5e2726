"""A variable is set, and nothing ever reads it.

Often the name is misspelled at one of its ends. What is meant for the record alone belongs in a `note`, where a person
will read it. (Slots and the results of actions may stay unread: that they are known is their use.)

Bad:

    state first
      set reason = "price"
      -> goodbye

Good:

    state first
      set reason = "price"
      note "The caller gave a reason: {{ reason }}"
      -> goodbye
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from flowengine.graph.checks.rule import Rule
from flowengine.graph.jinja import read
from flowengine.graph.model import Set
from flowengine.graph.names import BUILT_IN_VARIABLES, Draft
from flowengine.graph.walk import every_statement, own, written
from flowengine.language.diagnostics import Diagnostic

RULE = Rule("FL408", "set-never-read", "warning")


def check(draft: Draft) -> Iterator[Diagnostic]:
    if draft.library_alone or draft.lost_lines or draft.lost_names:
        return
    settings = [statement for statement in every_statement(draft.flow) if isinstance(statement, Set)]
    own_value = {id(statement.value): statement.name for statement in settings}
    readings = [(own_value.get(id(each.text)), read(each.text)) for each in written(draft.flow)]
    # `set n = n + 1` reads `n` for nobody but itself.
    used = {word.name for name, reading in readings for word in reading.words if word.name != name}
    unknown = used - draft.flow.variables - draft.flow.slots.keys()
    if any(reading.fault is not None for _, reading in readings):
        return
    results = {result.name for action in draft.flow.actions.values() for result in action.results}
    known = {*draft.flow.slots, *results, *BUILT_IN_VARIABLES}
    reported: set[str] = set()
    for statement in settings:
        name = statement.name
        if name in used or name in known or name in reported:
            continue
        if get_close_matches(name, sorted(unknown), n=1):  # read by a misspelled name: told of as an unknown variable
            continue
        reported.add(name)
        if own(draft, statement.span):
            help_ = "use it, take it out, or write what the record should hold as a note"
            yield RULE.at(statement.span, f"{name!r} is set, and nothing reads it", help_)
