""" "Did you mean …?": an intent's description, turned to face the caller.

Descriptions are written about the caller ("the caller asks what it costs"); the question speaks to them.
"""

from __future__ import annotations

import re

from flowengine.conversation.place import Doubt
from flowengine.graph.model import Flow, Intent

ABOUT_THE_CALLER = re.compile(r"^(?:the )?(?:caller|customer|person) (\w+)(?: (.*))?$", re.IGNORECASE)
STATES = {"is": "are", "has": "have", "was": "were"}
TURNED = {"his": "your", "her": "your", "their": "your", "they": "you", "them": "you", "he": "you", "she": "you"}


def did_you_mean(flow: Flow, doubt: Doubt) -> str:
    """One question, to be answered by yes or no."""
    intent = flow.intents.get(doubt.first.intent or "")
    return f"Sorry, did you mean {_meaning(intent) if intent is not None else doubt.first.label}?"


def _meaning(intent: Intent) -> str:
    description = (intent.description or "").strip().rstrip(".")
    match = ABOUT_THE_CALLER.match(description)
    if match is not None:
        verb, rest = match.group(1).lower(), _facing(match.group(2) or "")
        if verb in STATES:
            return f"that you {STATES[verb]} {rest}".strip()
        if verb in ("wants", "would", "will", "can"):
            return f"that you {verb.removesuffix('s') if verb == 'wants' else verb} {rest}".strip()
        return f"to {_base(verb)} {rest}".strip()
    if description:
        return description[0].lower() + description[1:]
    return f"“{intent.phrases[0]}”" if intent.phrases else intent.name.replace("_", " ")


def _facing(rest: str) -> str:
    # "says yes or agrees to go on": the first half is enough for a question.
    first = re.split(r",? or (?=\w+s\b)", rest)[0]
    return " ".join(TURNED.get(word, word) for word in first.split())


def _base(verb: str) -> str:
    if verb.endswith("ies"):
        return f"{verb[:-3]}y"
    if re.search(r"(s|x|z|ch|sh|o)es$", verb):
        return verb[:-2]
    return verb.removesuffix("s")
