"""A slot that is collected has no question.

`collect` asks with the slot's `ask`; without one the caller hears nothing and does not know what is wanted.

Bad:

    slot day: date
      tries 2

    state first
      collect day
        done -> goodbye
        failed -> goodbye

Good:

    slot day: date
      ask "Which day?"

    state first
      collect day
        done -> goodbye
        failed -> goodbye
"""

from __future__ import annotations

from collections.abc import Iterator

from flowengine.graph.checks.rule import Rule
from flowengine.graph.names import Draft
from flowengine.language.diagnostics import Diagnostic

RULE = Rule("FL506", "slot-without-question", "error")


def check(draft: Draft) -> Iterator[Diagnostic]:
    asked = {reference.name for reference in draft.names.referred("slot")}
    lost = draft.lost_lines
    for slot in draft.flow.slots.values():
        hurt = any((slot.span.path, line) in lost for line in range(slot.span.line, slot.span.line + 8))
        if slot.name in asked and slot.ask is None and not hurt:
            yield RULE.at(slot.span, f"slot {slot.name!r} has no question", 'add, under it: ask "…"')
