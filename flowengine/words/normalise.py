"""Speech as words: what a recogniser wrote, without what writing adds and what talking adds.

"Um, I'm — I'm driving!" → i am driving. Nothing here knows what a word means.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from flowengine.words.number_words import DIGITS

WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)*(?:[.,:/@+&-][a-z0-9]+(?:'[a-z]+)*)*|[+£%#*]")
FILLERS = frozenset({"um", "umm", "uhm", "er", "erm", "ah", "hm", "hmm", "uh", "oh"})
FILLED = re.compile(rf"(?<!\d),|,(?!\d)|\s[-–—]+\s|\.\.+|…|(?<![\w'-])(?:{'|'.join(FILLERS)})(?![\w'-])")
LEAD_INS = frozenset({"well", "so", "like", "right", "and", "but"})
"""Dropped at the beginning of an utterance only: "well, yes", "so how much is it"."""

CONTRACTIONS = {
    "can't": "can not",
    "cannot": "can not",
    "won't": "will not",
    "shan't": "shall not",
    "ain't": "is not",
    "i'm": "i am",
    "let's": "let us",
    "dont": "do not",
    "im": "i am",
    "cant": "can not",
    "wont": "will not",
    "didnt": "did not",
    "doesnt": "does not",
    "isnt": "is not",
    "arent": "are not",
    "shouldnt": "should not",
    "wouldnt": "would not",
    "couldnt": "could not",
    "youre": "you are",
    "youve": "you have",
    "ive": "i have",
    "whats": "what is",
    "thats": "that is",
    "its": "it is",
    "whos": "who is",
    "gonna": "going to",
    "wanna": "want to",
    "gotta": "got to",
    "dunno": "do not know",
    "yep": "yes",
    "yup": "yes",
    "yeah": "yes",
    "yeh": "yes",
    "nope": "no",
    "nah": "no",
    "okay": "ok",
    "ta": "thanks",
    "cheers": "thanks",
    "pls": "please",
    "d'you": "do you",
    "where'd": "where did",
    "how'd": "how did",
    "why'd": "why did",
    "gimme": "give me",
    "lemme": "let me",
    "outta": "out of",
    "hasnt": "has not",
    "havent": "have not",
    "wasnt": "was not",
    "werent": "were not",
    "nomore": "no more",
    "dinnae": "do not",
    "didnae": "did not",
    "disnae": "does not",
    "cannae": "can not",
    "couldnae": "could not",
    "wouldnae": "would not",
    "shouldnae": "should not",
    "isnae": "is not",
    "wasnae": "was not",
    "havenae": "have not",
    "hasnae": "has not",
    "willnae": "will not",
    "gonnae": "going to",
    "youse": "you",
    "yous": "you",
    "ye": "you",
    "yer": "your",
    "aff": "off",
    "fae": "from",
    "tae": "to",
    "mair": "more",
    "nae": "no",
    "wee": "little",
}
ENDINGS = (("n't", " not"), ("'re", " are"), ("'ll", " will"), ("'ve", " have"), ("'d", " would"), ("'s", " is"))
SPOKEN = re.compile(r"[^\W_]+(?:'[^\W_]+)*|[£$€%+#&@]")
"""A word of any script, or a sign that is read aloud."""
TOKEN = re.compile(r"[a-z0-9]+(?:'[a-z]+)*|[,.;:!?—–]")
PAUSES = frozenset(",.;:!?—–")
ANSWERING = re.compile(
    r"\b(?:uh|mm|mhm)[ -]?(?:huh|hm+|hmm)\b|\bmhm+\b|\bmm+-?hm+\b|^\W*(?:u?m[. -]+(?:hum|hm+)|aha)\W*$"
)
"""The last two, which recognisers make of a spoken "mm-hm" and "uh-huh", only by themselves: "um hmm, let me see"."""
DISSENTING = re.compile(r"\b(?:uh|nuh)[ -]uh\b")


@dataclass(frozen=True, slots=True)
class Said:
    """An utterance for matching. `clauses`: where, by the recogniser's punctuation, a new clause begins (never 0)."""

    words: tuple[str, ...]
    clauses: frozenset[int]


