"""Yes or no: the one question that the engine asks by itself (a read-back, "Did you mean …?", a boolean slot)."""

from __future__ import annotations

from flowengine.conversation.negation import denied
from flowengine.words.normalise import Said, normalise, word_set

AFFIRMING = (
    *("yes", "correct", "that is right", "that is correct", "that is it", "that is fine", "that is the one"),
    *("spot on", "exactly", "indeed", "absolutely", "definitely", "certainly", "of course", "please do", "aye"),
    *("go on", "go ahead", "i think so", "i believe so", "i suppose so", "i guess so", "i hope so", "as far as i know"),
)
ECHOING = (
    *("it is", "i do", "i am", "i did", "i have", "i was", "i can", "i will", "i would", "we do", "we are", "we have"),
    *("we did", "we can", "there is", "there are", "there was", "it does", "it has", "it was", "they are", "they do"),
)
"""These agree as whole sentences: "there is, yes"; and not "there is a draught", "I am driving"."""

AGREEABLE = ("ok", "sure", "right", "fine", "lovely", "great", "perfect", "good", "brilliant", "true", "please")
"""These agree only where nothing else of weight is said: "lovely", and not "lovely weather"."""

DENYING = (
    *(
        "no",
        "never",
        "not really",
        "not quite",
        "not right",
        "not correct",
        "not yet",
        "no longer",
        "not any more",
        "not anymore",
        "not at all",
        "not me",
        "wrong",
    ),
    *("incorrect", "neither", "false", "of course not", "absolutely not", "definitely not", "certainly not"),
    *("probably not", "i hope not", "i think not", "afraid not", "rather not", "prefer not", "not that i know of"),
    *("not that i am aware of", "not as far as i know", "do not think so", "do not believe so", "not in the least"),
    *(f"{each} not" for each in ECHOING if each != "there was"),
    *("that is not", "it will not", "i could not", "i should not"),
)
NEITHER = (
    *("i do not know", "do not know", "no idea", "not sure", "i am not sure", "not certain", "i am not certain"),
    *("i do not mind", "do not mind", "i do not remember", "i do not recall", "i do not understand", "i can not say"),
    *("i can not remember", "i do not care", "not too sure", "not entirely sure", "not really sure", "yes and no"),
    *(
        "no problem",
        "no worries",
        "no trouble",
        "no bother",
        "no one",
        "no doubt",
        "no wonder",
        "no matter",
        "never mind",
    ),
)
"""Words that say neither, though a "no" or a "not" stands in them."""

BESIDE = word_set("that is would be sounds then thanks thank you very much so all the a it i think me for to with ok")
FIRM = frozenset(tuple(each.split()) for each in ("that is right", "that is correct", "correct", *ECHOING))
""""No, no, that's right" agrees, "no, that's fine" does not."""

FIRM_AFTER_YES = FIRM | {("that", "is", "fine"), ("that", "is", "it")}
CLOSING = word_set("yes no ok right correct indeed please thanks thank then sorry actually i it that")
"""Words that may follow a whole sentence: "it is, thanks". In "no, it's five" the sentence goes on, and corrects."""

BEFORE_NOUNS = frozenset({("no",), ("never",), ("wrong",), ("false",), ("neither",)})
GO_ON_FROM_NO = CLOSING | word_set(
    "wait hang hold mean meant not do does did am are is was were will would can could have has we you he she they "
    "there my the this we what well but because let leave forget never love mate dear nothing none in at on for to by"
)
"""What goes on from a "no" that stands by itself, without a comma: "no I don't", "no wait", "no not today"."""

CHANGES = word_set("sorry actually wait rather mean meant")
GOES_ON = word_set("but and or so because if well except only unless actually just though although")
"""A yes or no with one of these may say more."""

ALLOWING = (
    *("alright", "fine by me", "that's fine by me", "carry on", "go for it", "fire away", "why not", "by all means"),
    *("fair enough", "no problem", "not a problem", "no worries", "i suppose", "suppose so", "i guess", "that'll do"),
    *("smashing", "might as well", "if you like", "if you must"),
)
"""What people say to let somebody go on, beside the words of a plain yes."""
LONGEST_ASSENT = 4


