""" "Did you mean …?": an intent's description, turned to face the caller.

Descriptions are written about the caller ("the caller asks what it costs"); the question speaks to them. About what
protects the caller it is always asked in the same plain words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from flowengine.compliance.honoured import Honoured
from flowengine.conversation.place import Doubt
from flowengine.graph.model import Flow, Intent

QUESTIONS: Mapping[str, str] = {
    "opt_out": "Sorry, would you like us not to call you again?",
    "complaint": "Sorry, would you like to make a complaint?",
    "human_request": "Sorry, would you like to speak to a person?",
    "distress": "Sorry, would you rather we stopped here?",
    "emergency": "Sorry, is this an emergency?",
    "wrong_person": "Sorry, have I got the wrong person?",
    "driving": "Sorry, is this a bad moment to talk?",
    "dont_record": "Sorry, would you rather this wasn't recorded?",
    "robot_question": "Sorry, are you asking whether I'm an automated assistant?",
    "my_number": "Sorry, are you asking where we got your number?",
    "who_are_you": "Sorry, are you asking who is calling?",
}
MEANT: Mapping[Honoured, str] = {
    "opt_out": "the caller wants no more calls, or to be taken off the list",
    "complaint": "the caller wants to complain",
    "human_request": "the caller wants to speak to a person",
    "distress": "the caller is ill, bereaved, a child, or in distress",
    "emergency": "the caller needs an ambulance, the police or the fire brigade now",
    "wrong_person": "somebody else was meant, or the number is wrong",
    "driving": "the caller is driving",
    "dont_record": "the caller does not want to be recorded",
    "robot_question": "the caller asks whether this is a robot or a machine",
    "my_number": "the caller asks where their number was got from",
    "who_are_you": "the caller asks who is calling, or for whom",
}
"""What every caller may say, as a model is told it."""

ABOUT_THE_CALLER = re.compile(r"^(?:the )?(?:caller|customer|person) (\w+)(?: (.*))?$", re.IGNORECASE)
STATES = {"is": "are", "has": "have", "was": "were", "does": "do", "wants": "want"}
BARE = frozenset({"would", "will", "can", "cannot", "could", "should", "must", "may", "did"})
"""Said of you as of the caller: "would rather read" is nothing that one means to do."""
TURNED = {"his": "your", "her": "your", "their": "your", "they": "you", "them": "you", "he": "you", "she": "you"}


def did_you_mean(flow: Flow, doubt: Doubt) -> str:
    """One question, to be answered by yes or no."""
    meant = doubt.meant or ""
    if meant in QUESTIONS:
        return QUESTIONS[meant]
    intent = flow.intents.get(meant)
    label = doubt.first.label if doubt.first is not None else meant
    return f"Sorry, did you mean {_meaning(intent) if intent is not None else label}?"


def _meaning(intent: Intent) -> str:
    description = (intent.description or "").strip().rstrip(".")
    match = ABOUT_THE_CALLER.match(description)
    if match is not None:
        verb, rest = match.group(1).lower(), _facing(match.group(2) or "")
        if verb in STATES:
            return f"that you {STATES[verb]} {rest}".strip()
        if verb in BARE:
            return f"that you {verb} {rest}".strip()
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
