"""The in-call guard over what the agent says: what no flow has said before it is checked, sentence by sentence.

A sentence that may not be said is replaced by an approved one. The second hit is one too many: the conversation then
looks for a person, or takes its leave.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from flowengine.compliance.honoured import declines
from flowengine.compliance.saying.amounts import of_all
from flowengine.compliance.saying.places import of_texts
from flowengine.compliance.saying.rule import Rule
from flowengine.compliance.saying.saying import Saying, Verdict
from flowengine.conversation.answers import yes_or_no
from flowengine.conversation.approved import Approved
from flowengine.conversation.commands import Blocked, Speaker
from flowengine.graph.heard import ways
from flowengine.graph.model import Template
from flowengine.words.sentences import sentences as sentences_of

MOST_HITS = 2
FAREWELL = "I'm sorry, I can't help any further on this call. Goodbye."
INSTEAD: Mapping[Rule, str] = {
    "authority": "I'm an automated assistant, calling for {company}.",
    "human": "I'm an automated assistant.",
    "guarantee": "I can't promise that.",
    "urgency": "There's no hurry to decide.",
    "secrets": "Please don't say any card or account numbers on this call.",
    "prompt": "I'm sorry, I can't talk about that.",
    "advice": "I can't give advice on that.",
    "threat": "I'm sorry. It's entirely up to you.",
    "argument": "I understand.",
    "price": "I can't quote a figure for that.",
    "place": "I can't give out a number or an address for that.",
    "undone": "I can't confirm that yet.",
    "language": "I'm sorry, I only speak English on this call.",
    "unreadable": "I'm sorry, I can't say more on that.",
}
"""The approved wording, by the rule that was broken."""


class Guarding:
    """The guard of one call."""

    def __init__(self, approved: Approved, company: str, emit: Callable[[Blocked], None]) -> None:
        self._approved = approved
        self._company = company
        self._emit = emit
        self._amounts = approved.amounts
        self._places = approved.places
        self._saying = self._rules()
        self._previous = ""
        self.hits = 0
        """Sentences of this call that were not let be said."""
        self.refused = False
        """The caller has said no, and nothing since that takes it back."""

    @property
    def is_spent(self) -> bool:
        """There have been as many hits as a call has patience for."""
        return self.hits >= MOST_HITS

    def settle(self) -> None:
        """What a spent guard asks for is seen to. The next hit asks for it again."""
        self.hits = MOST_HITS - 1

    def heard(self, text: str) -> None:
        """The caller has said this."""
        self._previous = ""
        self.refused = declines(text) or (self.refused and yes_or_no(text) is not True)

    def spoke(self, sentence: str) -> None:
        """The agent has said this: what follows is read with it."""
        self._previous = sentence

    def approve(self, template: Template, text: str) -> None:
        """A text of the flow, filled in: its amounts and places are approved, unless it holds the caller's words."""
        if template.text in self._approved.filled and template.text not in self._approved.callers:
            more, places = of_all((text,)) - self._amounts, of_texts((text,)) - self._places
            if more or places:
                self._amounts |= more
                self._places |= places
                self._saying = self._rules()

    def _rules(self) -> Saying:
        return Saying(self._amounts, self._company, self._places, english=self._approved.english)

    def own(self, template: Template, text: str) -> str:
        """A text of the flow, filled in, as it may be spoken: a value must not bring in what the author did not."""
        if template.text not in self._approved.filled:
            return text
        self.approve(template, text)
        verdict = self._approved.own.check(text, self._previous)
        if verdict is None or self._is_authors(template, verdict):
            return text
        self._hit(verdict, "flow")
        return self._instead(verdict)

    def wrong(self, text: str) -> Verdict | None:
        """What is wrong with a text from outside; nothing is counted."""
        return self._saying.check(text, self._previous, refused=self.refused)

    def passed(self, sentences: Iterable[str], speaker: Speaker) -> tuple[str, ...]:
        """Sentences as they may be spoken, up to the hit that is one too many."""
        said: list[str] = []
        for sentence in sentences:
            before = said[-1] if said else self._previous
            verdict = self._saying.check(sentence, before, refused=self.refused, model=speaker == "model")
            if verdict is not None:
                self._hit(verdict, speaker)
                if self.is_spent:
                    break
            said.append(sentence if verdict is None else self._instead(verdict))
        return tuple(said)

    def last_words(self, message: str | None) -> str | None:
        """What somebody outside wants said at the end, as it may be said."""
        if not message or self.wrong(message) is None:
            return message
        said = self.passed((each.text for each in sentences_of(message)), "outside")
        return FAREWELL if self.is_spent else " ".join(said)

    def _is_authors(self, template: Template, verdict: Verdict) -> bool:
        """Whether the words that break the rule are the template's own: those were checked when it was compiled."""
        found = (self._approved.own.check(way.text) for way in ways(template))
        return any(each is not None and each.rule == verdict.rule for each in found)

    def _instead(self, verdict: Verdict) -> str:
        return INSTEAD[verdict.rule].format(company=self._company)

    def _hit(self, verdict: Verdict, speaker: Speaker) -> None:
        self.hits += 1
        self._emit(Blocked(verdict.rule, verdict.what, speaker))
