"""Running text as a British voice should be given it: "£12.50 by 5pm" → "twelve pounds fifty by five pm".

Values have their filters (`spoken`, `money` …) and authors are told of figures (FL515); this is for what is left: a
model's sentence, a contact's text, an operator's words, a line whose warning was allowed. It stands in front of every
voice, behind the transcript, which keeps what was written. What can be read one way alone is put into words; what a
voice reads well (30 days, the 1990s, M25) and what is nobody's business (a brand's digits) is left as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from re import Match

from flowengine.conversation.spoken import ADDRESS_SIGNS, digits_aloud, money, spelled, spoken
from flowengine.words.number_words import LARGEST, cardinal, decimal_words, ordinal, year_words

LONGEST = 1000
"""Characters: no sentence is longer, and whatever is costs too much to look at."""
_MONTHS = tuple(date(2000, month, 1).strftime("%B") for month in range(1, 13))
_MONTH = {name[:3].lower(): number for number, name in enumerate(_MONTHS, 1)} | {"sept": 9}
_MONTH_NAME = (
    rf"(?:{'|'.join(_MONTHS)}|(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b(?:\.(?=\s[a-z\d]))?)(?![a-z])"
)
_DAYS = {name[:3]: name for name in (f"{date(2001, 1, day):%A}" for day in range(1, 8))}
_DAYS |= {"Tues": "Tuesday", "Thur": "Thursday", "Thurs": "Thursday"}
_DAY_NAME = rf"(?:{'|'.join(sorted(_DAYS, key=len, reverse=True))})"
_CURRENCY = {"$": ("dollar", "dollars"), "€": ("euro", "euros")}
_SCALES = {"k": "thousand", "m": "million", "bn": "billion", "thousand": "thousand"}
_SCALES |= {"million": "million", "billion": "billion"}
_PARTS = {
    "1/2": "a half",
    "½": "a half",
    "1/3": "a third",
    "2/3": "two thirds",
    "1/4": "a quarter",
    "¼": "a quarter",
    "3/4": "three quarters",
    "¾": "three quarters",
}
_UNITS = {
    "kg": "kilogram",
    "km": "kilometre",
    "cm": "centimetre",
    "mm": "millimetre",
    "kWh": "kilowatt hour",
    "kW": "kilowatt",
    "min": "minute",
    "mins": "minute",
    "hr": "hour",
    "hrs": "hour",
    "sec": "second",
    "secs": "second",
}
_SHORT = {
    "e.g.": "for example",
    "eg.": "for example",
    "i.e.": "that is",
    "ie.": "that is",
    "etc.": "et cetera",
    "etc": "et cetera",
    "approx.": "approximately",
    "approx": "approximately",
    "vs.": "versus",
    "vs": "versus",
    "Mr.": "Mister",
    "Mr": "Mister",
    "Mrs.": "Missus",
    "Mrs": "Missus",
    "Ms.": "Ms",
    "Ltd.": "Limited",
    "Ltd": "Limited",
    "VAT": "V A T",
    "asap": "as soon as possible",
    "ASAP": "as soon as possible",
    "Tel.": "Telephone",
    "tel.": "telephone",
    "mph": "miles an hour",
}
"""What a voice reads as a word, or not at all. Initials that our voices read letter by letter are not among them."""
_ENDS = frozenset(("etc.", "Ltd."))
"""Those that may end a sentence with their full stop."""
_ABBREVIATED = "|".join(re.escape(each) for each in sorted(_SHORT, key=len, reverse=True))
_ROW_AFTER = r"(?:codes?|PIN|accounts?|reference|ref|policy|extension|ext|dial|ring|call|text|press)(?: (?:number|is))*"


def aloud(text: str) -> str:
    """The same text, to be spoken. Said twice it is the same: words are left alone."""
    if len(text) > LONGEST or _OF_INTEREST.search(text) is None:
        return text
    for pattern, put in _RULES:
        text = pattern.sub(put, text)
    return " ".join(text.split())


def _pounds(found: Match[str]) -> str:
    sign, amount, scale = found["sign"], found["amount"].replace(",", ""), found["scale"]
    exact = Decimal(amount)
    if exact >= LARGEST:
        return found[0]
    one, many = ("pound", "pounds") if sign == "£" else _CURRENCY[sign]
    if scale:
        return f"{decimal_words(exact)} {_SCALES[scale.lower()]} {many}"
    said = money(exact)
    if sign == "£":
        return said
    # Cents are not pence, and nobody says "twelve dollars and five cents" otherwise than in full.
    said = re.sub(r"\bpennies\b|\bpence\b", "cents", said).replace("penny", "cent")
    return re.sub(r"\bpounds\b", many, said).replace("pound", one)


def _clock(hour: int, minute: int) -> str:
    if minute == 0:
        return cardinal(hour)
    return f"{cardinal(hour)} {'oh ' if minute < 10 else ''}{cardinal(minute)}"


def _time(found: Match[str]) -> str:
    hour, minute, half = int(found["hour"]), int(found["minute"] or 0), (found["half"] or "").lower()[:1]
    if hour > 23 or minute > 59:
        return found[0]
    if half and hour <= 12:
        return f"{_clock(hour or 12, minute)} {half}m"
    if hour == 0 or hour > 12:
        return _after_midnight(minute) if hour == 0 else f"{_clock(hour - 12, minute)} pm"
    return _clock(hour, minute) if minute else f"{cardinal(hour)} o'clock"


def _after_midnight(minute: int) -> str:
    """00:15 is the night's quarter past twelve."""
    return "midnight" if minute == 0 else f"{_clock(12, minute)} am"


