"""Telephone numbers in any ordinary spelling, to E.164: what they are, and where they belong.

The one place that uses `phonenumbers`, and only its tables: that library also reads letters ("0800 FLOWERS"),
extensions and digits of other scripts, in silence, and a call to the wrong person cannot be taken back. So the text is
read here first, strictly: digits, one plus, and what people put between digits.

Sentences about a problem never hold the number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

import phonenumbers
from phonenumbers import PhoneMetadata, PhoneNumber, PhoneNumberType, shortnumberinfo

from flowengine.compliance.policy import NumberKind, Policy

BETWEEN_DIGITS = " -./()\u00a0\u2007\u2009\u202f\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
"""Spaces and dashes as word processors write them too."""
DROPPED = str.maketrans(dict.fromkeys(BETWEEN_DIGITS, ""))
AROUND = "\u200e\u200f\u202a\u202b\u202c\u202d\u2066\u2067\u2068\u2069\ufeff"
"""Marks of writing direction that address books copy along with a number, and a byte-order mark."""
PARTED = re.compile(r"\d.*[#*,;~]")
EXTENSION = re.compile(r"[^a-z\d]*(?:\d[^a-z\d]*){6,}(?:x|ext|extn|extension)[^a-z]*", re.IGNORECASE | re.ASCII)
"""The word for an extension, behind what may be a number; other letters are letters ("0800 GOFEDEX")."""
LONGEST = 40
"""Characters. A number has 15 digits at most; the rest is room for what stands between them."""
SHORT = range(3, 7)
"""Digits of emergency numbers, short codes and directory enquiries: from 999 to 118 118 and 116 123."""
UK_DIGITS = (7, 9, 10)

DRAMA = re.compile(
    r"7700900\d{3}|1632960\d{3}|1(?:1[3-8]|[2-6]1)4960\d{3}|1914980\d{3}|2896496\d{3}|2920180\d{3}|2079460\d{3}"
    r"|3069990\d{3}|8081570\d{3}|9098790\d{3}"
)
"""Ofcom's numbers for drama, without the 0: they reach nobody. `phonenumbers` calls the mobiles, 01632 and 0115 496
invalid and knows no difference for the others."""


def _mobiles_of(region: str) -> re.Pattern[str]:
    metadata = PhoneMetadata.metadata_for_region(region)
    assert metadata is not None
    assert metadata.mobile is not None
    return re.compile(metadata.mobile.national_number_pattern or "")


ISLAND_MOBILES = {region: _mobiles_of(region) for region in ("GG", "IM", "JE")}
"""07924 is in Man's plan and in Great Britain's, and `phonenumbers` takes such a number for British."""

KIND_OF_TYPE: dict[int, NumberKind] = {
    PhoneNumberType.PREMIUM_RATE: "premium",
    PhoneNumberType.SHARED_COST: "service",
    PhoneNumberType.PERSONAL_NUMBER: "personal",
    PhoneNumberType.PAGER: "pager",
    PhoneNumberType.TOLL_FREE: "freephone",
}


@dataclass(frozen=True, slots=True)
class Number:
    """A number that exists. `region` is GB, JE, GG, IM, another country, or 001 where it belongs to none."""

    e164: str = field(repr=False)
    region: str
    kind: NumberKind
    country_code: int = 44
    is_shared: bool = False
    """The plans of Great Britain and of `region`, an island, both hold it."""


@dataclass(frozen=True, slots=True)
class NumberProblem:
    """Why a text is no number that can be rung: the code and rule of the refusal, and one sentence."""

    code: Literal["INVALID_NUMBER", "SHORT_CODE_OR_EMERGENCY"]
    rule: Literal["N1", "N3"]
    detail: str


def read_number(text: str, policy: Policy) -> str | NumberProblem:
    """E.164 of a number in any ordinary spelling; the key under which everything about it is kept."""
    number = identify(text, policy)
    return number.e164 if isinstance(number, Number) else number


@lru_cache(maxsize=64)
def identify(text: str, policy: Policy) -> Number | NumberProblem:
    """The number a text names: whether it exists, where it belongs and of what kind it is.

    A leading space stands for the plus that a URL turns into one, where the digits make sense that way. The last few
    are remembered: whoever looks up a number's history has identified it once, and `decide` does so again.
    """
    if len(text) > LONGEST:
        return _invalid(f"longer than {LONGEST} characters")
    spelt = text.strip(AROUND)
    compact = spelt.translate(DROPPED)
    has_plus = compact.startswith("+")
    digits = compact.removeprefix("+")
    if not digits:
        return _invalid("no digits in it")
    if not (digits.isascii() and digits.isdigit()):
        return _invalid(_what_is_wrong(spelt, digits))
    if not has_plus and digits[0] != "0" and len(digits) in SHORT:
        return _short()
    is_fiction = False
    for international in _readings(digits, has_plus=has_plus, spaced=spelt.startswith(" ")):
        national = _without_trunk_zero(international)
        if national is not None and len(national) in SHORT and _is_short_code(national):
            return _short()
        number = _british(national) if national is not None else _foreign(international)
        if number is not None:
            return number
        if national is not None and DRAMA.fullmatch(national):
            if policy.drama_numbers:
                return Number("+44" + national, "GB", _british_kind(national))
            is_fiction = True
    if is_fiction:
        return _invalid("reserved for drama; the setting FLOWENGINE_DRAMA_NUMBERS=on lets such numbers through")
    return _invalid("no such number, or digits are missing or too many")


def _readings(digits: str, *, has_plus: bool, spaced: bool) -> Iterator[str]:
    """Country code and number, for each way in which the digits can be meant; the likelier first."""
    if has_plus:
        yield digits
    elif digits.startswith("00"):
        yield digits[2:]
    elif digits.startswith("0"):
        yield "44" + digits
    else:
        if spaced or digits.startswith("44"):
            yield digits
        yield "44" + digits


def _without_trunk_zero(international: str) -> str | None:
    """The British digits after 44, without the 0 that some write in between; None for other countries."""
    return international[2:].removeprefix("0") if international.startswith("44") else None


def _british(national: str) -> Number | None:
    if len(national) not in UK_DIGITS or national.startswith("0"):
        return None
    parsed = PhoneNumber(country_code=44, national_number=int(national))
    region = phonenumbers.region_code_for_number(parsed)
    # The Isle of Man is told by the first digits alone: 07524 000 is its, and too short.
    if region is None or not phonenumbers.is_valid_number(parsed):
        return None
    island = next((name for name, mobiles in ISLAND_MOBILES.items() if mobiles.fullmatch(national)), None)
    is_shared = region == "GB" and island is not None
    return Number("+44" + national, island or region, _british_kind(national), is_shared=is_shared)


def _british_kind(national: str) -> NumberKind:
    """By the ranges of the National Telephone Numbering Plan. 07624 is mobiles of Man, amid the pagers' 076."""
    match national[:2]:
        case "84" | "87":
            return "service"
        case "80":
            return "freephone"
        case "70":
            return "personal"
        case "76" if not national.startswith("7624"):
            return "pager"
        case prefix if prefix.startswith("9"):
            return "premium"
        case _:
            return "ordinary"


