"""Phrases to add, from what callers said: each tried with the real matcher, so that none takes what another intent has.

Three tell what words mean: a reviewer, the caller who was asked and said yes, and likeness alone; the last proposes and
does not know, which its reason says.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from flowengine.conversation.meaning import ASKED
from flowengine.conversation.supposing import listened_for, live_in
from flowengine.conversation.understanding import Matcher
from flowengine.graph.model import Flow, Intent
from flowengine.testing.confusions.findings import taken_now
from flowengine.testing.confusions.nearness import Nearness
from flowengine.testing.confusions.recorded import Turn
from flowengine.testing.confusions.wording import Wording
from flowengine.words.normalise import normalise, unfilled

Reason = Literal["a reviewer says so", "the caller said so, when asked", "comes near its phrases: look at it"]
ORDER: tuple[Reason, ...] = (
    "a reviewer says so",
    "the caller said so, when asked",
    "comes near its phrases: look at it",
)
FEWEST_WORDS, MOST_WORDS = 2, 10
"""A single word says too little, and who says more seldom says it again."""

_SPOKEN = re.compile(r"[A-Za-z][A-Za-z' -]*")
_EDGES = re.compile(r"^(?:(?:well|so|yeah|yes|no|right|sorry|hello|hi)\s*[,.!]\s*)+|[\s,.!?]+$", re.IGNORECASE)
"""What is said first, with a pause behind it; it is no part of the phrase."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A phrase for an intent. `times`: how often it was said. `clashes`: intents that it would be mixed up with."""

    intent: str
    phrase: str = field(repr=False)
    times: int
    reason: Reason
    clashes: tuple[str, ...] = ()


def proposals(flow: Flow, turns: Sequence[Turn], near: Nearness, wording: Wording) -> list[Proposal]:
    """What to add, by intent, the surest first; those that clash are among them, and say with what."""
    matcher = Matcher(flow.intents)
    said: dict[tuple[str, str], list[tuple[Turn, Reason]]] = defaultdict(list)
    for turn in turns:
        told = _meant(flow, turn, near)
        phrase = as_phrase(turn.said)
        if told is None or phrase is None or not wording.is_open(phrase):
            continue
        intent, reason = told
        if taken_now(flow, matcher, turn) != intent:
            said[intent, phrase].append((turn, reason))
    heard = [turn for turn in turns if turn.understood.intent is not None and turn.understood.tier != "none"]
    found = [
        Proposal(intent, phrase, len(those), min((why for _, why in those), key=ORDER.index))
        for (intent, phrase), those in said.items()
    ]
    tried = [replace(each, clashes=tuple(clashes(flow, each.intent, each.phrase, heard))) for each in found]
    better = Matcher(with_phrases(flow, [each for each in tried if not each.clashes]))
    useful = [
        each
        for each in tried
        if each.clashes
        or any(taken_now(flow, better, turn) == each.intent for turn, _ in said[each.intent, each.phrase])
    ]
    return sorted(useful, key=lambda each: (each.intent, ORDER.index(each.reason), -each.times, each.phrase))


def as_phrase(text: str) -> str | None:
    """What was said, as an author would write it; None: it has too few words, too many, or no mere words."""
    plain = unfilled(_EDGES.sub("", text.strip())).strip(" ,.!?")
    plain = re.sub(r"[,.!?;]+(?=\s|$)", "", plain)
    if not _SPOKEN.fullmatch(plain) or not FEWEST_WORDS <= len(normalise(plain).words) <= MOST_WORDS:
        return None
    return re.sub(r"\bi\b(?=['\s]|$)", "I", plain.lower())


def clashes(flow: Flow, intent: str, phrase: str, heard: Iterable[Turn]) -> Iterator[str]:
    """The intents that this phrase would be mixed up with, each once: where it is live together with them.

    Either they fit the phrase as well, or the phrase stands in what is theirs: their phrases, and what callers said
    that was taken for them.
    """
    others = _live_beside(flow, intent)
    found = {each.intent for each in Matcher(flow.intents).understand(phrase, others)}
    alone = Matcher({intent: replace(flow.intents[intent], phrases=(phrase,), patterns=())})
    for name in others:
        if name not in found and any(alone.understand(each, (intent,)) for each in flow.intents[name].phrases):
            found.add(name)
    for turn in heard:
        taken = turn.meant if turn.reviewed else turn.understood.intent
        if taken in others and taken not in found and alone.understand(turn.said, (intent,)):
            found.add(taken)
    yield from sorted(found)


def with_phrases(flow: Flow, added: Iterable[Proposal]) -> dict[str, Intent]:
    """The intents of the flow, as they would be."""
    intents = dict(flow.intents)
    for each in added:
        known = intents[each.intent]
        intents[each.intent] = replace(known, phrases=(*known.phrases, each.phrase))
    return intents


def _meant(flow: Flow, turn: Turn, near: Nearness) -> tuple[str, Reason] | None:
    if turn.reviewed:
        intent, reason = turn.meant, ORDER[0]
    elif turn.resolved is not None:
        intent, reason = turn.resolved, ORDER[1]
    else:
        found = near.get((turn.state, turn.said)) if turn.is_missed else None
        intent, reason = (found.intent if found is not None and found.probability >= ASKED else None), ORDER[2]
    return None if intent is None or intent not in flow.intents else (intent, reason)


def _live_beside(flow: Flow, intent: str) -> tuple[str, ...]:
    """The intents that are live somewhere together with this one."""
    found: dict[str, None] = {}
    for state in flow.states:
        heard = listened_for(flow, live_in(flow, state))
        if intent in heard:
            found.update(dict.fromkeys(name for name in heard if name != intent))
    return tuple(found)
