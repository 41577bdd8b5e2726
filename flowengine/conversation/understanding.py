"""What the caller meant, of the intents that are live: by phrase and by pattern, in some tens of microseconds.

All phrases of a flow stand in one table from their words to their intents, so an utterance costs a look-up for each run
of its words and not a comparison with each phrase. Three passes, each weaker than the one before: the words as said,
the words with small ones left out ("take me off the list" for "take me off your list"), longer words mended by one or
two letters. A pass runs only where the one before found nothing. Protective intents get one more, which mends short
words too. Patterns are always looked for, each only where a string stands that it cannot do without.

Scores: 1.0 the phrase and nothing else; 0.60 to 0.97 contained, by the share of the utterance it covers, where small
words weigh little; less 0.08 for small words, 0.06 for each mended word. Below ACCEPTED nothing fits.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from flowengine.conversation.commands import Candidate, Tier
from flowengine.conversation.negation import denied
from flowengine.conversation.spelling import Speller
from flowengine.graph.model import Intent
from flowengine.graph.patterns import LONGEST_MATCHED
from flowengine.words.normalise import Said, normalise, unfilled
from flowengine.words.patterns import Sieve, compiled, needles
from flowengine.words.small import LEFT_OUT, SMALL
from flowengine.words.windows import windows

ACCEPTED = 0.6
EQUAL = 0.03
"""Two scores this close are the same: the caller is asked."""

OVERSHADOWED = 0.15
"""A match this much weaker than the best is chance, and does not compete at all."""

MOST_WINDOWS = 16
"""Parts of a long turn that are looked through for what protects: the first and the last of more."""

CONTAINED, COVERING = 0.6, 0.35
LEADING = 0.02
SMALL_WORDS_LEFT_OUT, WORD_MENDED = 0.08, 0.06
PATTERN = 0.82
GUARDED_WORDS = 3
"""Protective phrases of so many words are found with short words mended too: they are long enough to bear it."""

CONFUSED = {"of": "off"}
"""Known words that recognisers write for another, mended in protective phrases alone."""

LIGHT = frozenset({"yes", "no", "ok", "right", "thanks", "sorry", "hello", "hi"})


@dataclass(slots=True)
class Match:
    """How well an intent fits so far, and the places of the words that say so."""

    covered: set[int]
    score: float
    tier: Tier


class Matcher:
    """The phrases and patterns of all intents of a flow."""

    def __init__(self, intents: Mapping[str, Intent]) -> None:
        self.intents = intents
        self.turned_round: set[str] = set()
        self._phrases: dict[tuple[str, ...], list[str]] = defaultdict(list)
        self._reduced: dict[tuple[str, ...], list[str]] = defaultdict(list)
        self._protective = frozenset(name for name, intent in intents.items() if intent.protective)
        patterns = [(pattern, name) for name, intent in intents.items() for pattern in intent.patterns]
        self._patterns = [(compiled(pattern), name) for pattern, name in patterns]
        self._sieve = Sieve([needles(pattern) for pattern, _ in patterns])
        for name, intent in intents.items():
            for phrase in intent.phrases:
                self._add(normalise(phrase).words, name)
        self._phrase_starts, self._reduced_starts = _starts(self._phrases), _starts(self._reduced)
        self._speller = Speller({word for phrase in self._phrases for word in phrase})
        self._guarded = {
            phrase: guarded
            for phrase, names in self._phrases.items()
            if len(phrase) >= GUARDED_WORDS and (guarded := [name for name in names if name in self._protective])
        }
        self._guarded_starts = _starts(self._guarded)
        self._lenient = Speller({word for phrase in self._guarded for word in phrase}, lenient=True)

    def understand(self, text: str, live: Collection[str]) -> tuple[Candidate, ...]:
        """The live intents that fit, best first; protective ones before all others, wherever in a long turn.

        Afterwards `turned_round` has those of which a phrase was found and denied ("I don't want you to stop").
        """
        self.turned_round = set()
        found = self._found(text[:LONGEST_MATCHED], live)
        guarded = self._protective.intersection(live)
        if guarded and len(text) > LONGEST_MATCHED:
            for part in windows(text, LONGEST_MATCHED, MOST_WINDOWS):
                for name, match in self._found(part, guarded).items():
                    _keep(found, name, match)
        candidates = [
            Candidate(name, round(match.score, 3), "protective" if self.intents[name].protective else match.tier)
            for name, match in found.items()
            if match.score >= ACCEPTED
        ]
        candidates.sort(key=lambda each: (each.tier != "protective", -each.score))
        return tuple(candidates)

    def _found(self, text: str, live: Collection[str]) -> dict[str, Match]:
        """How well each live intent fits a text of no more than LONGEST_MATCHED characters."""
        said = normalise(text)
        found: dict[str, Match] = {}
        if not said.words:
            return found
        self._match_phrases(said, said, 0.0, live, found)
        if not found:
            self._match_reduced(said, live, found)
        if not found:
            self._match_mended(said, live, found)
        guarded = self._protective.intersection(live)
        if guarded and guarded.isdisjoint(found):
            # A "yes" found before must not hide that the rest protects the caller.
            self._match_reduced(said, guarded, found)
            self._match_guarded(said, guarded, found)
        self._match_patterns(text, said, live, found)
        return found

    def _add(self, phrase: tuple[str, ...], intent: str) -> None:
        if not phrase:
            return
        if intent not in self._phrases[phrase]:
            self._phrases[phrase].append(intent)
        reduced = tuple(word for word in phrase if word not in LEFT_OUT)
        if len(reduced) > 1 and intent not in self._reduced[reduced]:
            self._reduced[reduced].append(intent)

    def _match_phrases(
        self, said: Said, heard: Said, less: float, live: Collection[str], found: dict[str, Match]
    ) -> None:
        """`said` is what is looked up, `heard` the same words before they were mended."""
        for start, stop, intents in _runs(said.words, self._phrases, self._phrase_starts):
            for intent in intents:
                if intent in live and not self._denied(intent, heard, start, said.words[start:stop]):
                    self._note(found, intent, range(start, stop), heard, less, said.words[start:stop])

    def _match_reduced(self, said: Said, live: Collection[str], found: dict[str, Match]) -> None:
        places = [index for index, word in enumerate(said.words) if word not in LEFT_OUT]
        words = tuple(said.words[index] for index in places)
        for start, stop, intents in _runs(words, self._reduced, self._reduced_starts):
            first, last = places[start], places[stop - 1]
            for intent in intents:
                if intent in live and not self._denied(intent, said, first, words[start:stop]):
                    self._note(found, intent, range(first, last + 1), said, SMALL_WORDS_LEFT_OUT, words[start:stop])

    def _match_mended(self, said: Said, live: Collection[str], found: dict[str, Match]) -> None:
        mended = [self._speller.mend(word) for word in said.words]
        count = sum(word is not None for word in mended)
        if not count:
            return
        words = tuple(new or old for new, old in zip(mended, said.words, strict=True))
        guess = Said(words, said.clauses)
        self._match_phrases(guess, said, WORD_MENDED * count, live, found)
        if not found:
            self._match_reduced(guess, live, found)

    def _match_guarded(self, said: Said, live: Collection[str], found: dict[str, Match]) -> None:
        """What protects the caller, even where short words were misheard: "take me of your list"."""
        mended = [CONFUSED.get(word) or self._lenient.mend(word) for word in said.words]
        count = sum(word is not None for word in mended)
        if not count:
            return
        words = tuple(new or old for new, old in zip(mended, said.words, strict=True))
        for start, stop, intents in _runs(words, self._guarded, self._guarded_starts):
            changed = sum(word is not None for word in mended[start:stop])
            for intent in intents:
                if intent not in live or changed * 2 >= stop - start:
                    continue
                if not self._denied(intent, said, start, words[start:stop]):
                    self._note(found, intent, range(start, stop), said, WORD_MENDED * changed, words[start:stop])

    def _match_patterns(self, text: str, said: Said, live: Collection[str], found: dict[str, Match]) -> None:
        spoken = " ".join(said.words)
        written = unfilled(text)
        for index in sorted(self._sieve.sift(spoken if written == spoken else f"{spoken}\n{written}")):
            pattern, intent = self._patterns[index]
            if intent not in live:
                continue
            match = pattern.search(spoken)
            if match is not None:
                start = spoken.count(" ", 0, match.start())
                words = match.group().split()
                if not self._denied(intent, said, start, words):
                    self._note(found, intent, range(start, start + len(words)), said, 0.0, pattern)
            elif written != spoken and (match := pattern.search(written)) is not None:
                self._note_written(found, intent, pattern, match.group(), written)

    def _denied(self, intent: str, said: Said, start: int, words: Sequence[str]) -> bool:
        turned = denied(said, start, words)
        if turned:
            self.turned_round.add(intent)
        return turned

    def _note_written(
        self, found: dict[str, Match], intent: str, pattern: re.Pattern[str], matched: str, written: str
    ) -> None:
        _keep(found, intent, Match(set(), PATTERN + 0.1 * len(matched) / len(written), "pattern"))

    def _note(
        self,
        found: dict[str, Match],
        intent: str,
        places: range,
        said: Said,
        less: float,
        by: tuple[str, ...] | re.Pattern[str],
    ) -> None:
        """`by`: the words of the phrase, as they were looked up, or the pattern."""
        tier: Tier = "phrase" if isinstance(by, tuple) else "pattern"
        match = found.get(intent)
        covered = set(places) | (match.covered if match is not None and match.tier == tier else set())
        score = self._score(covered, said, self.intents[intent].protective) - less
        if tier == "pattern":
            score = max(score, PATTERN + 0.1 * len(covered) / len(said.words))
        _keep(found, intent, Match(covered, score, tier))

    def _score(self, covered: set[int], said: Said, protective: bool) -> float:
        words = said.words
        if len(covered) == len(words):
            return 1.0
        share = sum(_weight(words[index]) for index in covered) / sum(map(_weight, words))
        if len(covered) == 1 and share < 0.2 and 0 not in covered:
            return 0.5
        # What protects the caller may be said in many words: two of its own are enough, a single one must carry weight.
        if protective and len(covered) == 1 and share < 0.3:
            return 0.5
        return CONTAINED + COVERING * share + (LEADING if 0 in covered else 0.0)


def _starts(table: Iterable[tuple[str, ...]]) -> dict[str, int]:
    """The first words of phrases, each with the length of its longest."""
    starts: dict[str, int] = {}
    for phrase in table:
        starts[phrase[0]] = max(starts.get(phrase[0], 0), len(phrase))
    return starts


def _weight(word: str) -> float:
    return 0.3 if word in SMALL else 0.5 if word in LIGHT else 1.0


def _keep(found: dict[str, Match], intent: str, match: Match) -> None:
    known = found.get(intent)
    if known is None or match.score > known.score:
        found[intent] = match


def _runs(
    words: tuple[str, ...], table: Mapping[tuple[str, ...], list[str]], starts: Mapping[str, int]
) -> Iterable[tuple[int, int, list[str]]]:
    """Every run of words that stands in the table: where it starts, where it stops, whose it is."""
    for start, word in enumerate(words):
        longest = starts.get(word)
        if longest is None:
            continue
        for stop in range(start + 1, min(len(words), start + longest) + 1):
            intents = table.get(words[start:stop])
            if intents is not None:
                yield start, stop, intents
