"""How a caller feels about things, by the words of one turn: a number from −1 (furious) over 0 (no feeling) to 1.

By rules, so the same words always give the same number and no model is needed: words and phrases with a strength
(`feeling_words.py`, `feeling_phrases.py`), turned round by a "not", made more of by "really" and less of by "a bit".
Politeness is no feeling. The tone of voice is not heard, and of irony only what words show: "great, it's broken again".
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

from flowengine.conversation.feeling_phrases import PHRASES
from flowengine.conversation.feeling_words import (
    ABSENT,
    DENIALS,
    DOUBTED,
    INTENSIFIERS,
    PRAISE,
    TROUBLES,
    WORDS,
)
from flowengine.graph.patterns import LONGEST_MATCHED
from flowengine.words.normalise import Said, normalise, word_set

FELT = 0.25
"""From here on a turn counts as positive, and below its negative as negative."""

MOVED, CALMED = 0.5, 0.2
"""How much of the way to a turn's sentiment the mood goes: where something is felt, and where nothing is."""

_SPREAD = 4.0
"""Strengths add up to s; the number is s / √(s² + this): 1 is 0.45, 2 is 0.71, 3 is 0.83."""

_PRAISE_DENIED, _BLAME_DENIED = -0.8, -0.45
"""Not happy is nearly unhappy; not bad is less than good."""
_IDIOM = -2
_SUPPOSED, _ASKED = 0.2, 0.45
"""After an "if", and in a question."""
_BEFORE_BUT, _AFTER_BUT = 0.5, 1.2
_MEANT_OTHERWISE = -0.9

_SPEAKING = word_set("i you it that this we he she they is thanks thank")
_QUESTION_WORDS = word_set("is are do does did can could will would when where which how what have has")
_SUPPOSING = word_set("if unless whether suppose supposing")
_NO_QUESTION = word_set("a an the not you i")
"""Behind a question's first word these make it an outcry: "what a mess", "are you mad"."""


def sentiment(text: str) -> float:
    """The sentiment of what was said in one turn, −1 to 1 in hundredths; 0 where no feeling shows."""
    said = normalise(text[:LONGEST_MATCHED])
    words = said.words
    total = praised = 0.0
    blamed = False
    opening = bool(words) and words[0] in PRAISE
    scorned = _is_scorn(said)
    contrast = words.index("but") if "but" in words else -1
    supposing = next((index for index, word in enumerate(words) if word in _SUPPOSING), len(words))
    asked = _is_question(words)
    start = free = 0
    while start < len(words):
        length, strength = _found(words, start)
        if length > 1:
            if not any(word in DENIALS for word in words[start : start + length]):
                strength = _phrase_turned(strength, is_denied=_denied(said, start, free))
        elif strength:
            strength = _turned(words, start, strength, is_denied=_denied(said, start, free))
            if asked:
                strength *= _ASKED
        else:
            strength = _undone(said, start, free)
        if strength:
            if length > 1 or strength > 0 or words[start] not in INTENSIFIERS:
                strength *= _made_of(words, start)
            if start > supposing:
                strength *= _SUPPOSED
            if contrast >= 0:
                strength *= _BEFORE_BUT if start < contrast else _AFTER_BUT
            if scorned and start == 2:
                strength *= _MEANT_OTHERWISE
            if opening and start == 0:
                praised = strength
            else:
                blamed = blamed or strength < 0
                total += strength
        start += length
        if length > 1:
            free = start
    if praised:
        ironic = blamed or (total <= 0 and len(words) > 2 and any(word in TROUBLES for word in words[1:]))
        total += praised * _MEANT_OTHERWISE if ironic else praised
    return round(total / sqrt(total * total + _SPREAD), 2) if total else 0.0


def moved(mood: float, felt: float) -> float:
    """The mood after a turn of this sentiment: it follows what is felt, and calms down slowly while nothing is."""
    share = MOVED if felt else CALMED
    return round(mood + share * (felt - mood), 2)


def _found(words: Sequence[str], start: int) -> tuple[int, float]:
    """The longest phrase that begins here, or the word: how many words it has, and its strength."""
    for phrase, strength in PHRASES.get(words[start], ()):
        length = len(phrase)
        if tuple(words[start : start + length]) == phrase:
            return length, strength
    return 1, WORDS.get(words[start], 0.0)


def _denied(said: Said, start: int, free: int) -> bool:
    """Whether a "not" before this reaches it, out of this clause; what stands before `free` is spent on a phrase."""
    words = said.words
    for back in range(1, 5):
        index = start - back
        if index < free or index + 1 in said.clauses or words[index] == "just":
            # "Not angry just disappointed" is, and so is "not just disappointed".
            return False
        reach = DENIALS.get(words[index])
        if reach is not None:
            # "no" answers at the beginning, and denies before a noun: "no that's lovely", "no real problem".
            return back <= reach and not (words[index] == "no" and words[index + 1] in _SPEAKING)
    return False


def _is_scorn(said: Said) -> bool:
    """ "Yeah right, brilliant", and nothing more; "yeah, right, brilliant thanks" is meant as it is said."""
    words = said.words
    return len(words) == 3 and words[:2] == ("yes", "right") and words[2] in PRAISE and 1 not in said.clauses


def _phrase_turned(strength: float, *, is_denied: bool) -> float:
    """An idiom of anger stays one whatever is denied: "I'm not paying another penny"."""
    if not is_denied or strength <= _IDIOM:
        return strength
    return strength * _PRAISE_DENIED if strength > 0 else 0.0


def _turned(words: Sequence[str], start: int, strength: float, *, is_denied: bool) -> float:
    if not is_denied:
        return strength
    if strength > 0:
        return strength * _PRAISE_DENIED
    # "Don't you patronise me" says that somebody does.
    return strength if words[start - 1] == "you" else strength * _BLAME_DENIED


def _undone(said: Said, start: int, free: int) -> float:
    """What was denied that should have been, or was done over and over."""
    words = said.words
    word = words[start]
    if word in DOUBTED and _denied(said, start, free):
        return DOUBTED[word]
    if word in ABSENT and ("nobody" in words[max(0, start - 3) : start] or _no_one(words, start)):
        return -1.5
    if word.endswith("ing") and start and words[start - 1] in ("keep", "keeps", "kept") and "to" not in words[:start]:
        return -1.0
    return 0.0


def _no_one(words: Sequence[str], start: int) -> bool:
    return any(words[index] == "no" and words[index + 1] == "one" for index in range(max(0, start - 4), start - 1))


def _made_of(words: Sequence[str], start: int) -> float:
    """More after "really", less after "a bit"."""
    before = words[start - 1] if start else ""
    if before in ("of", "and") and start > 1:
        before = words[start - 2]
    return INTENSIFIERS.get(before, 1.0)


def _is_question(words: Sequence[str]) -> bool:
    return len(words) > 2 and words[0] in _QUESTION_WORDS and words[1] not in _NO_QUESTION
