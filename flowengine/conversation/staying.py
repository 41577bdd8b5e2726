"""A caller who does not want to be put through, and says so over the line before it, or while a colleague is rung.

What the flow listens for goes first. Where nothing of that fits, the caller is asked, and who says no, or nothing, is
kept: the transfer has `failed`. Where the caller has spoken of danger before, to a flow that listens for it, nothing
stands in the way of a transfer, and no question either.
"""

from __future__ import annotations

import re
from typing import get_args

from flowengine.compliance.honoured import Honoured, honoured
from flowengine.conversation.answers import is_assent, yes_or_no
from flowengine.conversation.call import Call
from flowengine.conversation.commands import Candidate
from flowengine.conversation.honouring import PERSON
from flowengine.conversation.interpreter import Interpreter
from flowengine.conversation.place import Stay
from flowengine.conversation.prompt import Prompt
from flowengine.graph.model import Transfer
from flowengine.words.normalise import normalise

STILL = "Would you still like me to put you through?"
STAYS = "All right, I won't put you through."
MOST_ASKED = 2
"""Whose answer is neither yes nor no so often is not put through."""

SHORT = 3
"""Words of a refusal in which nothing else is said."""
SURE = 0.85
"""A live intent that is so sure answers a refusal; a looser one leaves it to the question."""

DANGER: frozenset[Honoured] = frozenset({"emergency", "distress"})
HARMLESS = frozenset(get_args(Honoured)) - DANGER
"""Protective intents of these names are no reason to hurry anybody to a colleague."""

REFUSES = re.compile(
    r"\b(?:not interested|no (?:thanks|thank you|need|way|chance|point)|rather not|never mind|leave it"
    r"|forget (?:it|that)|not (?:want|need) (?:it|that|this|one|any|to|you to)"
    r"|not (?:put|transfer|connect|pass) me|not bother|changed my mind)\b"
    r"|^(?:oh |no |please )*(?:do not|stop|cancel)(?: (?:it|that))?$"
)
BEGINS_WITH_NO = re.compile(r"^(?:(?:oh|um|uh|er|erm|well|sorry|actually|wait|please|i said) )*(?:no|nope|nah)\b")
WANTS = re.compile(r"(?<!not )(?<!not to )\b(?:put|pass|connect|transfer) me\b")


class Staying:
    """The question whether a caller still wants to be put through. It is open for as long as the stay has it."""

    def __init__(self, call: Call, interpreter: Interpreter) -> None:
        self._call = call
        self._interpreter = interpreter
        self._asked = 0

    @property
    def is_asked(self) -> bool:
        """Whether the question is open."""
        return self._stay is not None and self._stay.question is not None

    def is_refused(self, text: str) -> bool:
        """Whether these words refuse a transfer that they are still here for, and that nothing urgent has led to."""
        stay = self._stay
        return stay is not None and stay.request is not None and refuses(text) and not self._is_urgent()

    def without_looser(self, text: str, candidates: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
        """The candidates, but for what a short refusal merely holds a phrase of: "no thanks" has a "ta ta" in it.

        An intent that has a refusal among its phrases is listening for these words, however they are put.
        """
        if not candidates or len(normalise(text).words) > SHORT or not self.is_refused(text):
            return candidates
        return tuple(
            each
            for each in candidates
            if each.tier == "protective" or each.score >= SURE or self._listens_for_refusals(each.intent)
        )

    def ask(self) -> None:
        """Ask; the transfer waits, though a colleague goes on being rung."""
        call, stay = self._call, self._stay
        assert stay is not None, "nobody is being put through"
        self._asked = self._asked + 1 if stay.question is not None else 1
        stay.question = Prompt((STILL,))
        stay.unheard = stay.unheard.without(stay.question)
        call.disarm_silence()
        call.stop_speaking()
        call.may_repeat()
        call.say(stay.question)
        call.transcript.asking.latest_is_aside()

    def answered(self, text: str, shown: str, *, means_more: bool) -> bool:
        """Take an answer; False where it is none, and means something else here."""
        call, stay = self._call, self._stay
        assert stay is not None, "nobody is being put through"
        agreed = _agreed(text)
        if agreed is None and means_more:
            return False
        call.emit(call.understood(shown, None, 0.0, "none"))
        call.disarm_silence()
        if agreed:
            stay.question = None
            # Who answers into the question has heard enough of it; the line before it is owed still.
            stay.unheard = stay.unheard.without(Prompt((STILL,)))
            call.stop_speaking()
            self._interpreter.ask_again()
        elif agreed is None and self._asked < MOST_ASKED:
            self.ask()
        else:
            self.stays()
        return True

    def stays(self) -> None:
        """The caller is not put through: the flow goes on as after a transfer that did not come about."""
        call, stay = self._call, self._stay
        assert stay is not None, "nobody is being put through"
        stay.question = stay.request = None
        call.note("the caller did not want to be put through")
        call.stop_speaking()
        self._interpreter.owing.was_answered()
        call.say(Prompt((STAYS,)))
        self._interpreter.take_result("failed")

    @property
    def _stay(self) -> Stay | None:
        """Where a transfer waits for its line to be heard, for a colleague, or for the answer."""
        stay = self._call.stay
        if stay is None or not isinstance(stay.waiting, Transfer):
            return None
        return None if stay.consultation is not None and stay.consultation.is_joined else stay

    def _listens_for_refusals(self, intent: str) -> bool:
        known = self._call.flow.intents.get(intent)
        return known is None or any(refuses(each) for each in known.phrases)

    def _is_urgent(self) -> bool:
        """Whether an intent was meant that tells of danger, by its name, or as the flow calls it protective."""
        intents = self._call.flow.intents
        meant = {name for kind, name in self._interpreter.promises.happened_so_far if kind == "meant"} & intents.keys()
        return any(name in DANGER or (intents[name].protective and name not in HARMLESS) for name in meant)


def refuses(text: str) -> bool:
    """Whether somebody who is told that they will be put through plainly refuses it. "No heating" is no "no"."""
    said = " ".join(normalise(text).words)
    if WANTS.search(said):
        return False
    return bool(REFUSES.search(said) or (BEGINS_WITH_NO.match(said) and yes_or_no(text, firmly=True) is False))


def _agreed(text: str) -> bool | None:
    if refuses(text):
        return False
    if honoured(text) == PERSON:
        return True
    wants = is_assent(text) or WANTS.search(" ".join(normalise(text).words)) or yes_or_no(text)
    return True if wants else yes_or_no(text, firmly=True)
