"""May this sentence be said? One check for whatever the agent says that its flow did not say before it.

Closed on failure: what cannot be read is not said.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from flowengine.compliance.cards import has_card
from flowengine.compliance.saying import person
from flowengine.compliance.saying.advice import ADVICE
from flowengine.compliance.saying.amounts import Amount, amounts
from flowengine.compliance.saying.argument import ARGUMENT
from flowengine.compliance.saying.authorities import CLAIM, claims
from flowengine.compliance.saying.guarantees import GUARANTEE, NO_RISK
from flowengine.compliance.saying.inner import PROMPT
from flowengine.compliance.saying.normal import heard
from flowengine.compliance.saying.places import of_texts, unapproved
from flowengine.compliance.saying.rule import Kind, Rule
from flowengine.compliance.saying.secrets import ASKS, SPOKEN
from flowengine.compliance.saying.threats import THREAT
from flowengine.compliance.saying.tongue import foreign
from flowengine.compliance.saying.undone import UNDONE
from flowengine.compliance.saying.urgency import URGENCY
from flowengine.words.sentences import sentences

KINDS: tuple[Kind, ...] = (CLAIM, NO_RISK, GUARANTEE, URGENCY, ADVICE, THREAT, ARGUMENT, ASKS, SPOKEN, PROMPT, UNDONE)
"""What is looked for by its words, in this order; beside it `person`, the amounts, the places, the language."""
LONGEST = 1500
"""Characters of a sentence. Nobody says longer ones, and what reads them may not be made to work for seconds."""
OVERLAP = 6
"""Words on either side of a cut that are read together, so that a phrase cannot hide in it."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why a sentence is not said: the rule, and what the sentence does, to stand after "this"."""

    rule: Rule
    what: str


UNREADABLE = Verdict("unreadable", "cannot be read")
PRICE = Verdict("price", "names an amount that is no approved fact")
PLACE = Verdict("place", "names a telephone number or an address that is no approved fact")
LANGUAGE = Verdict("language", "is in another language than the flow")
HUMAN = Verdict("human", person.CALLED)
READS_CARD = Verdict("secrets", SPOKEN.called)


class Saying:
    """The rules, for one company and what it has approved.

    `facts`: the amounts that may be named; None: any, and any place. `company`: who truly calls. `places`: the
    telephone numbers and addresses that may be, as `of_texts` reads them. `english`: a model has to speak it.
    """

    def __init__(
        self,
        facts: Iterable[Amount] | None,
        company: str,
        places: frozenset[str] = frozenset(),
        *,
        english: bool = True,
    ) -> None:
        self._facts = None if facts is None else _or_plain(facts)
        self._places = places | of_texts((company,))
        self._company = heard(company)
        self._english = english

    def check(self, sentence: str, previous: str = "", *, refused: bool = False, model: bool = False) -> Verdict | None:
        """Why this must not be said, after `previous`; None when it may. Raises nothing.

        `refused`: the caller has said no, so that arguing is a hit too. `model`: a model says it, which may not tell of
        what it cannot do, nor leave the language.
        """
        try:
            return self._check(sentence, previous, refused=refused, model=model)
        except Exception:
            # Whatever it is that cannot be read, it is not said.
            return UNREADABLE

    def _check(self, sentence: str, previous: str, *, refused: bool, model: bool) -> Verdict | None:
        if len(sentence) > LONGEST:
            return UNREADABLE
        text = heard(sentence)
        before = heard(previous[-LONGEST:]) if previous else ""
        for part in sentences(text):
            said = part.text
            verdict = self._alone(said, 0, refused=refused, model=model)
            if verdict is None and before:
                head = " ".join(before.split()[-OVERLAP:]).rstrip(".!?,;:- ")
                joined = f"{head} {' '.join(said.split()[:OVERLAP])}"
                verdict = self._alone(joined, len(head), refused=refused, model=model)
            if verdict is not None:
                return verdict
            before = said
        verdict = self._counted(text)
        if verdict is None and model and self._english and any(foreign(part.text) for part in sentences(sentence)):
            return LANGUAGE
        return verdict

    def _alone(self, text: str, cut: int, *, refused: bool, model: bool) -> Verdict | None:
        """What is wrong with a sentence; with `cut`, only what goes over it counts."""
        claim = person.claimed(text, life=model)
        if claim is not None and _over(claim.span(), cut):
            return HUMAN
        for kind in KINDS:
            if (kind is ARGUMENT and not refused) or (kind.models and not model):
                continue
            if kind is CLAIM:
                match = claims(text, self._company)
                if match is not None and _over(match.span(), cut):
                    return Verdict(kind.rule, kind.called)
            elif any(_over(match.span(), cut) for match in kind.matches(text)):
                return Verdict(kind.rule, kind.called)
        if self._facts is not None:
            named = amounts(text) - self._facts
            if named and cut:
                named -= amounts(text[:cut]) | amounts(text[cut:])
            if named:
                return PRICE
            strange = unapproved(text, self._places)
            if strange and cut:
                strange -= unapproved(text[:cut], self._places) | unapproved(text[cut:], self._places)
            # Thirteen digits and more may be a card's, which is worse.
            if strange:
                return self._counted(text) or PLACE
        return None

    def _counted(self, text: str) -> Verdict | None:
        return READS_CARD if has_card(text) else None


def _or_plain(facts: Iterable[Amount]) -> frozenset[Amount]:
    """What is a month's price may be named without the month; not the other way round, nor by the year."""
    given = frozenset(facts)
    return given | {replace(each, per="") for each in given if each.value is not None}


def _over(span: tuple[int, int], cut: int) -> bool:
    return not cut or span[0] < cut < span[1]