def _year(year: str) -> str:
    return year_words(int(year) if len(year) == 4 else 2000 + int(year))


def _date(day: str, month: int, year: str | None, before: str = "") -> str | None:
    try:
        date(int(year) if year and len(year) == 4 else 2000, month, int(day))
    except ValueError:
        return None
    the = "" if before else "the "
    return f"{before}{the}{ordinal(int(day))} of {_MONTHS[month - 1]}" + (f" {_year(year)}" if year else "")


def _day_first(found: Match[str]) -> str:
    return _date(found["day"], int(found["month"]), found["year"], found["before"] or "") or found[0]


def _day_and_month(found: Match[str]) -> str:
    """12/05, but not 9/10: a month in two figures is one only where the nought is written or the day has two."""
    if found["month"].startswith("0") or (len(found["day"]) == 2 and int(found["day"]) > 12):
        return _day_first(found)
    return found[0]


def _year_first(found: Match[str]) -> str:
    return _date(found["day"], int(found["month"]), found["year"]) or found[0]


def _named_month(found: Match[str]) -> str:
    month = _MONTH[found["month"].rstrip(".").lower()[:3]]
    return _date(found["day"], month, found["year"], found["before"] or "") or found[0]


def _month_first(found: Match[str]) -> str:
    month = _MONTH[found["month"].rstrip(".").lower()[:3]]
    return f"{_MONTHS[month - 1]} the {ordinal(int(found['day']))}" + (
        f" {_year(found['year'])}" if found["year"] else ""
    )


def _row(found: Match[str]) -> str:
    """Digits that are no count: five and more of them, or with a nought in front."""
    return digits_aloud(re.sub(r"\D", "", found[0]))


def _four(found: Match[str]) -> str:
    """1100 to 2099 may be a year, and every voice reads it as one."""
    return found[0] if 1100 <= int(found[0]) < 2100 else cardinal(int(found[0]))


def _fraction(found: Match[str]) -> str:
    part, whole = int(found["part"]), int(found["whole"])
    return f"{cardinal(part)} {'out of' if 0 < part <= whole else 'slash'} {cardinal(whole)}"


def _from_to(found: Match[str]) -> str:
    return f"{cardinal(int(found[1]))} to {cardinal(int(found[2]))}"


def _unit(found: Match[str]) -> str:
    one = _UNITS[found["unit"]]
    return f"{_amount(found['amount'])} {one}{'' if found['amount'] == '1' else 's'}"


