"""Yes or no: the one question that the engine asks by itself (a read-back, "Did you mean …?", a boolean slot)."""

from __future__ import annotations

from flowengine.conversation.negation import denied
from flowengine.conversation.normalise import normalise

AFFIRMING = (
    "yes",
    "ok",
    "sure",
    "correct",
    "right",
    "that is right",
    "that is correct",
    "that is it",
    "that is fine",
    "that is the one",
    "spot on",
    "perfect",
    "exactly",
    "indeed",
    "absolutely",
    "definitely",
    "certainly",
    "of course",
    "please do",
    "i do",
    "i am",
    "i did",
    "it is",
    "go on",
    "go ahead",
    "fine",
    "lovely",
    "great",
    "aye",
    "true",
)
DENYING = (
    "no",
    "not really",
    "not quite",
    "not right",
    "not correct",
    "wrong",
    "incorrect",
    "neither",
    "i do not",
    "i am not",
    "it is not",
    "that is not",
    "not at all",
    "of course not",
    "false",
)
_YES = tuple(sorted((tuple(each.split()) for each in AFFIRMING), key=len, reverse=True))
_NO = tuple(sorted((tuple(each.split()) for each in DENYING), key=len, reverse=True))
WHOLE_SENTENCE = frozenset({("that", "is", "right"), ("that", "is", "correct"), ("it", "is"), ("correct",)})


def yes_or_no(text: str) -> bool | None:
    """True, False, or None when the words are neither or both."""
    said = normalise(text)
    yes = no = False
    firm_yes = False
    index = 0
    while index < len(said.words):
        phrase = next((each for each in _NO if said.words[index : index + len(each)] == each), None)
        if phrase is not None:
            no = True
            index += len(phrase)
            continue
        phrase = next((each for each in _YES if said.words[index : index + len(each)] == each), None)
        if phrase is None:
            index += 1
            continue
        if denied(said, index, phrase):
            no = True
        else:
            yes = True
            firm_yes = firm_yes or phrase in WHOLE_SENTENCE
        index += len(phrase)
    if yes and no:
        # "No, no, that's right" agrees; "yes, no, hang on" says neither.
        return True if firm_yes and said.words[0] == "no" else None
    return True if yes else False if no else None
