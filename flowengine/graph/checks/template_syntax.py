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

import re
from collections.abc import Iterator

from flowengine.graph.checks.rule import Rule
from flowengine.graph.checks.transfer_target import is_bare_number
from flowengine.graph.jinja import TOO_DEEP, TOO_LONG, Fault, place, read
from flowengine.graph.model import Expression, Template, Transfer
from flowengine.graph.names import Draft
from flowengine.graph.walk import every_statement, written
from flowengine.language.diagnostics import Diagnostic
from flowengine.language.words import TRANSFER_PARTS

RULE = Rule("FL501", "template-syntax", "error")

_PART = re.compile(rf'({"|".join(TRANSFER_PARTS)})\s+("(?:[^"\\]|\\.)*")', re.IGNORECASE)


def check(draft: Draft) -> Iterator[Diagnostic]:
    for each in written(draft.flow):
        fault = read(each.text).fault
        if fault is None:
            continue
        target = each.text if isinstance(each.text, Expression) and _is_target(draft, each.text) else None
        if target is not None and is_bare_number(target):
            continue  # FL413 tells of it
        span = place(each.text, draft.sources.get(each.text.span.path), fault.offset)
        what = "text" if isinstance(each.text, Template) else "expression"
        help_ = _below(target, fault) if target is not None else None
        help_ = help_ or _help(each.text.text, fault.message)
        yield RULE.at(span, f"this {what} cannot be read: {fault.message}", help_)


def _is_target(draft: Draft, text: Expression) -> bool:
    return any(isinstance(each, Transfer) and each.target is text for each in every_statement(draft.flow))


def _below(target: Expression, fault: Fault) -> str | None:
    """`transfer "+442079460000" briefing "…"`: a part of the block, written behind the number."""
    part = _PART.match(target.text, fault.offset)
    if part is None:
        return None
    return f"put it on the line below, indented: {TRANSFER_PARTS[part[1].lower()]} {part[2]}"


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
