"""What a flow's own phrases say of it: each is said where it is not known, and it is seen what it is taken for.

A phrase that is then taken for another intent marks a border that a caller with slightly other words will cross; one
that fits nothing is the only one of its kind. Patterns stay: they are written for words that no phrase foresaw.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from flowengine.conversation.commands import Candidate
from flowengine.conversation.place import Live, fits
from flowengine.conversation.supposing import Decision, decided, listened_for, listening_in, live_in
from flowengine.conversation.understanding import Match, Matcher
from flowengine.graph.model import Flow, Intent, OnIntent
from flowengine.graph.rivals import same_effect
from flowengine.words.normalise import Said, normalise
from flowengine.words.small import LEFT_OUT


@dataclass(frozen=True, slots=True)
class Slip:
    """A phrase that, were it not known, would be taken for another intent. `asked`: which of the two is asked.

    `states`: where both are live.
    """

    phrase: str
    meant: str
    taken: str
    asked: bool
    states: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shared:
    """A phrase that stands in two intents or more, and the states in which two of them are live."""

    phrase: str
    intents: tuple[str, ...]
    states: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """How the phrases of one intent would fare if each were not known, in the states where it is live."""

    intent: str
    phrases: int
    right: int
    mixed_up: int
    nothing: int


@dataclass(frozen=True, slots=True)
class Borders:
    """All that the phrases tell. Slips by intent, then by what they are taken for."""

    slips: tuple[Slip, ...]
    shared: tuple[Shared, ...]
    standings: tuple[Standing, ...]


class ForgettingMatcher(Matcher):
    """A matcher that can forget a phrase for the time of one look, and others that differ from it in small words."""

    def __init__(self, intents: Mapping[str, Intent]) -> None:
        super().__init__(intents)
        self._forgotten: tuple[str, frozenset[tuple[str, ...]]] | None = None

    def understand_without(self, intent: str, phrase: str, live: Collection[str]) -> tuple[Candidate, ...]:
        """What the phrase, said by a caller, is taken for where this intent does not have it."""
        words = normalise(phrase).words
        self._forgotten = (intent, frozenset({words, tuple(word for word in words if word not in LEFT_OUT)}))
        try:
            return self.understand(phrase, live)
        finally:
            self._forgotten = None

    def _note(
        self,
        found: dict[str, Match],
        intent: str,
        places: range,
        said: Said,
        less: float,
        by: tuple[str, ...] | re.Pattern[str],
    ) -> None:
        if self._forgotten is None or self._forgotten[0] != intent or by not in self._forgotten[1]:
            super()._note(found, intent, places, said, less, by)


def borders(flow: Flow) -> Borders:
    """Look at every phrase in every state in which its intent is live."""
    matcher = ForgettingMatcher(flow.intents)
    # Most states listen for the same: each set of live branches is looked at once.
    places: dict[Live, list[str]] = defaultdict(list)
    for state in listening_in(flow):
        places[live_in(flow, state)].append(state)
    heard = {live: listened_for(flow, live) for live in places}
    shared = tuple(_shared(flow, {live: (heard[live], states) for live, states in places.items()}))
    known = {(normalise(each.phrase).words, intent) for each in shared for intent in each.intents}
    slips: list[Slip] = []
    standings: list[Standing] = []
    for name, intent in flow.intents.items():
        found = {
            phrase: _fate(matcher, name, phrase, [(live, heard[live], states) for live, states in places.items()])
            for phrase in intent.phrases
            if (normalise(phrase).words, name) not in known
        }
        slips += [slip for _, mine in found.values() for slip in mine]
        if found:
            mixed = sum(bool(mine) for _, mine in found.values())
            right = sum(fitting and not mine for fitting, mine in found.values())
            standings.append(Standing(name, len(found), right, mixed, len(found) - mixed - right))
    return Borders(tuple(slips), shared, tuple(standings))


def _fate(
    matcher: ForgettingMatcher, name: str, phrase: str, places: Sequence[tuple[Live, tuple[str, ...], list[str]]]
) -> tuple[bool, list[Slip]]:
    """Whether anything fits, and what it is taken for that it does not mean."""
    fitting, taken = False, dict[tuple[str, bool], list[str]]()
    for live, heard, states in places:
        if name not in heard:
            continue
        decision = decided(live, matcher.understand_without(name, phrase, heard))
        fitting = fitting or decision.intent is not None
        first = decision.fits[0].intent if decision.fits else decision.intent
        other = decision.asked.intent if decision.asked is not None else None
        if first is not None and first != name and not _leads_alike(live, name, decision):
            taken.setdefault((first, other == name), []).extend(states)
        elif other is not None:
            taken.setdefault((other, True), []).extend(states)
    return fitting, [Slip(phrase, name, other, asked, tuple(states)) for (other, asked), states in taken.items()]


def _leads_alike(live: Live, name: str, decision: Decision) -> bool:
    """Whether it makes no difference, since the branch that is taken does what the right one does."""
    own = next(fits(live, OnIntent(name), {}), None)
    return own is not None and bool(decision.fits) and same_effect(own.branch, decision.fits[0].branch)


def _shared(flow: Flow, places: Mapping[Live, tuple[tuple[str, ...], list[str]]]) -> Iterator[Shared]:
    """By the words that are matched: "I'm in" and "I am in" are one phrase."""
    owners: dict[tuple[str, ...], dict[str, str]] = defaultdict(dict)
    for name, intent in flow.intents.items():
        for phrase in intent.phrases:
            owners[normalise(phrase).words].setdefault(name, phrase)
    for words, owned in owners.items():
        if words and len(owned) > 1:
            where = [
                state for heard, states in places.values() if len(owned.keys() & set(heard)) > 1 for state in states
            ]
            yield Shared(next(iter(owned.values())), tuple(owned), tuple(where))
