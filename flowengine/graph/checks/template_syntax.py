"""A text or an expression that cannot be read.

Texts are Jinja templates, conditions and values are Jinja expressions. In a text only `{{ … }}` and the blocks `if`,
`for` and `set` may stand.

Bad:

    state first
      say "Hello {{ contact.name."
      -> goodbye

Good:

    state first
      say "Hello {{ contact.name }}."
      -> goodbye
"""

from __future__ import annotations

from collections.abc import Iterator

from flowengine.graph.checks.rule import Rule
from flowengine.graph.jinja import TOO_DEEP, TOO_LONG, place, read
from flowengine.graph.model import Template
from flowengine.graph.names import Draft
from flowengine.graph.walk import written
from flowengine.language.diagnostics import Diagnostic

RULE = Rule("FL501", "template-syntax", "error")


def check(draft: Draft) -> Iterator[Diagnostic]:
    for each in written(draft.flow):
        fault = read(each.text).fault
        if fault is None:
            continue
        span = place(each.text, draft.sources.get(each.text.span.path), fault.offset)
        what = "text" if isinstance(each.text, Template) else "expression"
        yield RULE.at(span, f"this {what} cannot be read: {fault.message}", _help(each.text.text, fault.message))


def _help(text: str, message: str) -> str:
    if message in (TOO_DEEP, TOO_LONG):
        return "make it in several steps, with 'set'"
    if text.count("{{") > text.count("}}"):
        return "close it with '}}'"
    if "'='" in message:
        return "to compare, write '=='"
    if "{{" in text:
        return "between '{{' and '}}' stands a value, such as {{ contact.name }}"
    return 'write an expression, such as contact.plan == "basic"'
