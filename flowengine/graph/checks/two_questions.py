"""Two questions are asked in a row, before the caller may answer either.

The answer "yes" would fit both, and the flow takes it for an answer to the second. "Hello?" and "Sorry?" are no
questions, and "Which one? This, or that?" is one.

Bad:

    state first
      say "Am I speaking with {{ contact.name }}? Is now a good time?"
      -> goodbye

Good:

    state first
      say "Hello? Is that {{ contact.name }}, and is now a good time?"
      listen
        agree or refuse or silence or otherwise -> goodbye
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from flowengine.graph.checks.rule import Rule
from flowengine.graph.heard import Heard, ways
from flowengine.graph.names import Draft
from flowengine.graph.talk import Said, Talk
from flowengine.language.diagnostics import Diagnostic, Related
from flowengine.language.source import Span
from flowengine.words.sentences import Sentence, sentences

RULE = Rule("FL508", "two-questions", "warning")

_CALLS = re.compile(
    r"(?:oh |ah |well |no |so )?(?:hello|hi|sorry|pardon|ok|okay|all right|alright|right|really|yes|no|what|eh|hm+|"
    r"excuse me|i beg your pardon|is that so|you know|anyone there|\ufffc)\W*",
    re.IGNORECASE,
)

_OPENS = re.compile(
    r"(?:\W*(?:and|or|but|so|now|then|also|well|ok|okay|sorry|please|great|good|right|thanks|thank you)\b)*\W*"
    r"(?:who|whom|whose|what|which|when|where|why|how|is|are|am|was|were|do|does|did|has|have|had|can|could|may|might|"
    r"will|would|shall|should|must|(?:is|are|was|were|do|does|did|have|has|can|could|wo|would|should)n['’]t|"
    r"what['’]s|who['’]s|where['’]s|when['’]s|how['’]s|i|you|he|she|it|we|they|there|this|that|"
    r"(?:you|we|they)['’](?:re|ve|d|ll)|any|anything|anyone)\b",
    re.IGNORECASE,
)
"""How a sentence begins that asks by itself. Another ("Evenings, or weekends?") offers answers to the one before."""


def check(draft: Draft) -> Iterator[Diagnostic]:
    yield from _Listener(draft).findings()


@dataclass(frozen=True, slots=True)
class _Asked:
    """The question that is open, if one is."""

    span: Span | None = None


@dataclass(slots=True)
class _Listener:
    draft: Draft
    _found: dict[Span, Diagnostic] = field(default_factory=dict)

    def findings(self) -> list[Diagnostic]:
        flow = self.draft.flow
        Talk(flow, _Asked(), self._hear, lambda one, other: one.span is not None and other.span is None).follow()
        for slot in flow.slots.values():
            for text in (slot.ask, slot.again, slot.confirm):
                if text is not None:
                    self._hear(_Asked(), Said(text, text.span))
        return list(self._found.values())

    def _hear(self, asked: _Asked, said: Said) -> _Asked:
        ends = [self._way(asked, said, way) for way in ways(said.text)]
        return next((end for end in ends if end.span is not None), ends[0] if ends else asked)

    def _way(self, asked: _Asked, said: Said, way: Heard) -> _Asked:
        source = self.draft.sources.get(said.text.span.path)
        within = _Asked()
        for question in questions(way.text):
            span = way.span(said.text, source, question.start, question.stop)
            at = span if within.span is not None or said.at == said.text.span else said.at
            before = within.span or asked.span
            if before is not None and before != at and _OPENS.match(question.text):
                self._found.setdefault(at, _finding(at, before))
                within, asked = _Asked(), _Asked()  # a third one is the same mistake
            else:
                within = _Asked(span)
        return _Asked(within.span or asked.span)


def questions(text: str) -> Iterator[Sentence]:
    """The sentences that ask."""
    for sentence in sentences(text):
        if sentence.text.endswith("?") and not _CALLS.fullmatch(sentence.text):
            yield sentence


def _finding(at: Span, before: Span) -> Diagnostic:
    message = "a second question is asked before the first can be answered"
    help_ = "listen in between, ask only one of them, or make one question of the two"
    return RULE.at(at, message, help_, Related(before, "the first question"))
