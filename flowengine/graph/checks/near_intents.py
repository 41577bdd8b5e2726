"""The phrases of two intents that compete are nearer to each other than to those of their own intent.

What callers say in other words goes to either by chance. At least half of the phrases of both must lie nearer to a
phrase of the other (by the share of words in common, small words left out) for this to be reported.

Bad:

    intent move_visit "the caller wants the visit on another day"
      "change the visit" "move my visit"

    intent change_name "the caller wants the visit in another name"
      "change my visit" "move that visit please"

    state first
      say "What can I do for you?"
      listen
        move_visit -> goodbye
        change_name: end booked
        silence or otherwise -> goodbye

Good:

    intent move_visit "the caller wants the visit on another day"
      "change the day" "another day"

    intent change_name "the caller wants the visit in another name"
      "change the name" "another name"

    state first
      say "What can I do for you?"
      listen
        move_visit -> goodbye
        change_name: end booked
        silence or otherwise -> goodbye
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from flowengine.graph.checks.rule import Rule
from flowengine.graph.checks.shared_phrase import Places, phrases, shared_by
from flowengine.graph.names import Draft
from flowengine.graph.rivals import rivals
from flowengine.graph.walk import own
from flowengine.language import ast
from flowengine.language.diagnostics import Diagnostic, Related
from flowengine.words.small import LEFT_OUT

RULE = Rule("FL611", "near-intents", "warning")

NEAR = 0.5
"""Half of the words in common: below that, two phrases are merely not unlike."""
STRAY_SHARE = 0.5
"""Of the shipped flows' pairs of intents, none has more than a fifth of its phrases nearer to the other's."""
FEWEST = 2


def check(draft: Draft) -> Iterator[Diagnostic]:
    places = phrases(draft)
    clouds: dict[str, _Cloud] = {}
    for pair in rivals(draft.flow):
        sizes = [len(places.get(name, ())) for name in (pair.first, pair.second)]
        if min(sizes) < FEWEST or not own(draft, pair.second_branch.span):
            continue
        if shared_by(places, pair.first, pair.second):
            continue  # FL610 names what to part them by
        first, second = (_cloud(name, places, clouds) for name in (pair.first, pair.second))
        # The one of fewer phrases first: it mostly decides, at less cost.
        few, many = sorted((first, second), key=lambda cloud: len(cloud.phrases))
        if not few.is_within(many) or not many.is_within(few):
            continue
        strays, others = first.strays(second), second.strays(first)
        message = (
            f"intents {pair.first!r} and {pair.second!r} are nearer to each other than to themselves: "
            f"{strays[0].text.value!r} and {others[0].text.value!r}, for example"
        )
        yield RULE.at(
            pair.second_branch.span,
            message,
            "give each phrases with words of its own, or make one intent of the two",
            Related(strays[0].text.span, f"of {pair.first!r}"),
            Related(others[0].text.span, f"of {pair.second!r}"),
        )


def _cloud(name: str, places: dict[str, Places], clouds: dict[str, _Cloud]) -> _Cloud:
    if name not in clouds:
        clouds[name] = _Cloud(places[name])
    return clouds[name]


@dataclass(frozen=True, slots=True)
class _Phrase:
    """A phrase as the set of its words, less the small ones where others are left."""

    text: ast.Text
    words: frozenset[str]


class _Cloud:
    """An intent's phrases, found by their words."""

    def __init__(self, places: Places) -> None:
        self.phrases = [
            _Phrase(text, frozenset(word for word in said if word not in LEFT_OUT) or frozenset(said))
            for said, text in places.items()
        ]
        self._by_word: dict[str, list[_Phrase]] = defaultdict(list)
        for phrase in self.phrases:
            for word in phrase.words:
                self._by_word[word].append(phrase)
        self._own: dict[int, float] = {}

    def nearest(self, phrase: _Phrase) -> float:
        """How near the nearest other phrase is, from 0 to 1."""
        others = {id(other): other for word in phrase.words for other in self._by_word.get(word, ())}
        return max((_nearness(phrase, other) for other in others.values() if other is not phrase), default=0.0)

    def is_within(self, other: _Cloud) -> bool:
        """Whether enough phrases are strays."""
        return len(self.strays(other)) >= STRAY_SHARE * len(self.phrases)

    def strays(self, other: _Cloud) -> list[_Phrase]:
        """The phrases that are near to the other intent, and nearer than to their own."""
        return [phrase for phrase in self.phrases if self._strays(phrase, other.nearest(phrase))]

    def _strays(self, phrase: _Phrase, nearness: float) -> bool:
        if nearness < NEAR:
            return False
        if id(phrase) not in self._own:
            self._own[id(phrase)] = self.nearest(phrase)
        return nearness > self._own[id(phrase)]


def _nearness(one: _Phrase, other: _Phrase) -> float:
    common = len(one.words & other.words)
    return common / (len(one.words) + len(other.words) - common)
