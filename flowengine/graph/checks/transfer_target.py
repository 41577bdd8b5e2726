"""`transfer` names something that is no telephone number, or one that must not be dialled.

A number is written in full and in quotes: `+`, country and number, or one of the UK as it is dialled there; without
quotes it would be reckoned with, and lose its `+` and its first noughts. A premium-rate number
would charge the call to us; an emergency number must be dialled by the caller, whose place the emergency service then
knows.

Bad:

    state first
      say "I'll put you through."
      transfer "7946 0000"
        answered: end booked
        busy or no_answer or failed -> goodbye

Good:

    state first
      say "I'll put you through."
      transfer "+442079460000"
        answered: end booked
        busy or no_answer or failed -> goodbye
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from jinja2 import nodes

from flowengine.graph.checks.rule import Rule
from flowengine.graph.expression_types import declared_types, type_of_text
from flowengine.graph.jinja import read
from flowengine.graph.model import Expression, Transfer
from flowengine.graph.names import Draft
from flowengine.graph.walk import every_statement
from flowengine.language.diagnostics import Diagnostic, Fix

RULE = Rule("FL413", "transfer-target", "error")

NATIONAL = re.compile(r"0[1-9]\d{8,9}")
"""One of the UK, as it is dialled there."""
E164 = re.compile(r"\+[1-9]\d{6,14}")
EMERGENCY = frozenset({"999", "112", "911", "+44999", "+44112", "+1911"})
COSTLY = re.compile(r"\+44(?:9\d{9}|87[0-3]\d{7}|84\d{8}|118\d{3}|70\d{8})|\+1900\d{7}")
"""UK premium rate (09), service numbers with a charge of their own (084, 087), directory enquiries (118) and personal
numbers (070), by Ofcom's National Telephone Numbering Plan; North American 1-900."""

_BARE = re.compile(r"[-+(]*\d[\d\s().-]*")


def check(draft: Draft) -> Iterator[Diagnostic]:
    types = declared_types(draft)
    for statement in every_statement(draft.flow):
        if not isinstance(statement, Transfer):
            continue
        target, tree = statement.target, read(statement.target).tree
        if is_bare_number(target):
            yield _bare(target)
            continue
        given = type_of_text(target, types, frozenset())
        if isinstance(tree, nodes.Const) and isinstance(tree.value, str):
            found = _fault(tree.value)
            if found is not None:
                yield RULE.at(target.span, *found)
        elif given is not None and given.kind not in ("text", "number"):
            help_ = 'write it as a text: "+442079460000"'
            yield RULE.at(target.span, f"'{target.text}' is {given.words}, not a telephone number", help_)


def is_bare_number(target: Expression) -> bool:
    """Whether a telephone number stands here without quotes, as a number to reckon with, or as none that can be."""
    return _BARE.fullmatch(target.text) is not None


def _bare(target: Expression) -> Diagnostic:
    found = _fault(target.text)
    if found is not None and target.text in EMERGENCY:
        return RULE.at(target.span, *found)
    message, quoted = "a telephone number stands in double quotes", f'"{target.text}"'
    if found is not None:
        return RULE.at(target.span, message, found[1])
    return RULE.at(target.span, message, f"write: transfer {quoted}", fix=Fix(target.span, quoted))


def _fault(written: str) -> tuple[str, str] | None:
    number = re.sub(r"[\s().-]", "", written)
    number = f"+44{number[1:]}" if NATIONAL.fullmatch(number) else re.sub(r"^00(?=[1-9])", "+", number)
    if number in EMERGENCY:
        help_ = "say that the caller should hang up and dial it, and end the call"
        return f"{number} is an emergency number, which no call can be put through to", help_
    if not E164.fullmatch(number):
        return f"{written!r} is no telephone number", 'for example: transfer "+442079460000"'
    if COSTLY.fullmatch(number):
        return f"{number} is charged at a rate of its own, to us", "put callers through to a geographic number"
    return None
