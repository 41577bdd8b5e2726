"""A value is compared with something it can never be.

A field or slot of type `one of (…)` holds one of its choices; compared with anything else, the condition never holds.

Bad:

    state first
      if contact.plan == "premium"
        say "Hello."
      -> goodbye

Good:

    state first
      if contact.plan == "full"
        say "Hello."
      -> goodbye
"""

from __future__ import annotations

from collections.abc import Iterator

from flowengine.graph.checks.rule import Rule, did_you_mean, nearest
from flowengine.graph.jinja import Comparison, place, read
from flowengine.graph.names import Draft
from flowengine.graph.walk import written
from flowengine.language.diagnostics import Diagnostic, Fix

RULE = Rule("FL402", "value-not-in-choices", "error")


def check(draft: Draft) -> Iterator[Diagnostic]:
    for each in written(draft.flow):
        for comparison in read(each.text).comparisons:
            choices = _choices(draft, comparison)
            if not choices or comparison.value in choices:
                continue
            span = place(
                each.text, draft.sources.get(each.text.span.path), comparison.offset, len(comparison.value) + 2
            )
            subject = comparison.attribute or comparison.name
            message = f"{subject!r} is never {comparison.value!r}"
            help_ = did_you_mean(comparison.value, choices, {}, span) or f"it is one of {', '.join(choices)}"
            meant = nearest(comparison.value, choices)
            quote = each.text.text[comparison.offset : comparison.offset + 1]
            fix = Fix(span, f"{quote}{meant}{quote}") if meant is not None and quote in "\"'" else None
            yield RULE.at(span, message, help_, fix=fix)


def _choices(draft: Draft, comparison: Comparison) -> tuple[str, ...]:
    if comparison.name == "contact" and comparison.attribute is not None:
        field = draft.flow.contact.get(comparison.attribute)
        return field.type.choices if field is not None else ()
    if comparison.attribute is None and comparison.name in draft.flow.slots:
        return draft.flow.slots[comparison.name].type.choices
    return ()