def word_set(text: str) -> frozenset[str]:
    """The words of a list written as one text."""
    return frozenset(text.split())


def plain(text: str) -> str:
    """Lower case, one kind of apostrophe, dash and blank; accents off."""
    if text.isascii():
        return " ".join(text.lower().replace("`", "'").split())
    decomposed = unicodedata.normalize("NFKD", text.lower())
    letters = "".join(each for each in decomposed if not unicodedata.combining(each))
    return re.sub(r"\s+", " ", re.sub("[‘’ʼ`´]", "'", letters)).strip()


def unfilled(text: str) -> str:
    """Plain text as written, less fillers and the commas about them: a pattern that looks ahead must see past them."""
    return re.sub(r"\s+", " ", FILLED.sub(" ", plain(text))).strip()


def words(text: str) -> tuple[str, ...]:
    """The words of `text` as said, in order. Dates, times and addresses stay one word (`3/12`, `15:00`)."""
    return tuple(WORD.findall(plain(text)))


@lru_cache(maxsize=65_536)
def normalise(text: str) -> Said:
    """Words for matching: contractions opened, fillers and repetitions gone, hyphens and punctuation gone."""
    said = _answered(plain(text))
    kept: list[tuple[str, bool]] = []
    begins = True
    for token in TOKEN.findall(said):
        if token in PAUSES:
            begins = True
            continue
        for word in (token,) if token.isalnum() and token not in CONTRACTIONS else _open(token):
            if word not in FILLERS:
                kept.append((word, begins))
                begins = False
    _drop_lead_ins(kept)
    _drop_stammer(kept)
    return Said(
        words=tuple(word for word, _ in kept),
        clauses=frozenset(index for index, (_, begun) in enumerate(kept) if begun and index),
    )


def bare(text: str) -> str:
    """The words for comparing meanings: as `normalise`, but contractions stay, and words of any script.

    What writing adds (capitals, a question mark) is the recogniser's, and an engine of meanings would weigh it.
    "Um, can you elaborate?" → can you elaborate. Empty where there is no word. Contractions stay because opened
    they are likened worse (docs/explanation/understanding.md).
    """
    kept = [(word, False) for word in SPOKEN.findall(_answered(plain(text))) if word not in FILLERS]
    _drop_lead_ins(kept)
    _drop_stammer(kept)
    return " ".join(word for word, _ in kept)


def _answered(said: str) -> str:
    """Sounds that answer, as words: "uh-huh" is yes, "uh-uh" is no."""
    if any(sound in said for sound in ("uh", "mm", "mhm", "hum", " hm", "aha")):
        return DISSENTING.sub("no", ANSWERING.sub("yes", said))
    return said


def _drop_lead_ins(said: list[tuple[str, bool]]) -> None:
    while len(said) > 1 and said[0][0] in LEAD_INS:
        said.pop(0)


def _open(word: str) -> list[str]:
    if word in CONTRACTIONS:
        return CONTRACTIONS[word].split()
    if "'" not in word:
        return [word]
    for ending, full in ENDINGS:
        if word.endswith(ending) and len(word) > len(ending):
            return (word[: -len(ending)] + full).split()
    return [word.replace("'", "")]


def _drop_stammer(said: list[tuple[str, bool]]) -> None:
    """ "I am I am driving" → i am driving; "no no no" → no. Digits stay: a number may repeat them."""
    if len({word for word, _ in said}) == len(said):
        return
    index = 1
    while index < len(said):
        for length in (3, 2, 1):
            start = index + 1 - 2 * length
            first, second = said[max(start, 0) : start + length], said[start + length : index + 1]
            if start >= 0 and [word for word, _ in first] == [word for word, _ in second]:
                if not any(word.isdigit() or word in NUMBER_WORDS for word, _ in second):
                    del said[start + length : index + 1]
                    index -= length
                break
        index += 1


NUMBER_WORDS = frozenset({*DIGITS, "nought"})
