"""Something is done with a value that values of its type cannot bear.

On a call this ends in an apology and the outcome `failed`: a date has no form as money, and is neither more nor less
than a number. Types are known of contact fields, slots, built-in names, and variables whose every `set` gives them the
same; what is not known, or is asked for with `is`, is not reported.

Bad:

    slot day: date
      ask "Which day?"
      valid day > 3 else "That is too soon."

    state first
      collect day
        done or failed -> goodbye

Good:

    slot day: date
      ask "Which day?"
      valid day > today else "That is too soon."

    state first
      collect day
        done or failed -> goodbye
"""

from __future__ import annotations

from collections.abc import Iterator

from flowengine.graph.checks.rule import Rule
from flowengine.graph.expression_types import Typing, asked_about, declared_types, without
from flowengine.graph.jinja import place, read
from flowengine.graph.names import Draft
from flowengine.graph.walk import written
from flowengine.language.diagnostics import Diagnostic

RULE = Rule("FL405", "type-mismatch", "error")


def check(draft: Draft) -> Iterator[Diagnostic]:
    types = declared_types(draft)
    asked = asked_about(draft)
    for each in written(draft.flow):
        reading = read(each.text)
        if reading.tree is None:
            continue
        hidden = asked.get(id(each.text), frozenset()) | {(name,) for name in reading.local_names}
        found = Typing(each.text.text)
        found.of(reading.tree, without(types, hidden))
        source = draft.sources.get(each.text.span.path)
        for start, end, message, help_ in found.problems:
            yield RULE.at(place(each.text, source, start, end - start), message, help_)
