"""A bracket or a quotation mark in a spoken text has no partner.

Voices pause at brackets and quotes; half a pair is mostly what a change left behind.

Bad:

    state first
      say "We cover the boiler (and the radiators."
      -> goodbye

Good:

    state first
      say "We cover the boiler (and the radiators)."
      -> goodbye
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from flowengine.graph.checks.rule import Rule
from flowengine.graph.heard import ways
from flowengine.graph.model import Template
from flowengine.graph.names import Draft
from flowengine.graph.walk import written
from flowengine.language.diagnostics import Diagnostic

RULE = Rule("FL516", "unbalanced-text", "warning")

_CLOSED_BY = {"(": ")", "[": "]", "“": "”", "«": "»", '"': '"'}
"""Single quotes are left out: they are apostrophes too."""
_OPENED_BY = {closing: opening for opening, closing in _CLOSED_BY.items()}
_SMILEY = re.compile(r"(?<!\w)[:;]-?[)(]")


def check(draft: Draft) -> Iterator[Diagnostic]:
    for each in written(draft.flow):
        if each.spoken and isinstance(each.text, Template):
            yield from dict.fromkeys(_in_text(draft, each.text))


def _in_text(draft: Draft, text: Template) -> Iterator[Diagnostic]:
    source = draft.sources.get(text.span.path)
    for way in ways(text):
        for index in _alone(_SMILEY.sub(lambda found: " " * len(found[0]), way.text)):
            sign = way.text[index]
            partner = _CLOSED_BY.get(sign) or _OPENED_BY[sign]
            message = f"{sign} has no partner {partner} in this text"
            yield RULE.at(way.span(text, source, index, index + 1), message, f"add {partner}, or take {sign} out")


def _alone(text: str) -> Iterator[int]:
    """Where the signs without a partner stand."""
    opened: list[tuple[str, int]] = []
    for index, sign in enumerate(text):
        if opened and sign == _CLOSED_BY[opened[-1][0]]:
            opened.pop()
        elif sign in _CLOSED_BY:
            opened.append((sign, index))
        elif sign in _OPENED_BY:
            yield index
    yield from (index for _, index in opened)