def _amount(figure: str) -> str:
    plain = figure.replace(",", "")
    return decimal_words(Decimal(plain)) if len(plain) < 13 else digits_aloud(re.sub(r"\D", "", plain))


def _address(found: Match[str]) -> str:
    parts = re.findall(r"[A-Za-z]+|[0-9]+|[^A-Za-z0-9]", re.sub(r"^(?:https?://)?(?:www\.)?", "", found[0]))
    signs = {**ADDRESS_SIGNS, "/": "slash"}
    return " ".join(digits_aloud(part) if part.isdecimal() else signs.get(part, part) for part in parts)


def _short(found: Match[str]) -> str:
    """An abbreviation in full. One that ends the sentence keeps the full stop, which is the sentence's too."""
    said = _SHORT[found[0]]
    ends = found[0] in _ENDS and re.match(r"\s*$|\s+[A-Z]", found.string[found.end() :])
    return f"{said}." if ends else said


def _rule(pattern: str, put: Callable[[Match[str]], str] | str) -> tuple[re.Pattern[str], Callable[[Match[str]], str]]:
    return re.compile(pattern), put if callable(put) else lambda found: found.expand(put)


_FREE, _SHUT = r"(?<![\w.,/:-])", r"(?![\w/]|[.,:-]\d)"
"""Nothing of the same figure before, nor after."""
_COUNT = r"\d+(?:,\d{3})*(?:\.\d+)?"
_FROM = rf"£{_COUNT}(?:k|m|bn)?|{_FREE}\d{{1,2}}(?:[:.]\d\d)?(?: ?[ap]m)?"
"""Where a stretch of money or of time begins."""
_YEAR = r"(?P<year>\d{4}|\d{2})"
_BEFORE = r"(?P<before>\b[Tt]he )?"
_HALF = r" ?(?P<half>[ap]m\b|[AP]M\b|(?:[ap]\.m|[AP]\.M)\b(?:\.(?=\s+[a-z]|[,;)?!]))?)"
"""With the full stop of "p.m." where the sentence goes on."""

