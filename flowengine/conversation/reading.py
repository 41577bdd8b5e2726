"""Reading values out of speech: tokens, and readers that say which value stands at the beginning of some.

A reader gives the value and how many tokens it took; None for the value where the tokens belong together and make none
("Monday the first", when the first is a Tuesday), so that no part of them is read as something else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import dropwhile

from flowengine.words.normalise import FILLERS, plain, word_set
from flowengine.words.number_words import DIGITS, ORDINALS, SMALL

AREAS = (
    "AB AL B BA BB BD BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC EH EN EX FK FY "
    "G GL GU HA HD HG HP HR HS HU HX IG IP IV KA KT KW KY L LA LD LE LL LN LS LU M ME MK ML N NE NG NN NP NR NW OL OX "
    "PA PE PH PL PO PR RG RH RM S SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW UB W WA WC WD WF "
    "WN WR WS WV YO ZE GY JE IM"
)
"""The areas of British postcodes."""

TOKEN = re.compile(
    rf"\b(?:{'|'.join(sorted(AREAS.lower().split(), key=len, reverse=True))})\d[a-z\d]? ?\d[abd-hjlnp-uw-z]{{2}}\b"
    r"|\d{4}-\d{2}-\d{2}|\d+(?:[:/]\d+)+|\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)+|\d+(?:st|nd|rd|th)\b|\d+"
    r"|[a-z]+(?:'[a-z]+)*|[£$€+@%]"
)
LATE_DAY = re.compile(rf"\b(twenty|thirty) ({'|'.join(word for word, day in ORDINALS.items() if day < 10)})\b")
"""Made one token, so that "the thirty-first of June" is not read as the first of June."""

OWNED = re.compile(r"\b(?!(?:it|that|let|there|here|what|who|he|she)'s)([a-z]+)'s\b")
""" "Friday's best", "an hour's time": the word itself."""

ABOUT = re.compile(rf"\b({'|'.join(SMALL)}|\d+|noon|midday)[ -]?ish\b")
""" "Fourish" is four: a caller who says so is content with it."""

EXCLAIMED = re.compile(r"^(?:oh|o)[,.!]+ ")
""" "Oh, 4417": no zero."""

HOLIDAY = re.compile(
    r"\b(?:good|easter|bank holiday|black|whit|palm|shrove) (?=(?:mon|tues|wednes|thurs|fri|satur|sun)day)"
)
""" "Good Friday" is not this Friday."""

TAKEN = "\0"
"""Stands where a token was used up by another value; no reader reads over it."""

TURNS = word_set("no nope actually sorry rather wait scratch instead mean meant")
JOINS = word_set("and but")

BESIDE = (
    TURNS
    | FILLERS
    | word_set(
        "it it's is that's the i said an a should be ends end in with last bit digits letters digit letter please and "
        "not at"
    )
)
SIGNS = frozenset(DIGITS) | word_set("double triple treble nought dot com co uk net org") | frozenset(SMALL)

Reader = Callable[[Sequence[str]], tuple[object, int] | None]


@dataclass(frozen=True, slots=True)
class Found:
    """A value and the tokens it was read from."""

    value: object
    start: int
    stop: int


def tokens(text: str) -> list[str]:
    """Lower-case words and figures; hyphenated words apart, `3/12`, `15:00`, `3rd`, `ls10 2bd` and ISO dates whole."""
    said = EXCLAIMED.sub("", re.sub(r"\b([ap])\.?\s?m\b\.?", r"\1m", plain(text)))
    said = OWNED.sub(r"\1", ABOUT.sub(r"\1", HOLIDAY.sub("holiday ", said)))
    said = re.sub(r"(?<=[a-z])-(?=[a-z])", " ", said)
    return TOKEN.findall(LATE_DAY.sub(lambda day: f"{SMALL[day[1]] + ORDINALS[day[2]]}th", said))


def without(said: Sequence[str], used: Found) -> list[str]:
    """The tokens with those of a value marked as taken."""
    return [TAKEN if used.start <= index < used.stop else word for index, word in enumerate(said)]


def only_corrects(said: Sequence[str]) -> bool:
    """Whether an answer takes back, and says letters and digits at most: "no, it ends in one two four"."""
    words = [word for word in said if word not in BESIDE]
    return not TURNS.isdisjoint(said) and all(len(word) <= 2 or word.isdigit() or word in SIGNS for word in words)


def corrects(text: str) -> bool:
    """Whether an answer takes back one before it: "no, Wednesday", "and actually, make it the third"."""
    first = [word for word in tokens(text) if word not in FILLERS]
    first = list(dropwhile(lambda word: word in JOINS, first))[:3]
    return bool(first) and (first[0] in TURNS or first[:2] in (["i", "meant"], ["make", "it"], ["i", "mean"]))
