"""Recording is stopped, and nothing ever starts it.

The call is not recorded at all. Either the start was forgotten, or the stop remains of a change.

Bad:

    state first
      say "This call is recorded."
      record stop
      -> goodbye

Good:

    state first
      say "This call is recorded."
      record start
      say "Thank you."
      record stop
      -> goodbye
"""

from __future__ import annotations

from collections.abc import Iterator

from flowengine.graph.checks.rule import Rule
from flowengine.graph.model import Record
from flowengine.graph.names import Draft
from flowengine.graph.walk import every_statement, own
from flowengine.language.diagnostics import Diagnostic

RULE = Rule("FL614", "stop-without-start", "warning")


def check(draft: Draft) -> Iterator[Diagnostic]:
    if draft.library_alone or draft.lost_lines:
        return
    records = [each for each in every_statement(draft.flow) if isinstance(each, Record)]
    if any(each.start for each in records):
        return
    # A subflow or a library may serve flows that do record.
    stops = (each for each in records if own(draft, each.span))
    for stop in stops:
        yield RULE.at(stop.span, "nothing starts a recording that this could stop", "take it out, or add: record start")
