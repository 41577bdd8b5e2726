"""Telephone numbers and addresses of the web or of mail, written or spoken: where a caller may be sent to.

Read off what a flow's author wrote they are approved; anywhere else they are a stranger's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from flowengine.compliance.cards import runs
from flowengine.compliance.saying.normal import heard
from flowengine.words.number_words import DIGITS, SMALL

NATIONAL = 9
"""Digits of the shortest whole number that begins with 0."""
LONG = 10
"""Digits that are a telephone number however they begin."""
SHORT = 5
"""Digits that are one after "call", "ring", "dial" or "text". A time has four."""
EXTRA = 4
"""Digits that may stand beside an approved number: what follows it in the same breath ("… four five, two to six")."""
NEAR = 32
"""Characters before a place that tell whose it is."""
GLUED = 4
"""Words before a spoken "dot" that may belong to the name: "hearth and home dot co dot uk"."""

_ZEROS = ((re.compile(r"\bhundred\b"), "double 0"), (re.compile(r"\bthousand\b"), "triple 0"))
_DATE = re.compile(r"\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}")
_DIALLED = re.compile(
    r"\b(?:call|ring|dial|phone|text|whatsapp)"
    r"(?: (?:us|me|it|them|him|her|this|back|on|to|the|number|win|yes|stop|now))*"
)
_CALLERS = re.compile(
    r"\byour (?:\w+ ){0,2}?(?:numbers?|mobile|phone|landline|e-?mail|address)\b[^.?!]*$"
    r"|\b(?:you|you back|it to you)(?: back)? (?:on|at)[ :]*(?:plus |\+)?$"
)
"""Before the caller's own number, read back to them."""
_ENDINGS = (
    r"(?:com|org|net|uk|eu|io|info|biz|gov|ai|app|dev|tv|co|shop|online|site|xyz|link|ly|click|top|de|fr|ie|nl|es|pl|ru"
    r"|cn|edu|mobi|store|tech|cloud|live|page|web|gl|cc)"
)
_WRITTEN = re.compile(
    rf"(?:https?://|www\.)[\w.-]+|\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.{_ENDINGS}(?![\w-])"
    r"|\b\d{1,3}(?:\.\d{1,3}){3}\b|\b(?:t|wa|fb)\.me\b"
)
_SPOKEN = re.compile(r"\b((?:(?!dot )[\w'&-]+ ){0,4})([\w-]+(?:(?: dot |\.)[\w-]+)* dot [\w-]+(?:(?: dot |\.)[\w-]+)*)")
_WORD = re.compile(r"[a-z]+")
_DOTTED = re.compile(r"\w\.\w|://|www\.")
_NUMBER_WORDS = frozenset({*SMALL, *DIGITS, "oh", "nought", "double", "treble", "triple", "hundred", "thousand"})


@lru_cache(maxsize=2048)
def places(text: str) -> tuple[frozenset[str], ...]:
    """The places in a text that `heard` has made plain, each with all the ways it may be written."""
    return (
        *(_numbers(text) if _may_number(text) else ()),
        *(_addresses(text) if _may_address(text) else ()),
    )


def unapproved(text: str, approved: frozenset[str]) -> frozenset[str]:
    """The places in a text that are none of these, and not the caller's own."""
    if not _may_number(text) and not _may_address(text):
        return frozenset()
    return frozenset(min(ways) for ways in places(text) if not any(_is_among(way, approved) for way in ways))


def of_texts(texts: Iterable[str]) -> frozenset[str]:
    """All that these texts approve."""
    return frozenset(way for text in texts for ways in places(heard(text)) for way in ways)


def _is_among(way: str, approved: frozenset[str]) -> bool:
    if not way.isdigit():
        return way in approved
    return any(
        way in number or (number in way and len(way) - len(number) <= EXTRA) for number in approved if number.isdigit()
    )


def _may_number(text: str) -> bool:
    """Cheap. A word makes two digits and more; two of them ("fifteen sixteen") are no number yet."""
    figures = sum(map(str.isdigit, text))
    return figures >= SHORT or 2 * sum(each in _NUMBER_WORDS for each in _WORD.findall(text)) + figures > SHORT


def _may_address(text: str) -> bool:
    return " dot " in text or _DOTTED.search(text) is not None


def _numbers(text: str) -> Iterator[frozenset[str]]:
    for zeros, read in _ZEROS:
        text = zeros.sub(read, text)
    for run in runs(text):
        before = text[max(0, run.start - NEAR) : run.start]
        dialled = len(run.digits) >= SHORT and _DIALLED.search(before) is not None
        whole = len(run.digits) >= (NATIONAL if run.digits.startswith("0") else LONG)
        if not (dialled or whole) or _CALLERS.search(before) or _DATE.fullmatch(text[run.start : run.stop]):
            continue
        yield frozenset((re.sub(r"^(?:00)?44(?=\d{9})0?", "0", run.digits),))


def _addresses(text: str) -> Iterator[frozenset[str]]:
    for match in _WRITTEN.finditer(text):
        if not _CALLERS.search(text[max(0, match.start() - NEAR) : match.start()]):
            yield frozenset((_host(match[0]),))
    for match in _SPOKEN.finditer(text) if " dot " in text else ():
        start = match.start(2)
        if _CALLERS.search(text[max(0, start - NEAR) : start]):
            continue
        name = _host(match[2].replace(" dot ", "."))
        words = match[1].split()
        yield frozenset("".join([*words[len(words) - many :], name]) for many in range(min(GLUED, len(words)) + 1))


def _host(address: str) -> str:
    return re.sub(r"^(?:https?://)?(?:www\.)?", "", address).strip(".-")
