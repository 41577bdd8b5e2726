"""A variable or a slot is given values of unlike types.

What reads it cannot rely on either: a date slot that `set` makes a text is compared with no date, and spoken as it was
written. An empty text, which stands for "nothing yet", goes with everything; a text never goes with a date.

Bad:

    state first
      set reason = turns
      set reason = "price"
      note "The caller gave a reason: {{ reason }}"
      -> goodbye

Good:

    state first
      set said_after = turns
      set reason = "price"
      note "The caller gave a reason: {{ reason }} (after {{ said_after }} turns)"
      -> goodbye
"""

from __future__ import annotations

from collections.abc import Iterator

from flowengine.graph.checks.rule import Rule
from flowengine.graph.expression_types import declared_types, type_of_text, typed
from flowengine.graph.kinds import Type
from flowengine.graph.model import Set
from flowengine.graph.names import Draft
from flowengine.graph.walk import every_statement
from flowengine.language.diagnostics import Diagnostic, Related
from flowengine.language.source import Span

RULE = Rule("FL414", "unlike-values", "warning")

_NOTHING_YET = ("''", '""')


def check(draft: Draft) -> Iterator[Diagnostic]:
    if draft.library_alone or draft.lost_names:
        return
    types, flow = declared_types(draft), draft.flow
    first: dict[str, tuple[Type, Span]] = {name: (typed(each.type), each.span) for name, each in flow.slots.items()}
    told: set[Span] = set()
    for statement in every_statement(flow):
        if not isinstance(statement, Set) or statement.value.text.strip() in _NOTHING_YET:
            continue
        given = type_of_text(statement.value, types, frozenset())
        if given is None:
            continue
        before, where = first.setdefault(statement.name, (given, statement.span))
        # A subflow is copied for each `run`: the same place again is the same mistake.
        if before.kind != given.kind and statement.span not in told:
            told.add(statement.span)
            message = f"{statement.name!r} is {before.words} elsewhere, and {given.words} here"
            help_ = f"give it {before.words}, or take another name"
            yield RULE.at(statement.value.span, message, help_, Related(where, f"{before.words} there"))
