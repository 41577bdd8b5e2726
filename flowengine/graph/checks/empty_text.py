"""A text is empty, or holds nothing but signs.

As a prompt it is silence, and the caller takes it for a fault. As a phrase it never matches; nor does an intent that
has neither phrases nor expressions.

Bad:

    state first
      say ""
      -> goodbye

Good:

    state first
      say "Good. Let's go on."
      -> goodbye
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from flowengine.graph.checks.rule import Rule
from flowengine.graph.heard import ways
from flowengine.graph.model import Keys, Template
from flowengine.graph.names import Draft
from flowengine.graph.walk import every_statement, written
from flowengine.language import ast
from flowengine.language.diagnostics import Diagnostic
from flowengine.words.normalise import normalise

RULE = Rule("FL519", "empty-text", "warning")

_SOMETHING = re.compile(r"[^\W_]|\ufffc")
_SEEN = re.compile(r"[^\w\s.,;:!?…'\"()\[\]“”«»‘’–—-]")
"""A sign that FL504 reports: an emoji alone is reported as what it is."""


def check(draft: Draft) -> Iterator[Diagnostic]:
    keys = {statement.text.span for statement in every_statement(draft.flow) if isinstance(statement, Keys)}
    for each in written(draft.flow):
        if not isinstance(each.text, Template) or each.text.span in keys:
            continue
        found = [way.text for way in ways(each.text)]
        if found and not any(_SOMETHING.search(text) or _SEEN.search(text) for text in found):
            message = "this text is empty: nothing would be " + ("spoken" if each.spoken else "noted")
            yield RULE.at(each.text.span, message, "write something, or take it out")
    for unit in draft.units:
        for item in unit.file.items:
            if isinstance(item, ast.Intent):
                yield from (_never_matches(phrase) for phrase in item.phrases if not normalise(phrase.value).words)
    yield from _empty_intents(draft)


def _empty_intents(draft: Draft) -> Iterator[Diagnostic]:
    """The intents that are waited for and hold nothing that a caller could say; a flow adds to those of its library."""
    if draft.library_alone or draft.lost_lines:
        return
    used = {reference.name for reference in draft.names.referred("intent")}
    for intent in draft.flow.intents.values():
        if intent.name in used and not (intent.phrases or intent.patterns):
            message = f"nothing is a phrase of {intent.name!r}, so it is never heard"
            yield RULE.at(intent.span, message, "write under it, in quotes, what a caller says to mean it")


def _never_matches(phrase: ast.Text) -> Diagnostic:
    return RULE.at(phrase.span, "this phrase holds no word, so it never matches", "write what a caller says")
