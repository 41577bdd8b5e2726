"""Yes or no: the one question that the engine asks by itself (a read-back, "Did you mean …?", a boolean slot)."""

from __future__ import annotations

from flowengine.conversation.negation import denied
from flowengine.words.normalise import Said, normalise, word_set

AFFIRMING = (
    "yes",
    "correct",
    "that is right",
    "that is correct",
    "that is it",
    "that is fine",
    "that is the one",
    "spot on",
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
    "aye",
)
AGREEABLE = ("ok", "sure", "right", "fine", "lovely", "great", "perfect", "good", "brilliant", "true", "please")
"""These agree only where nothing else of weight is said: "lovely", and not "lovely weather"."""

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
BESIDE = word_set("that is would be sounds then thanks thank you very much so all the a it i think me for to with ok")
_YES = tuple(sorted((tuple(each.split()) for each in (*AFFIRMING, *AGREEABLE)), key=len, reverse=True))
_NO = tuple(sorted((tuple(each.split()) for each in DENYING), key=len, reverse=True))
_AGREEABLE = frozenset(tuple(each.split()) for each in AGREEABLE)
WHOLE_SENTENCE = frozenset({("that", "is", "right"), ("that", "is", "correct"), ("it", "is"), ("correct",)})
CLOSING = word_set("yes no ok right correct indeed please thanks thank then sorry actually i it that")
"""Words that may follow a whole sentence: "it is, thanks". In "no, it's five" the sentence goes on, and corrects."""


def yes_or_no(text: str) -> bool | None:
    """True, False, or None when the words are neither or both."""
    said = normalise(text)
    yes = no = firm = agreeable = False
    rest = index = 0
    while index < len(said.words):
        refused, agreed = _starting(_NO, said.words, index), _starting(_YES, said.words, index)
        phrase = refused or agreed
        whole = _is_whole(said, index + len(phrase or ()))
        if phrase is None or (phrase == ("it", "is") and not whole):
            rest += said.words[index] not in BESIDE
            index += 1
            continue
        if refused is not None or denied(said, index, phrase):
            no = True
        else:
            agreeable = agreeable or phrase in _AGREEABLE
            yes = yes or phrase not in _AGREEABLE
            firm = firm or (whole and phrase in WHOLE_SENTENCE)
        index += len(phrase)
    if yes and no:
        # "No, no, that's right" agrees; "yes, no, hang on" says neither.
        return True if firm and said.words[0] == "no" else None
    if yes or no:
        return yes
    return True if agreeable and not rest else None


def _is_whole(said: Said, after: int) -> bool:
    """Whether what was said before `after` stands as a sentence of its own."""
    return after in said.clauses or after == len(said.words) or said.words[after] in CLOSING


def _starting(phrases: tuple[tuple[str, ...], ...], words: tuple[str, ...], index: int) -> tuple[str, ...] | None:
    return next((each for each in phrases if words[index : index + len(each)] == each), None)
