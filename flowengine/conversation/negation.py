"""What is denied: "I don't want to stop" speaks of stopping and does not ask for it.

A matched phrase is denied when a word before it in the same clause turns it round, unless the phrase itself begins
with, or contains, such a word ("don't call me again" is a request as it stands); and when it is a "don't want" of
which the rest takes the meaning away ("I don't want | you to stop calling"). And what reads on to another thing is not
what it begins with: "fine | print", "no | hablo".
"""

from __future__ import annotations

from collections.abc import Sequence

from flowengine.words.normalise import Said, word_set

TURNS_ROUND = frozenset({"not", "never", "without"})
CARRIES = word_set(
    "want you to need have going asking ask asked tell told telling me them us say saying said that is mean a an the "
    "really wish like even it be being at all very too quite so any my our your these those take get"
)
"""Words through which a "not" reaches the next: "I do not want you to stop". Any other word ends its reach, so that
"I do not care stop calling" stays a request even from a recogniser that writes no commas."""

LEANS_FORWARD = word_set("do does did am are is was were will would can could have has had should must")
"""Words that a "not" behind them turns round: "please do not", "I am not"."""

WANTING = word_set("want wish like need")
OF_WHOM = word_set(
    "you them it him her us me this that these those they anyone anybody people everyone the my our your any of "
    "call calls calling policy cover contract to ever just even"
)
"""What may stand between "I don't want" and the verb that it is about."""

ENDING = word_set(
    "stop stopping quit cease end ended ending finish cancel cancelled hang go leave lose forget remove removed delete "
    "deleted taken opt unsubscribe unsubscribed think miss block"
)
"""Who does not want these to happen wants to go on."""

ORDERS_BEGIN = word_set("stop quit cease")
TOLD_OF = word_set("did have has had when before if after until unless once")
"""Before "you stop calling", these speak of it: "when did you stop calling?"."""

READS_ON = {
    "no": word_set("hablo habla hablamos entiendo entiende comprendo parlo capisco falo parle"),
    "fine": word_set("print prints line art arts wine wines dining tuning tooth detail details"),
}
"""Words that are not said by themselves before these: a "no" that is not English, a "fine" that agrees to nothing."""

COURTESIES = word_set("problem problems worry worries trouble bother")
"""A "no" right before one of these refuses nothing: "no problem"."""

SUBJECTS = word_set("you they he she it we")
CAN_YOU = word_set("can could will would")
HAVE_I = word_set("have did do has")


def denied(said: Said, start: int, phrase: Sequence[str]) -> bool:
    """Whether the words of `phrase`, found at `start`, are turned round by what stands about them."""
    words = said.words
    after = start + len(phrase)
    if words[after : after + 1] == ("not",) and after not in said.clauses and phrase[-1] in LEANS_FORWARD:
        return True
    if _reads_on(said, after, phrase[-1]):
        return True
    if "not" in phrase and _wants_no_end(said, start, after):
        return True
    if start in said.clauses or any(word in ("not", "never", "no") for word in phrase):
        return False
    if _told_of(words, start, phrase[0]):
        return True
    for index in range(start - 1, -1, -1):
        word = words[index]
        if word in TURNS_ROUND:
            return not _asks_anyway(words, index)
        if word not in CARRIES or index in said.clauses:
            return False
    return False


def _reads_on(said: Said, after: int, last: str) -> bool:
    follows = said.words[after : after + 1]
    if not follows:
        return False
    if last == "no" and follows[0] in COURTESIES:
        return after not in said.clauses
    # A recogniser puts a comma behind a "no" that is none: "no, hablo inglés".
    return follows[0] in READS_ON.get(last, ()) and (last == "no" or after not in said.clauses)


def _asks_anyway(words: Sequence[str], index: int) -> bool:
    """Negative questions ask for the thing: "why don't you stop calling", "can you not take me off the list"."""
    follows_you = words[index + 1 : index + 2] == ("you",)
    if "why" in words[:index] or (follows_you and words[index - 1 : index] != ("do",)):
        return True
    before = tuple(words[max(index - 2, 0) : index])
    return len(before) == 2 and (
        (before[0] in CAN_YOU and before[1] == "you") or (before[0] in HAVE_I and before[1] in ("i", "we"))
    )


def _wants_no_end(said: Said, start: int, after: int) -> bool:
    """ "I don't want", "I don't want you", "I don't want to", before the end of something."""
    words = said.words
    wanting = next((index for index in range(after - 1, start, -1) if words[index] in WANTING), None)
    if wanting is None or not TURNS_ROUND.intersection(words[start:wanting]):
        return False
    for index in range(wanting + 1, min(len(words), wanting + 6)):
        if index in said.clauses:
            return False
        if words[index] in ENDING:
            # "I don't want this stop calling": without its comma, an order. What is wished for has "to" or "be".
            return words[index - 1] in ("to", "be", "just", "ever")
        if words[index] not in OF_WHOM and words[index] != "be":
            return False
    return False


def _told_of(words: Sequence[str], start: int, first: str) -> bool:
    if first not in ORDERS_BEGIN or start < 2:
        return False
    if words[start - 1] in SUBJECTS and words[start - 2] in TOLD_OF:
        return "not" not in words[max(start - 4, 0) : start]
    return tuple(words[max(start - 3, 0) : start]) == ("no", "need", "to")
