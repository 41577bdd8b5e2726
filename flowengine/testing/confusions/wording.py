"""Recorded words as they may be shown: without what could name a person, a place or a number.

Only words are left that the flow expects: those of its own phrases and descriptions, of the sentences for what is
always honoured, and small ones. Names, addresses, numbers and codes are none of them; `•••` stands for each run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from flowengine.compliance.protective_examples import EXAMPLES
from flowengine.conversation.hiding import HIDDEN
from flowengine.conversation.masking import masked
from flowengine.graph.model import Flow
from flowengine.words.normalise import FILLERS, LEAD_INS, words
from flowengine.words.small import SMALL

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*", re.UNICODE)
_RUN = re.compile(rf"{HIDDEN}(?:[\s,.-]+{HIDDEN})+")


class Wording:
    """Shows what callers of one flow said. `whole`: as it is recorded, less long numbers."""

    def __init__(self, flow: Flow, *, whole: bool) -> None:
        self._whole = whole
        self._known = frozenset(_vocabulary(flow))

    def shown(self, text: str) -> str:
        """The text, as it may be shown."""
        if self._whole:
            return masked(text)
        plain = _WORD.sub(lambda found: found[0] if self._is_known(found[0]) else HIDDEN, text)
        return _RUN.sub(HIDDEN, plain)

    def is_open(self, text: str) -> bool:
        """Whether nothing of it need be hidden: it may stand in a flow."""
        return self.shown(text) == text

    def _is_known(self, word: str) -> bool:
        known = word.lower().replace("’", "'")
        return not any(each.isdigit() for each in word) and known in self._known


def _vocabulary(flow: Flow) -> Iterator[str]:
    yield from SMALL
    yield from FILLERS
    yield from LEAD_INS
    for intent in flow.intents.values():
        for said in (*intent.phrases, intent.description or ""):
            yield from words(said)
    for sentences in EXAMPLES.values():
        for sentence in sentences:
            yield from words(sentence)
