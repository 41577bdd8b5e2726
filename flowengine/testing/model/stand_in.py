"""What the simulated model says when no turn is scripted: enough to try a flow with, and no model at all.

It answers with the fact that shares most words with what the caller said, and asks whether to go ahead; to a plain yes
or no it takes the exit whose description says so. In a form it chooses by shared words too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from flowengine.testing.model.forms import filled_in, wants_form
from flowengine.testing.model.turns import Turn

QUESTION = "Would you like to go ahead?"
NOTHING_KNOWN = "I can only tell you what is in the offer."
YES = frozenset({"yes", "yeah", "ok", "okay", "sure", "alright", "ahead", "please"})
NO = frozenset({"no", "nope", "not", "never", "leave"})
AGREES = frozenset({"agrees", "yes", "ahead", "accepts", "convinced"})
REFUSES = frozenset({"no", "refuses", "refused", "declines", "not"})
_LITTLE = "a an and are at be by can does for from i in is it its me my of on or so the this to we you"
LITTLE = frozenset(_LITTLE.split())


def stand_in(body: Mapping[str, Any]) -> Turn:
    """A turn for this request of chat completions."""
    if wants_form(body):
        return Turn(form=filled_in(body))
    messages = [each for each in body.get("messages", ()) if isinstance(each, Mapping)]
    said = next((str(each.get("content", "")) for each in reversed(messages) if each.get("role") == "user"), "")
    words = _words(said)
    wanted = AGREES if words & YES and not words & NO else REFUSES if words & NO else frozenset()
    for name, description in _tools(body):
        if wanted & (_words(description) | _words(name)):
            return Turn(exit=name)
    system = "\n".join(str(each.get("content", "")) for each in messages if each.get("role") == "system")
    facts = re.findall(r"^- (.+)$", system, re.MULTILINE)
    best = max(facts, key=lambda fact: len((_words(fact) - LITTLE) & words), default=NOTHING_KNOWN)
    return Turn(f"{best.rstrip('.')}. {QUESTION}")


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[a-z]+", text.casefold()))


def _tools(body: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    for tool in body.get("tools") or ():
        function = tool.get("function", {}) if isinstance(tool, Mapping) else {}
        yield str(function.get("name", "")), str(function.get("description", ""))
