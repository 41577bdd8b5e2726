"""Numbers as British English says them, and back: 115 ↔ "one hundred and fifteen".

Refuses what nobody says on a telephone: beyond ±999,999,999,999 a number is spoken digit by digit.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
TEENS = ("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")
UNITS = (*DIGITS, "ten", "eleven", "twelve", *TEENS)
TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
SCALES = ((1_000_000_000, "billion"), (1_000_000, "million"), (1_000, "thousand"))
LARGEST = 10**12
LONGEST_FIGURE = 13
IRREGULAR_ORDINALS = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}

SMALL = {word: value for value, word in enumerate(UNITS)} | {
    word: value * 10 for value, word in enumerate(TENS) if value > 1
}
ORDINALS: dict[str, int] = {}
"""first … thirty-first and beyond: the word of an ordinal to its value, for units and tens."""


def cardinal(number: int) -> str:
    """A whole number in words: 115 → "one hundred and fifteen"."""
    if number < 0:
        return f"minus {cardinal(-number)}"
    if number >= LARGEST:
        return " ".join(UNITS[int(digit)] for digit in str(number))
    if number < 20:
        return UNITS[number]
    if number < 100:
        tens, units = divmod(number, 10)
        return TENS[tens] + (f"-{UNITS[units]}" if units else "")
    if number < 1000:
        hundreds, rest = divmod(number, 100)
        return f"{UNITS[hundreds]} hundred" + (f" and {cardinal(rest)}" if rest else "")
    scale, name = next((scale, name) for scale, name in SCALES if number >= scale)
    whole, rest = divmod(number, scale)
    joint = " and " if 0 < rest < 100 else " "
    return f"{cardinal(whole)} {name}" + (f"{joint}{cardinal(rest)}" if rest else "")


def ordinal(number: int) -> str:
    """A place in an order: 21 → "twenty-first"."""
    words = cardinal(number)
    head, separator, last = _last_word(words)
    if last in IRREGULAR_ORDINALS:
        return head + separator + IRREGULAR_ORDINALS[last]
    if last.endswith("y"):
        return f"{head}{separator}{last[:-1]}ieth"
    return f"{head}{separator}{last}th"


def year_words(year: int) -> str:
    """A year as it is said: 1982 → "nineteen eighty-two", 1905 → "nineteen oh five", 2001 → "two thousand and one"."""
    century, rest = divmod(year, 100)
    if not 1100 <= year < 10_000 or (century % 10 == 0 and rest < 10):
        return cardinal(year)
    if rest == 0:
        return f"{cardinal(century)} hundred"
    return f"{cardinal(century)} {'oh ' if rest < 10 else ''}{cardinal(rest)}"


def decimal_words(number: float | Decimal) -> str:
    """Any number: 14.5 → "fourteen point five"; 3.0 → "three"."""
    exact = Decimal(str(number)).normalize()
    text = format(exact, "f")
    whole, _, fraction = text.partition(".")
    sign = "minus " if whole.startswith("-") else ""
    spoken = sign + cardinal(abs(int(whole)))
    return spoken + (" point " + " ".join(UNITS[int(digit)] for digit in fraction) if fraction else "")


def read_number(words: Sequence[str]) -> tuple[int, int] | None:
    """The whole number at the beginning of `words` and how many words it took; None when there is none.

    Takes digits ("42"), words ("two hundred and five"), "a hundred", "a dozen", "half a dozen".
    """
    if not words:
        return None
    if words[0].isdigit():
        if len(words[0]) > LONGEST_FIGURE:
            return None
        return _scaled(int(words[0]), words, 1)
    if list(words[:3]) == ["half", "a", "dozen"]:
        return 6, 3
    if words[0] in ("a", "one") and words[1:2] == ["dozen"]:
        return 12, 2
    total = group = 0
    used = 0
    last: str | None = None
    for index, word in enumerate(words):
        if word in SMALL and _fits(SMALL[word], last, words[index - 1] if index else ""):
            group += SMALL[word]
            last = "tens" if SMALL[word] >= 20 else "unit"
        elif word == "a" and index == 0 and len(words) > 1 and words[1] in ("hundred", "thousand", "million"):
            group, last = 1, "unit"
            continue
        elif word == "hundred" and last == "unit" and 0 < group < 20:
            group, last = group * 100, "hundred"
        elif word in ("thousand", "million", "billion") and last is not None:
            total += group * next(scale for scale, name in SCALES if name == word)
            group, last = 0, "scale"
        elif word == "and" and last in ("hundred", "scale") and index + 1 < len(words) and words[index + 1] in SMALL:
            continue
        else:
            break
        used = index + 1
    return (total + group, used) if used else None


def _fits(value: int, last: str | None, previous: str) -> bool:
    if last is None or last in ("hundred", "scale"):
        return True
    return last == "tens" and 0 < value < 10 and previous != "and"


def _scaled(value: int, words: Sequence[str], used: int) -> tuple[int, int]:
    scales = {"hundred": 100} | {name: scale for scale, name in SCALES}
    while used < len(words) and words[used] in scales and value < LARGEST:
        value, used = value * scales[words[used]], used + 1
    return value, used


def _last_word(words: str) -> tuple[str, str, str]:
    cut = max(words.rfind(" "), words.rfind("-"))
    return (words[:cut], words[cut], words[cut + 1 :]) if cut >= 0 else ("", "", words)


ORDINALS.update({ordinal(number): number for number in range(1, 32) if "-" not in ordinal(number)})
