"""A subflow runs itself, perhaps through others.

Each `run` waits for its subflow to end. One that begins itself anew never does, and would have no end of states.

Bad:

    state first
      run ask_day
        day_agreed: end booked
        no_day -> goodbye

    # ask_day.flow
    flow ask_day "Agrees on a day" inbound

    contact
      name: text

    outcome day_agreed
    outcome no_day

    slot day: date
      ask "Which day would suit you, {{ contact.name }}?"

    state ask
      collect day
        done: end day_agreed
        failed -> once_more

    state once_more
      run ask_day
        day_agreed: end day_agreed
        no_day: end no_day

Good:

    state first
      run ask_day
        day_agreed: end booked
        no_day -> goodbye

    # ask_day.flow
    flow ask_day "Agrees on a day" inbound

    contact
      name: text

    outcome day_agreed
    outcome no_day

    slot day: date
      ask "Which day would suit you, {{ contact.name }}?"

    state ask
      collect day
        done: end day_agreed
        failed -> once_more

    state once_more
      say "Any day will do."
      collect day
        done: end day_agreed
        failed: end no_day
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from flowengine.graph.checks.rule import Rule
from flowengine.graph.names import Draft
from flowengine.language.diagnostics import Diagnostic
from flowengine.language.source import Span

RULE = Rule("FL318", "recursive-run", "error")


def check(draft: Draft) -> Iterator[Diagnostic]:
    own = draft.units[0]
    itself = Path(own.source.path).stem
    runs = [each for each in draft.names.referred("subflow") if each.name == itself and each.library is None]
    found: dict[Span, None] = dict.fromkeys((*draft.recursive_runs, *(run.span for run in runs)))
    for span in found:
        help_ = "move to its first state instead, or end with an outcome and let the caller run it again"
        yield RULE.at(span, "this runs a flow inside itself, without end", help_)
