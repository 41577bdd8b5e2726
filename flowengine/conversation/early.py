"""A yes that comes before its question had begun to be heard: it assents to nothing, whatever is said beside it.

"Hello, yes" over the first line of a greeting says that somebody is there. What it is understood as is no answer then;
everything else counts at once: a no, another intent, a value, words of the question itself ("yes, book it").
"""

from __future__ import annotations

from collections.abc import Collection

from flowengine.conversation.answers import is_assent, yes_or_no
from flowengine.conversation.call import Call
from flowengine.conversation.collector import Collector
from flowengine.conversation.commands import Candidate
from flowengine.conversation.events import Reached
from flowengine.conversation.place import OpenToCaller
from flowengine.conversation.staying import Staying
from flowengine.graph.model import Collect, Listen, Llm
from flowengine.words.normalise import normalise, word_set
from flowengine.words.small import SMALL

WEIGHTLESS = SMALL | word_set(
    "shall will may can have has had like want know get got go take was were been not no yes ok right good fine all "
    "what how when who which why or if him her them they he she"
)
"""Words of a question that do not tell what is asked."""


class Early:
    """What may be said at any time, and what only to a question."""

    def __init__(self, call: Call, collector: Collector, staying: Staying) -> None:
        self._call = call
        self._collector = collector
        self._staying = staying

    def is_asked(self, reached: Reached) -> bool:
        """Whether the caller had heard what a yes would answer, or the beginning of it, when the agent had come so
        far."""
        stay = self._call.stay
        assert stay is not None, "the call has not begun"
        if not isinstance(stay.waiting, OpenToCaller) and stay.doubt is None and not self._staying.is_asked:
            return False
        more_comes = isinstance(stay.waiting, Llm) and stay.request is not None
        return self._call.transcript.asking.is_asked(reached, more_comes=more_comes)

    def unasked(self, text: str, candidates: tuple[Candidate, ...], reached: Reached | None) -> tuple[Candidate, ...]:
        """Those of the candidates that assent to what has not been asked yet; nothing where nobody knows."""
        found = tuple(each for each in candidates if each.tier != "slot" and self.assents(each.intent))
        if not found or self._counts(reached):
            return ()
        return tuple(each for each in found if not self._names_what_is_asked(each.intent, text))

    def is_no_answer(self, text: str, candidates: tuple[Candidate, ...], reached: Reached | None) -> bool:
        """Whether all that a question would take from these words is a yes, and it had not been asked."""
        stay = self._call.stay
        if stay is None or any(each.tier == "protective" for each in candidates):
            return False
        if isinstance(stay.waiting, Collect):
            return self._collector.rests_on_yes(text) and not self._counts(reached)
        left = without(candidates, unasked := self.unasked(text, candidates, reached))
        return isinstance(stay.waiting, Listen) and bool(unasked) and not left

    def unasked_intents(self, named: Collection[str], reached: Reached | None) -> frozenset[str]:
        """Those of the intents that no words so early mean, however like them they are."""
        return frozenset() if self._counts(reached) else frozenset(each for each in named if self.assents(each))

    def is_before_the_question(self, reached: Reached | None) -> bool:
        """Whether words began before the question had begun to be heard, for the first time."""
        return not self._counts(reached)

    def assents(self, intent: str) -> bool:
        """Whether it is what a plain yes says. "I'm OK, thanks" among the ways to refuse makes no yes of a refusal."""
        known = self._call.flow.intents.get(intent)
        phrases = known.phrases if known is not None else ()
        return any(map(is_assent, phrases)) and not any(yes_or_no(phrase) is False for phrase in phrases)

    def _counts(self, reached: Reached | None) -> bool:
        """Whether an answer counts: the question is being heard, or was in this state, and is asked again."""
        stay = self._call.stay
        if reached is None or stay is None or not isinstance(stay.waiting, OpenToCaller) or stay.doubt is not None:
            return True
        return self._call.transcript.asking.was_heard or self.is_asked(reached)

    def _names_what_is_asked(self, intent: str, text: str) -> bool:
        """Whether a phrase of this intent is among the words that has a word of the question's own."""
        asked = set(normalise(self._call.transcript.asking.question).words) - WEIGHTLESS
        said = normalise(text).words
        phrases = (normalise(phrase).words for phrase in self._call.flow.intents[intent].phrases)
        return any(not asked.isdisjoint(phrase) and _holds(said, phrase) for phrase in phrases)


def without(candidates: tuple[Candidate, ...], unasked: Collection[Candidate]) -> tuple[Candidate, ...]:
    """The candidates but for the yes that counts not, and what fits less than that."""
    least = max((each.score for each in unasked), default=0.0)
    kept = (each for each in candidates if each not in unasked)
    return tuple(each for each in kept if each.tier == "protective" or each.score >= least)


def _holds(said: tuple[str, ...], phrase: tuple[str, ...]) -> bool:
    return any(said[start : start + len(phrase)] == phrase for start in range(len(said) - len(phrase) + 1))
