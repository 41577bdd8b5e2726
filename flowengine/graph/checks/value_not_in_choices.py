"""A value is compared with something it can never be.

A field, slot or result of type `one of (…)` holds one of its choices, and a variable that is only ever set to constant
texts holds one of those; compared with anything else, the condition never holds.

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
from flowengine.graph.choices import known_choices
from flowengine.graph.jinja import place, read
from flowengine.graph.names import Draft
from flowengine.graph.walk import written
from flowengine.language.diagnostics import Diagnostic, Fix

RULE = Rule("FL402", "value-not-in-choices", "error")


def check(draft: Draft) -> Iterator[Diagnostic]:
    choices = known_choices(draft)
    for each in written(draft.flow):
        for comparison in read(each.text).comparisons:
            path = (comparison.name, comparison.attribute) if comparison.attribute else (comparison.name,)
            values = choices.get(path, ())
            if not values or comparison.value in values or comparison.name in read(each.text).local_names:
                continue
            span = place(
                each.text, draft.sources.get(each.text.span.path), comparison.offset, len(comparison.value) + 2
            )
            subject = comparison.attribute or comparison.name
            message = f"{subject!r} is never {comparison.value!r}"
            help_ = did_you_mean(comparison.value, values, {}, span) or f"it is one of {', '.join(values)}"
            meant = nearest(comparison.value, values)
            quote = each.text.text[comparison.offset : comparison.offset + 1]
            fix = Fix(span, f"{quote}{meant}{quote}") if meant is not None and quote in "\"'" else None
            yield RULE.at(span, message, help_, fix=fix)
