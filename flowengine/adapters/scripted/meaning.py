"""An engine of meanings that finds what it was told to, for tests and demonstrations."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping

from flowengine.conversation.meaning import Likeness
from flowengine.errors import MeaningError
from flowengine.words.normalise import bare

Given = Mapping[str, Mapping[str, float]]
"""For an utterance, how near it comes to which intents, -1 to 1."""


class ScriptedMeaning:
    """Likenesses as given; for any other utterance, the share of bare words that it has in common with each example.

    How an utterance is written changes nothing, as with the embedded engine.

    `delay_s` passes before every answer. Texts in `fails`, as utterance or as example, bring an error. Keeps what it
    was asked in `asked`, and what it learnt in `learnt`.
    """

    name = "scripted"

    def __init__(self, given: Given | None = None, *, delay_s: float = 0.0, fails: Collection[str] = ()) -> None:
        self.given: Given = {bare(text): near for text, near in (given or {}).items()}
        self.delay_s = delay_s
        self.fails = fails
        self.asked: list[str] = []
        self.learnt: list[Mapping[str, tuple[str, ...]]] = []
        self.closed = False

    async def learn(self, examples: Mapping[str, tuple[str, ...]]) -> ScriptedLesson:
        self.learnt.append(examples)
        await self.check(*(text for texts in examples.values() for text in texts))
        return ScriptedLesson(self, examples)

    async def check(self, *texts: str) -> None:
        """Raises MeaningError when it is closed, or told to fail on any of these."""
        if self.closed:
            raise MeaningError("the scripted engine of meanings is closed")
        await asyncio.sleep(self.delay_s)
        if any(text in self.fails for text in texts):
            raise MeaningError("the scripted engine of meanings was told to fail")

    async def close(self) -> None:
        self.closed = True


class ScriptedLesson:
    """Examples by intent, compared word by word."""

    def __init__(self, engine: ScriptedMeaning, examples: Mapping[str, tuple[str, ...]]) -> None:
        self._engine = engine
        self._examples = {intent: texts for intent, texts in examples.items() if any(map(_words, texts))}

    async def liken(self, text: str, intents: Collection[str]) -> tuple[Likeness, ...]:
        known = [intent for intent in dict.fromkeys(intents) if intent in self._examples]
        if not known or not _words(text):
            return ()
        self._engine.asked.append(text)
        await self._engine.check(text)
        given = self._engine.given.get(bare(text))
        found = [self._likeness(text, intent) if given is None else self._told(intent, given) for intent in known]
        return tuple(sorted(found, key=lambda each: -each.nearest))

    def _told(self, intent: str, given: Mapping[str, float]) -> Likeness:
        near = given.get(intent, 0.0)
        return Likeness(intent, near, near, self._examples[intent][0])

    def _likeness(self, text: str, intent: str) -> Likeness:
        shared = [(_shared(text, each), each) for each in self._examples[intent]]
        shared.sort(key=lambda each: -each[0])
        nearest, example = shared[0]
        three = [each for each, _ in shared[:3]]
        return Likeness(intent, nearest, sum(three) / len(three), example)


def _shared(one: str, other: str) -> float:
    both = _words(one) | _words(other)
    return len(_words(one) & _words(other)) / len(both) if both else 0.0


def _words(text: str) -> set[str]:
    return set(bare(text).split())
