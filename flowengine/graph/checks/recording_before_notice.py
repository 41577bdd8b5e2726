"""The call can be recorded before the caller was told.

People are told that they are recorded before it begins (UK GDPR, Articles 5 and 13). A sentence that speaks of
recording counts as the notice, unless it denies it. While a call runs, recording begins once the notice was heard.

Bad:

    state first
      record start
      say "This call is recorded."
      -> goodbye

Good:

    state first
      say "This call is recorded."
      record start
      -> goodbye
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from flowengine.graph.checks.rule import Rule
from flowengine.graph.edges import statements
from flowengine.graph.effects import Effect, Recorded, Spoke
from flowengine.graph.model import Record
from flowengine.graph.names import Draft
from flowengine.graph.proof.builtin import first_breaches, may_prove
from flowengine.graph.proof.query import Query
from flowengine.language.diagnostics import Diagnostic

RULE = Rule("FL707", "recording-before-notice", "error")

_NOTICE = re.compile(r"\brecord(?:ed|ing|s)?\b", re.IGNORECASE)
_DENIED = re.compile(
    r"(?:\bnot\b|n't\b|\bnever\b|\bwithout\b)\W+(?:\w+\W+){0,2}record"
    r"|\bno(?: \w+)? record(?:ing|s)?\b|\brecord(?:s|ed|ing)? (?:nothing|none)\b"
    r"|\b(?:nothing|nobody|none|neither|no one)\b(?:\W+\w+){0,5}?\W+record",
    re.IGNORECASE,
)


def check(draft: Draft) -> Iterator[Diagnostic]:
    flow = draft.flow
    starts = (each for state in flow.states.values() for each in statements(state.body))
    if not may_prove(draft) or not any(isinstance(each, Record) and each.start for each in starts):
        return
    query = Query(_notices, bad=False, at_effect=lambda effect: isinstance(effect, Recorded) and effect.start)
    for breach in first_breaches(flow, query):
        message = "recording can begin here before the caller was told of it"
        help_ = f'say before it, for example: "This call is recorded." (shortest path: {breach.shown})'
        yield RULE.at(breach.span, message, help_)


def _notices(effect: Effect) -> bool:
    if not isinstance(effect, Spoke) or not effect.surely:
        return False
    return any(_NOTICE.search(sentence.text) and not _DENIED.search(sentence.text) for sentence in effect.sentences)
