"""Why an utterance was understood as it was: the phrases and patterns that matched, and what a "not" turned round.

A `Matcher` that takes notes, for people who ask; calls use the plain one.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from flowengine.conversation.commands import Candidate
from flowengine.conversation.understanding import SMALL_WORDS_LEFT_OUT, Match, Matcher
from flowengine.graph.model import Intent
from flowengine.words.normalise import Said, normalise
from flowengine.words.small import LEFT_OUT

How = Literal["phrase", "phrase without small words", "phrase, words mended", "pattern"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A phrase or a pattern of an intent that stands in what was said. `heard`: the words where it stands."""

    intent: str
    how: How
    written: str
    heard: str
    denied: bool = False


@dataclass(frozen=True, slots=True)
class Explanation:
    """`words`: the utterance as it is matched. Candidates best first, as a call would have them."""

    words: tuple[str, ...]
    candidates: tuple[Candidate, ...]
    evidence: tuple[Evidence, ...]


class ExplainingMatcher(Matcher):
    """Keeps why it found what it found."""

    def __init__(self, intents: Mapping[str, Intent]) -> None:
        super().__init__(intents)
        self._evidence: list[Evidence] = []

    def explain(self, text: str, live: Collection[str]) -> Explanation:
        """What `understand` finds, and why."""
        self._evidence = []
        candidates = self.understand(text, live)
        return Explanation(normalise(text).words, candidates, tuple(dict.fromkeys(self._evidence)))

    def _denied(self, intent: str, said: Said, start: int, words: Sequence[str]) -> bool:
        turned_round = super()._denied(intent, said, start, words)
        if turned_round:
            heard = " ".join(said.words[start : start + len(words)])
            self._evidence.append(Evidence(intent, "phrase", self._written(intent, tuple(words)), heard, denied=True))
        return turned_round

    def _note(
        self,
        found: dict[str, Match],
        intent: str,
        places: range,
        said: Said,
        less: float,
        by: tuple[str, ...] | re.Pattern[str],
    ) -> None:
        super()._note(found, intent, places, said, less, by)
        heard = " ".join(said.words[places.start : places.stop])
        if isinstance(by, re.Pattern):
            self._evidence.append(Evidence(intent, "pattern", f"/{by.pattern}/", heard))
            return
        how: How = "phrase, words mended"
        if not less:
            how = "phrase"
        elif less == SMALL_WORDS_LEFT_OUT:
            how = "phrase without small words"
        self._evidence.append(Evidence(intent, how, self._written(intent, by), heard))

    def _note_written(
        self, found: dict[str, Match], intent: str, pattern: re.Pattern[str], matched: str, written: str
    ) -> None:
        super()._note_written(found, intent, pattern, matched, written)
        self._evidence.append(Evidence(intent, "pattern", f"/{pattern.pattern}/", matched))

    def _written(self, intent: str, words: tuple[str, ...]) -> str:
        """The phrase as its author wrote it, of which these are the words, or those that weigh."""
        for phrase in self.intents[intent].phrases:
            full = normalise(phrase).words
            if words in (full, tuple(word for word in full if word not in LEFT_OUT)):
                return phrase
        return " ".join(words)
