"""A text holds something that cannot be spoken: a web address, markup, an emoji, a sign, a stray brace.

The synthesiser reads it out sign by sign, or swallows it. Write what a person would say.

Bad:

    state first
      say "See https://example.com for more."
      -> goodbye

Good:

    state first
      say "See our website, example dot com, for more."
      -> goodbye
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from flowengine.graph.checks.rule import Rule
from flowengine.graph.jinja import place, read
from flowengine.graph.names import Draft
from flowengine.graph.walk import written
from flowengine.language.diagnostics import Diagnostic

RULE = Rule("FL504", "unspeakable-text", "warning")

_DOMAINS = r"(?:com|org|net|info|biz|io|ai|eu|uk|ie|(?:co|org|gov|ac|nhs|police)\.uk)"
_SAID = {".": "dot", "/": "slash", "-": "dash", "_": "underscore", "@": "at", ":": "colon", "+": "plus"}
_SIGNS = {
    "#": "hash",
    "*": "star",
    "@": "at",
    "=": "is",
    "_": "a blank",
    "/": "or",
    "°": "degrees",
    "→": "then",
    "<": "less than",
    ">": "more than",
    "~": "about",
}
"""What a person says for a sign. Those that every voice reads well (`&`, `%`, `£`) are not among them."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """What is looked for, what it is called, and how to say it instead."""

    pattern: re.Pattern[str]
    called: Callable[[str], str]
    instead: Callable[[str], str]


def _kind(pattern: str, called: str, instead: str | Callable[[str], str]) -> _Kind:
    help_ = instead if callable(instead) else lambda _: instead
    return _Kind(re.compile(pattern, re.IGNORECASE), lambda _: called, help_)


def _aloud(address: str) -> str:
    """`www.example.co.uk/help` → "say it in words: 'example dot co dot uk slash help'"."""
    bare = re.sub(r"^(https?://)?(www\.)?", "", address, flags=re.IGNORECASE).rstrip("/")
    words = re.sub(r"[./_@:+-]", lambda sign: f" {_SAID[sign[0]]} ", bare)
    return f"say it in words: '{' '.join(words.split())}'"


def _sign_instead(sign: str) -> str:
    return f"say it in words: '{_SIGNS[sign]}'" if sign in _SIGNS else "take it out"


_KINDS = (
    _kind(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+", "an e-mail address", _aloud),
    _kind(rf"https?://\S+|\bwww\.\S+|(?<![a-z0-9.-])(?:[a-z0-9-]+\.)+{_DOMAINS}\b(?:/\S*)?", "a web address", _aloud),
    _kind(
        r"</?[a-z][^<>]*>|\*\*|__|`+|&(?:\w+|#\d+);|\[[^\[\]]+\]\([^()]*\)",
        "markup",
        "take it out: a call shows nothing",
    ),
    _kind(r"[{}]", "a stray brace", "a value stands between '{{' and '}}'"),
    _kind(
        "(?:[\U0001f000-\U0001faff\u2600-\u27bf\u2b50\u2b55\u203c\u2049\u231a-\u23ff]\ufe0f?\u200d?)+",
        "an emoji",
        "take it out",
    ),
    _kind(r"(?<!\w)[:;]-?[)(DP](?!\w)", "a smiley", "take it out: the words must say it"),
    _Kind(re.compile(r"[#*@=_/\\|^~<>→←↑↓•·©®™§¶°]"), lambda sign: f"the sign {sign!r}", _sign_instead),
)
"""The first that fits takes the stretch, so that an address is not reported again for its signs."""


def check(draft: Draft) -> Iterator[Diagnostic]:
    for each in written(draft.flow):
        if not each.spoken:
            continue
        reading = read(each.text)
        source = draft.sources.get(each.text.span.path)
        if reading.fault is not None:
            continue
        for literal in reading.literals:
            for start, found, kind in _found(literal.text):
                span = place(each.text, source, literal.offset + start, len(found))
                message = f"{kind.called(found)} cannot be spoken as it is written"
                yield RULE.at(span, message, kind.instead(found))


def _found(text: str) -> Iterator[tuple[int, str, _Kind]]:
    """Each kind once: who mends one tag or one emoji sees the others. Figures with a slash are raw digits (FL515)."""
    taken: set[int] = set()
    for kind in _KINDS:
        told = False
        for match in kind.pattern.finditer(text):
            found = match[0].rstrip(".,!?")
            places = range(match.start(), match.start() + len(found))
            if not found or not taken.isdisjoint(places) or _between_digits(text, match):
                continue
            taken.update(places)
            if not told:
                yield match.start(), found, kind
            told = True


def _between_digits(text: str, match: re.Match[str]) -> bool:
    return match[0] == "/" and text[match.start() - 1 : match.start()].isdigit() and text[match.end() :][:1].isdigit()
