"""A branch under `run` names an outcome that the subflow never ends with.

It would never be taken: the name is misspelled, or the subflow has changed.

Bad:

    state first
      run ask_day
        day_agreed: end booked
        no_day or no_date -> goodbye

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
        failed: end no_day

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
        failed: end no_day
"""

from __future__ import annotations

from collections.abc import Iterator

from flowengine.graph.checks.missing_result import outcomes
from flowengine.graph.checks.rule import Rule, did_you_mean
from flowengine.graph.model import OnResult
from flowengine.graph.names import Draft
from flowengine.graph.walk import whole_runs
from flowengine.language.diagnostics import Diagnostic

RULE = Rule("FL218", "unknown-subflow-outcome", "error")


def check(draft: Draft) -> Iterator[Diagnostic]:
    flow = draft.flow
    for run in whole_runs(draft):
        known = outcomes(flow, run)
        if not known:
            continue
        for branch in run.branches:
            for trigger in branch.triggers:
                if isinstance(trigger, OnResult) and trigger.name and trigger.name not in known:
                    help_ = did_you_mean(trigger.name, known, {}, branch.span) or f"it ends with {', '.join(known)}"
                    yield RULE.at(branch.span, f"{run.flow!r} never ends with {trigger.name!r}", help_)
