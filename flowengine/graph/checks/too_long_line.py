"""A sentence is longer than one breath, or the caller hears more than twenty seconds before they may speak.

Nobody keeps that much from a voice alone, and a caller who cannot get a word in hangs up. Reckoned with fifteen
characters a second, a calm British pace; our embedded voice speaks the shipped flows at 17.7. A value that is filled in
counts as twelve characters, or two words.

Bad:

    state first
      say "We can see you at ten or at two on any day that is ok by you so it is up to you and I put it in for you now."
      -> goodbye

Good:

    state first
      say "We can come at ten, or at two, on any day that suits you."
      say "You only need to tell us when."
      -> goodbye
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from flowengine.graph.checks.rule import Rule
from flowengine.graph.heard import FILLED, ways
from flowengine.graph.model import Template
from flowengine.graph.names import Draft
from flowengine.graph.talk import Said, Talk
from flowengine.graph.walk import written
from flowengine.language.diagnostics import Diagnostic, Related
from flowengine.language.source import Span

RULE = Rule("FL507", "too-long-line", "warning")

BREATH_WORDS = 30
TALK_SECONDS = 20
CHARACTERS_A_SECOND = 15
FILLED_CHARACTERS = 12
FILLED_WORDS = 2

_BREATH = re.compile(r"[^\s,;:.?!…–—(][^,;:.?!…–—()]*")


def check(draft: Draft) -> Iterator[Diagnostic]:
    for each in written(draft.flow):
        if each.spoken and isinstance(each.text, Template):
            yield from dict.fromkeys(_breathless(draft, each.text))
    yield from _Listener(draft).findings()


def _breathless(draft: Draft, text: Template) -> Iterator[Diagnostic]:
    for way in ways(text):
        for match in _BREATH.finditer(way.text):
            stretch = match[0].rstrip()
            filled = stretch.count(FILLED)
            words = len(stretch.split()) + filled * (FILLED_WORDS - 1)
            if words > BREATH_WORDS:
                span = way.span(text, draft.sources.get(text.span.path), match.start(), match.start() + len(stretch))
                message = f"{words} words without a pause: that is more than one breath"
                yield RULE.at(span, message, "make two sentences of it, or set commas where a speaker pauses")


@dataclass(frozen=True, slots=True)
class _Heard:
    """How much the caller has heard since they last spoke."""

    characters: int = 0
    filled: int = 0
    said: tuple[Said, ...] = ()

    @property
    def seconds(self) -> float:
        return (self.characters + self.filled * FILLED_CHARACTERS) / CHARACTERS_A_SECOND


@dataclass(slots=True)
class _Listener:
    """Reports the place at which it becomes too much, once, though a line that is said there has many sentences."""

    draft: Draft
    _found: dict[Span, Diagnostic] = field(default_factory=dict)

    def findings(self) -> list[Diagnostic]:
        Talk(self.draft.flow, _Heard(), self._hear, lambda one, other: one.seconds > other.seconds).follow()
        return list(self._found.values())

    def _hear(self, heard: _Heard, said: Said) -> _Heard:
        if said in heard.said:
            return heard  # a circle: talk without an end is FL305's
        longest = max((way.text for way in ways(said.text)), key=_length, default="")
        filled = longest.count(FILLED)
        now = _Heard(heard.characters + len(longest) - filled, heard.filled + filled, (*heard.said, said))
        if now.seconds <= TALK_SECONDS:
            return now
        # What follows is told of once it is too long by itself.
        self._found.setdefault(said.at, self._finding(now, said))
        return _Heard()

    def _finding(self, heard: _Heard, said: Said) -> Diagnostic:
        values = f" and {heard.filled} values at {FILLED_CHARACTERS} each" if heard.filled else ""
        message = (
            f"the caller hears about {heard.seconds:.0f} s before they may speak: "
            f"{heard.characters} characters{values}, at {CHARACTERS_A_SECOND} a second"
        )
        begins = () if heard.said[0].at == said.at else (Related(heard.said[0].at, "begins here"),)
        return RULE.at(said.at, message, f"ask something before, or say less: {TALK_SECONDS} s is the most", *begins)


def spoken_seconds(text: Template) -> float:
    """How long a text takes, the longest way through it."""
    return max((_length(way.text) for way in ways(text)), default=0) / CHARACTERS_A_SECOND


def _length(text: str) -> int:
    return len(text) + text.count(FILLED) * (FILLED_CHARACTERS - 1)
