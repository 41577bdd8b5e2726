"""`keys` holds something that is no telephone key.

There are twelve: the digits, `*` and `#`; `w` stands for half a second of nothing, while the far end answers. What a
value comes to is known in the call alone: if that is no row of keys, none is sent, and a note says so. At most 64 are
sent at a time.

Bad:

    state first
      keys "extension 42"
      -> goodbye

Good:

    state first
      keys "1ww42#"
      -> goodbye
"""

from __future__ import annotations

from collections.abc import Iterator

from flowengine.graph.checks.rule import Rule
from flowengine.graph.heard import FILLED, Heard, ways
from flowengine.graph.model import Keys
from flowengine.graph.names import Draft
from flowengine.graph.walk import every_statement
from flowengine.language.diagnostics import Diagnostic
from flowengine.words.keys import KEYS, MOST_KEYS, PAUSE

RULE = Rule("FL524", "unsendable-keys", "error")

HELP = "write digits, * and #, and w for half a second of nothing"


def check(draft: Draft) -> Iterator[Diagnostic]:
    for statement in every_statement(draft.flow):
        if isinstance(statement, Keys):
            found = (_of(draft, statement, way) for way in ways(statement.text))
            # Ways that come out alike in their beginning are one mistake.
            yield from [each for each in found if each is not None][:1]


def _of(draft: Draft, keys: Keys, way: Heard) -> Diagnostic | None:
    if not way.text:
        return RULE.at(keys.span, "no keys are sent here", HELP)
    if len(way.text) > MOST_KEYS:
        return RULE.at(keys.text.span, f"these are more than {MOST_KEYS} keys", "send them in parts")
    for number, character in enumerate(way.text):
        if character not in KEYS and character not in (PAUSE, FILLED):
            span = way.span(keys.text, draft.sources.get(keys.text.span.path), number, number + 1)
            return RULE.at(span, f"{character!r} is no telephone key", HELP)
    return None