_RULES = (
    _rule(r"[\w.+%-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}", _address),
    _rule(
        r"https?://[^\s,]*[\w/]|\bwww\.[\w./-]*\w|\b[A-Za-z0-9-]+\.(?:com|org|net|co\.uk|org\.uk|gov\.uk)\b", _address
    ),
    _rule(r"(?<!\d)((?:1[1-9]|20)\d\d) ?[–-] ?(?=(?:1[1-9]|20)\d\d(?![\w-]))", r"\1 to "),
    _rule(rf"({_FROM}) ?[–-] ?(?=£\d|\d{{1,2}}[:.]\d\d(?![\d.])|\d{{1,2}} ?[ap]m\b)", r"\1 to "),
    _rule(rf"(?P<sign>[£$€])\s?(?P<amount>{_COUNT})(?:\s?(?P<scale>k|m|bn|[mb]illion|thousand)\b)?(?![\w%])", _pounds),
    _rule(rf"{_FREE}(\d+)p\b", lambda found: money(Decimal(found[1]) / 100)),
    _rule(rf"{_FREE}(?P<year>\d{{4}})-(?P<month>\d{{1,2}})-(?P<day>\d{{1,2}}){_SHUT}", _year_first),
    _rule(rf"{_BEFORE}{_FREE}(?P<day>\d{{1,2}})/(?P<month>0[1-9]|1[0-2])(?P<year>(?!))?(?![\w/])", _day_and_month),
    _rule(
        rf"(?<![\w.,/:-]){_BEFORE}(?<![\d/.])(?P<day>\d{{1,2}})[/.](?P<month>\d{{1,2}})[/.]{_YEAR}{_SHUT}", _day_first
    ),
    _rule(
        rf"{_BEFORE}{_FREE}(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<month>{_MONTH_NAME})"
        r"(?:,? (?P<year>\d{4})\b)?",
        _named_month,
    ),
    _rule(
        rf"\b(?P<month>{_MONTH_NAME}) (?:the )?(?P<day>\d{{1,2}})(?:st|nd|rd|th)\b(?:,? (?P<year>\d{{4}})\b)?",
        _month_first,
    ),
    _rule(rf"{_FREE}(?P<hour>\d{{1,2}})(?:[.:](?P<minute>\d{{2}}))?{_HALF}", _time),
    _rule(rf"{_FREE}(?P<hour>\d{{1,2}}):(?P<minute>\d{{2}})(?P<half>(?!))?{_SHUT}", _time),
    _rule(r"(?<![\w+])(?:\+|\(?0)\d(?:[ ()-]{0,2}\d){6,13}(?!\w)", lambda found: spoken(found[0].lstrip("("))),
    _rule(r"\b(?:GIR ?0AA|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2})\b", lambda found: spoken(found[0])),
    _rule(rf"{_FREE}24/7\b", "twenty-four seven"),
    _rule(r"(?:½|(?<![\w/])1/2)(?= an? )", "half"),
    _rule(r"[½¼¾]|(?<![\w/])(?:1/2|1/3|2/3|1/4|3/4)(?![\w/])", lambda found: _PARTS[found[0]]),
    _rule(rf"{_FREE}(?P<part>\d{{1,3}})/(?P<whole>\d{{1,3}})(?![\w/])", _fraction),
    _rule(rf"{_FREE}({_COUNT}) ?%", lambda found: f"{_amount(found[1])} per cent"),
    _rule(rf"{_FREE}({_COUNT}) ?°C\b", lambda found: f"{_amount(found[1])} degrees Celsius"),
    _rule(rf"{_FREE}(?P<amount>{_COUNT}) ?(?P<unit>{'|'.join(sorted(_UNITS, key=len, reverse=True))})\b", _unit),
    _rule(r"\b(\d+)(?:st|nd|rd|th)\b", lambda found: ordinal(int(found[1])) if len(found[1]) < 7 else found[0]),
    _rule(rf"\b({_DAY_NAME})\.? ?[–-] ?({_DAY_NAME})\b", lambda found: f"{_DAYS[found[1]]} to {_DAYS[found[2]]}"),
    _rule(rf"(?i:\b({_ROW_AFTER}))([:, ]+)(\d{{3,}})\b", lambda found: f"{found[1]}{found[2]}{digits_aloud(found[3])}"),
    _rule(r"\b(?:[A-Z]{2,3}-?\d{2,}|[A-Z]+-\d{2,})(?:-?[A-Z\d]+)*(?: \d{3,})*\b", lambda found: spelled(found[0])),
    _rule(r"\b([Nn])o\. ?(?=\d)", r"\1umber "),
    _rule(r"#(?=\d)", "number "),
    _rule(rf"{_FREE}(\d{{1,2}}) ?[–-] ?(\d{{1,2}}){_SHUT}", _from_to),
    _rule(r"(?<![\w.,/:-])\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\w/]|\.\d)", lambda found: _amount(found[0])),
    _rule(rf"{_FREE}(?:0\d+|\d{{5,}}){_SHUT}", _row),
    _rule(rf"{_FREE}\d{{4}}{_SHUT}", _four),
    _rule(r"(?<=\w)&(?=\w)|(?<=\s)&(?=\s)", " and "),
    _rule(r"\bDr\.? (?=[A-Z])", "Doctor "),
    _rule(r"\bSt\.? (?=[A-Z])", "Saint "),
    _rule(r"(?<=[a-z]) St\b(?:\.(?=\s+[a-z]))?(?!\.?\s+[A-Z])", " Street"),
    _rule(r"(?<=[a-z]) Rd\b(?:\.(?=\s+[a-z]))?", " Road"),
    _rule(rf"(?<![\w.&-])(?:{_ABBREVIATED})(?![\w-])", _short),
)
"""In this order: what is longest and surest first, so that a date is no fraction and a telephone number no count."""

_OF_INTEREST = re.compile(
    rf"[\d£$€%&@½¼¾]|www\.|\.(?:com|org|net|co\.uk)\b|\b(?:{_DAY_NAME})\.? ?[–-]|\b(?:Dr|St|Rd|{_ABBREVIATED})(?!\w)"
)
"""Most sentences hold nothing of the kind, and cost one look."""