_KINDS = {"no": DENYING, "yes": (*AFFIRMING, *ECHOING), "agreeable": AGREEABLE, "neither": NEITHER}

Phrase = tuple[str, ...]
Mark = tuple[bool, Phrase, int, bool]
"""Whether it agrees, its words, where they stand, and whether they are a whole sentence."""


def _by_first_word() -> dict[str, list[tuple[Phrase, str]]]:
    """The phrases with their kinds, under the first word of each, the longest first."""
    found: dict[str, list[tuple[Phrase, str]]] = {}
    for kind, listed in _KINDS.items():
        for words in (tuple(each.split()) for each in listed):
            found.setdefault(words[0], []).append((words, kind))
    return {word: sorted(each, key=lambda one: len(one[0]), reverse=True) for word, each in found.items()}


_PHRASES = _by_first_word()
_ASSENTING = BESIDE.union(*(each.split() for each in (*AFFIRMING, *ECHOING, *AGREEABLE)))
_ALLOWING = frozenset(normalise(each).words for each in ALLOWING)
_ECHOING = frozenset(tuple(each.split()) for each in ECHOING)


def is_assent(text: str) -> bool:
    """Whether this is a yes and nothing else: "yeah okay", "that's right"; and not "yes, the boiler", "speaking"."""
    said = normalise(text).words
    if len(said) > LONGEST_ASSENT:
        return False
    if said in _ALLOWING or (said[:1] in (("yes",), ("ok",)) and said[1:] in _ALLOWING):
        return True
    return _ASSENTING.issuperset(said) and yes_or_no(text) is True


def yes_or_no(text: str, *, firmly: bool = False) -> bool | None:
    """True, False, or None when the words are neither or both.

    `firmly`: only where nothing else can be heard in them. "Fine" agrees to nothing, "no, I don't mind" says neither,
    and the "no" of "no heating" denies nothing.
    """
    said = normalise(text)
    marks: list[Mark] = []
    agreeable = False
    rest = index = 0
    while index < len(said.words):
        phrase, kind = _starting(said.words, index)
        whole = _is_whole(said, index + len(phrase))
        if not phrase or (phrase in _ECHOING and not whole):
            rest += said.words[index] not in BESIDE
            index += 1
            continue
        if kind == "no" or (kind != "neither" and denied(said, index, phrase)):
            if firmly and phrase in BEFORE_NOUNS and not whole and _names_what(said, index + len(phrase)):
                return None
            marks.append((False, phrase, index, whole))
        elif kind == "yes":
            marks.append((True, phrase, index, whole))
        agreeable = agreeable or kind == "agreeable"
        if firmly and kind == "neither":
            return None
        rest += kind == "neither"
        index += len(phrase)
    if not marks:
        return True if agreeable and not rest and not firmly else None
    if len({agrees for agrees, *_ in marks}) == 1:
        return marks[0][0]
    return _settled(said, marks)


def _settled(said: Said, marks: list[Mark]) -> bool | None:
    """ "No, no, that's right" agrees; "yes. Sorry, no" denies; "yes, no, hang on" says neither."""
    agrees, phrase, start, whole = marks[-1]
    before = next(each for each in reversed(marks) if each[0] != agrees)
    if CHANGES & set(said.words[before[2] + len(before[1]) : start]):
        return agrees
    if agrees and whole:
        return True if phrase in (FIRM if said.words[0] == "no" else FIRM_AFTER_YES) else None
    return False if not agrees and len(phrase) > 2 and whole else None


def _is_whole(said: Said, after: int) -> bool:
    """Whether what was said before `after` stands as a sentence of its own."""
    return after in said.clauses or after == len(said.words) or said.words[after] in CLOSING


def _names_what(said: Said, after: int) -> bool:
    """Whether the word at `after` is one of those that a "no" belongs to: "no heating"."""
    return said.words[after] not in GO_ON_FROM_NO


def _starting(words: tuple[str, ...], index: int) -> tuple[tuple[str, ...], str]:
    for phrase, kind in _PHRASES.get(words[index], ()):
        if words[index : index + len(phrase)] == phrase:
            return phrase, kind
    return (), ""
