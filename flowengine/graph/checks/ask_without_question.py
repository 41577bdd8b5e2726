"""The `ask` of a slot asks nothing.

The caller does not know that it is their turn, nor what is wanted, and says nothing.

Bad:

    slot day: date
      ask "We will come and look at your boiler."

    state first
      collect day
        done or failed -> goodbye

Good:

    slot day: date
      ask "Which day would suit you?"
      again "Sorry, please tell me a day."

    state first
      collect day
        done or failed -> goodbye
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from flowengine.graph.checks.rule import Rule
from flowengine.graph.heard import FILLED, ways
from flowengine.graph.names import Draft
from flowengine.language.diagnostics import Diagnostic

RULE = Rule("FL509", "ask-without-question", "warning")

_REQUESTS = re.compile(
    r"\?|\ufffc"
    r"|\b(?:please|kindly|tell me|give me|let me (?:have|know|take)|let us know|key in|type|enter|press|spell|choose)\b"
    r"|\b(?:i|we)(?:'ll| will|'d| would)? (?:just |also |then )?(?:need|like|ask)\b"
    r"|\b(?:could|can|would|will) you\b|\b(?:may|can|could) i\b"
    r"|(?:^|[.!?,;:…] *)(?:so |now |and |then |first |next )?"
    r"(?:say|read|repeat|describe|name|start|go ahead|state|leave|confirm|use|pick)\b"
    r"|\b(?:your|the) [\w ]{1,30}(?:\.\.\.|…)",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"(?:^|[.!,;:…] *)(?:and |so |now |then )?(?:what|which|when|where|who|whose|how|is|are|do|does)\b", re.IGNORECASE
)


def check(draft: Draft) -> Iterator[Diagnostic]:
    for slot in draft.flow.slots.values():
        heard = [way.text for way in ways(slot.ask)] if slot.ask is not None else []
        if slot.ask is None or not any(_spoken(text) for text in heard):
            continue
        if not any(_REQUESTS.search(text.replace("’", "'")) for text in heard):
            asks = any(_ASKS.search(text) for text in heard)
            help_ = (
                "end it with a question mark: the voice rises at it"
                if asks
                else 'ask, or say what to do: "Which day would suit you?", "Please tell me the day."'
            )
            yield RULE.at(slot.ask.span, f"the question of slot {slot.name!r} asks nothing", help_)


def _spoken(text: str) -> bool:
    """An empty text is reported as such."""
    return any(each.isalnum() or each == FILLED for each in text)
