"""A text holds digits that a voice may read wrongly: a telephone number, a date, a time, a price, a code.

Our embedded voice says "020 7946 0000" as "twenty, seventy-nine forty-six, zero", "999" as a count, and 12/05/2026 as
the fifth of December. What a filter or words say is said the same by every voice. Counts such as 24 are read well.

Bad:

    state first
      say "You can ring us on 020 7946 0000."
      -> goodbye

Good:

    state first
      say "You can ring us on {{ '020 7946 0000' | spoken }}, any day in the next 30 days."
      -> goodbye
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from flowengine.graph.checks.rule import Rule
from flowengine.graph.heard import FILLED, ways
from flowengine.graph.model import Template
from flowengine.graph.names import Draft
from flowengine.graph.walk import written
from flowengine.language.diagnostics import Diagnostic
from flowengine.words.number_words import UNITS, cardinal

RULE = Rule("FL515", "raw-digits", "warning")

_MONEY = r"[£$€]\s?(?:\d[\d,]*(?:\.\d+)?|\ufffc)"


@dataclass(frozen=True, slots=True)
class _Kind:
    """What is looked for, what it is, and how to say it instead."""

    pattern: re.Pattern[str]
    called: str
    instead: Callable[[str], str]


def _kind(pattern: str, called: str, instead: Callable[[str], str]) -> _Kind:
    return _Kind(re.compile(rf"(?<![\w.,/-]){pattern}(?![\w/])"), called, instead)


def _by_filter(name: str) -> Callable[[str], str]:
    return lambda found: f"write it in words, or {{{{ '{found}' | {name} }}}}"


def _words(example: str) -> Callable[[str], str]:
    return lambda _: f"write it in words, for example {example!r}; a date or time that is a value has the filter spoken"


def _money(found: str) -> str:
    amount = found.lstrip("£$€ ").replace(",", "")
    if amount == FILLED:
        return "take the sign out, and give the value the filter money: {{ … | money }}"
    return f"write it in words, or {{{{ {amount} | money }}}}"


def _percent(found: str) -> str:
    number = found.rstrip("% ")
    words = cardinal(int(number)) if number.isdecimal() and len(number) < 7 else "…"
    return f"write '{words} per cent'"


def _one_by_one(found: str) -> str:
    return f"write '{' '.join(UNITS[int(digit)] for digit in found if digit.isdecimal())}'"


_KINDS = (
    _kind(r"\d{4}-\d{1,2}-\d{1,2}", "a date", _words("the first of December")),
    _kind(r"\d{1,2}[./]\d{1,2}[./](?:\d{4}|\d{2})", "a date", _words("the first of December")),
    _kind(r"\d{1,2}(?::\d{2}){1,2}(?: ?[ap]\.?m\b)?", "a time", _words("half past two")),
    _kind(r"\d{1,2}\.\d{2} ?[ap]\.?m\b", "a time", _words("half past two")),
    _kind(_MONEY, "an amount of money", _money),
    _kind(r"(?:\d+(?:\.\d+)?|\ufffc) ?%", "a percentage", _percent),
    _kind(r"\+?\(?\d(?:[ ()-]{0,2}\d){8,14}", "a telephone number", _by_filter("spoken")),
    _kind(r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}", "a postcode", _by_filter("spoken")),
    _kind(r"(?:[A-Z]{2,}-?\d{2,}|[A-Z]+-\d+)[A-Z\d-]*", "a code", _by_filter("spelled")),
    _kind(r"\d+/\d+", "figures with a slash", lambda _: "write it in words"),
    _kind(r"0\d[\d ]*\d", "figures that begin with a nought", _one_by_one),
    _kind(r"(?<=\b[Dd]ial )\d{3}|(?<=\b[Cc]all )\d{3}|(?<=\b[Rr]ing )\d{3}", "a number to dial", _one_by_one),
    _kind(r"\d{5,}", "a long number", _by_filter("spelled")),
)
"""The first that fits takes the stretch."""


def check(draft: Draft) -> Iterator[Diagnostic]:
    for each in written(draft.flow):
        if each.spoken and isinstance(each.text, Template):
            yield from dict.fromkeys(_in_text(draft, each.text))


def _in_text(draft: Draft, text: Template) -> Iterator[Diagnostic]:
    source = draft.sources.get(text.span.path)
    for way in ways(text):
        taken: set[int] = set()
        for kind in _KINDS:
            for match in kind.pattern.finditer(way.text):
                places = range(match.start(), match.end())
                if not taken.isdisjoint(places):
                    continue
                taken.update(places)
                message = f"{kind.called} in figures: a voice may read it wrongly"
                yield RULE.at(way.span(text, source, *match.span()), message, kind.instead(match[0]))
