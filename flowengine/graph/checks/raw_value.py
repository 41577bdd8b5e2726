"""A value is spoken as a computer writes it: a date, a time, a boolean, an amount of money.

`{{ now }}` would be said as "2026-11-25 19:54:06+00:00", a boolean as "True", 14.5 pounds as "14.5". The filter
`spoken` says a value as people do, and `money` an amount in pounds and pence. Notes are not heard, and stay as they
are.

Bad:

    state first
      say "Today is {{ today }}."
      -> goodbye

Good:

    state first
      say "Today is {{ today | spoken }}."
      -> goodbye
"""

from __future__ import annotations

from collections.abc import Iterator

from jinja2 import nodes

from flowengine.graph.checks.rule import Rule
from flowengine.graph.expression_types import Types, Typing, asked_about, declared_types, end_of, start_of, without
from flowengine.graph.jinja import place, read
from flowengine.graph.kinds import TYPES, Type
from flowengine.graph.model import Template
from flowengine.graph.names import Draft
from flowengine.graph.walk import written
from flowengine.language.diagnostics import Diagnostic, Fix

RULE = Rule("FL522", "raw-value", "warning")

_READ_BADLY = frozenset({"date", "time", "datetime", "duration", "boolean", "list"})


def check(draft: Draft) -> Iterator[Diagnostic]:
    types, asked = declared_types(draft), asked_about(draft)
    for each in written(draft.flow):
        if not each.spoken or not isinstance(each.text, Template):
            continue
        reading = read(each.text)
        if reading.tree is not None:
            hidden = asked.get(id(each.text), frozenset()) | {(name,) for name in reading.local_names}
            yield from _in_text(draft, each.text, reading.tree, without(types, hidden))


def _in_text(draft: Draft, template: Template, tree: nodes.Node, types: Types) -> Iterator[Diagnostic]:
    text, source = template.text, draft.sources.get(template.span.path)
    for output in tree.find_all(nodes.Output):
        for value in output.nodes:
            if not isinstance(value, nodes.Name | nodes.Getattr):
                continue
            given = Typing(text).of(value, types)
            name = _filter(given) if given is not None else None
            if given is None or name is None:
                continue
            start, end = start_of(value), end_of(value, text)
            # FL515 tells of a sign of money before it, and of the filter.
            if text[:start].rstrip("{- ").endswith(("£", "$", "€")):
                continue
            span, shown = place(template, source, start, end - start), f"{text[start:end]} | {name}"
            help_ = f"write {{{{ {shown} }}}}"
            if name == "money":
                help_ += ", without a word such as 'pounds' after it"
            yield RULE.at(span, f"{given.words} is spoken here as a computer writes it", help_, fix=Fix(span, shown))


def _filter(given: Type) -> str | None:
    """The filter that says values of a type; None where they are well said without one."""
    if given.kind in _READ_BADLY:
        return "spoken"
    return "money" if given == TYPES["money"] else None
