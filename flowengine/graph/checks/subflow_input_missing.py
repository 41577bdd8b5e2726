"""A subflow needs a contact field that the flow which runs it does not have.

A subflow speaks with the same contact as its caller. What it needs, without a default, the caller's `contact` must
declare: so that it is asked of whoever requests the call, before the call.

Bad:

    state first
      run ask_day
        day_agreed: end booked
        no_day -> goodbye

    # ask_day.flow
    flow ask_day "Agrees on a day" inbound

    contact
      name: text
      postcode: uk_postcode

    outcome day_agreed
    outcome no_day

    slot day: date
      ask "Which day would suit you, {{ contact.name }} in {{ contact.postcode }}?"

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

from flowengine.graph.checks.rule import Rule
from flowengine.graph.libraries import Unit
from flowengine.graph.names import Draft
from flowengine.language import ast
from flowengine.language.diagnostics import Diagnostic, Related

RULE = Rule("FL217", "subflow-input-missing", "error")


def check(draft: Draft) -> Iterator[Diagnostic]:
    runs = draft.names.referred("subflow")
    for unit in draft.units:
        for field in _needed(unit) if unit.is_subflow else ():
            name = field.name.text
            if not name or name in draft.flow.contact or name in draft.lost_names:
                continue
            written = f"{name}: {field.type.name or 'text'}"
            related = Related(field.name.span, "needed here")
            for run in runs:
                if run.name == unit.library:
                    message = f"{run.name!r} needs {name!r} of the contact, which this flow does not have"
                    yield RULE.at(run.span, message, f"add under 'contact': {written}", related)


def _needed(unit: Unit) -> Iterator[ast.Field]:
    for item in unit.file.items:
        if isinstance(item, ast.Contact):
            yield from (field for field in item.fields if field.default is None)
