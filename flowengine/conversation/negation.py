"""What is denied: "I don't want to stop" speaks of stopping and does not ask for it.

A matched phrase is denied when a word before it in the same clause turns it round, unless the phrase itself begins
with, or contains, such a word ("don't call me again" is a request as it stands).
"""

from __future__ import annotations

from collections.abc import Sequence

from flowengine.words.normalise import Said, word_set

TURNS_ROUND = frozenset({"not", "never", "without"})
CARRIES = word_set(
    "want you to need have going asking ask me them us say saying said that is mean a an the really wish like "
    "even it be being at all very too quite so any"
)
"""Words through which a "not" reaches the next: "I do not want you to stop". Any other word ends its reach, so that
"I do not care stop calling" stays a request even from a recogniser that writes no commas."""


LEANS_FORWARD = word_set("do does did am are is was were will would can could have has had should must")
"""Words that a "not" behind them turns round: "please do not", "I am not"."""


def denied(said: Said, start: int, phrase: Sequence[str]) -> bool:
    """Whether the words of `phrase`, found at `start`, are turned round by what stands before them."""
    after = start + len(phrase)
    if said.words[after : after + 1] == ("not",) and after not in said.clauses and phrase[-1] in LEANS_FORWARD:
        return True
    if start in said.clauses or any(word in ("not", "never", "no") for word in phrase):
        return False
    for index in range(start - 1, -1, -1):
        word = said.words[index]
        if word in TURNS_ROUND:
            return not _asks_anyway(said.words, index)
        if word not in CARRIES or index in said.clauses:
            return False
    return False


def _asks_anyway(words: Sequence[str], index: int) -> bool:
    """Negative questions ask for the thing: "why don't you stop calling", "can't you take me off the list"."""
    follows_you = words[index + 1 : index + 2] == ("you",)
    return "why" in words[:index] or (follows_you and words[index - 1 : index] != ("do",))