def _foreign(international: str) -> Number | None:
    try:
        parsed = phonenumbers.parse("+" + international)
    except phonenumbers.NumberParseException:
        return None
    region = phonenumbers.region_code_for_number(parsed)
    if region is None or parsed.country_code is None or not phonenumbers.is_valid_number(parsed):
        return None
    kind = KIND_OF_TYPE.get(phonenumbers.number_type(parsed), "ordinary")
    e164 = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    return Number(e164, region, kind, parsed.country_code)


def _is_short_code(national: str) -> bool:
    if national.startswith("0"):
        return False
    number = PhoneNumber(country_code=44, national_number=int(national))
    return bool(shortnumberinfo.is_valid_short_number_for_region(number, "GB"))


def _what_is_wrong(spelt: str, rest: str) -> str:
    if any(ord(sign) < 32 or 127 <= ord(sign) < 160 for sign in spelt):
        return "control characters in it"
    if PARTED.search(spelt) or EXTENSION.fullmatch(spelt):
        return "an extension, or more than one number; give the number alone"
    if any(sign.isalpha() for sign in rest):
        return "letters in it; give the digits"
    if any(sign.isdigit() and not sign.isascii() for sign in rest):
        return "digits of another script in it; write 0 to 9"
    return "signs in it that are no part of a number"


def _invalid(detail: str) -> NumberProblem:
    return NumberProblem("INVALID_NUMBER", "N1", detail)


def _short() -> NumberProblem:
    return NumberProblem("SHORT_CODE_OR_EMERGENCY", "N3", "an emergency number or a short code is never rung")
