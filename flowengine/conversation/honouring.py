"""The floor under every flow: what a caller may always say, and the engine's own answer where the flow has none.

A flow's own intents come first, and its own branches answer: where it has a live intent of that name, words that its
phrases miss are taken for it. Where it has none, approved wording answers, and the call goes on or ends.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

from flowengine.compliance.honoured import NAMED, Honoured, honoured, kinds, opts_out
from flowengine.conversation.call import Call
from flowengine.conversation.commands import Candidate
from flowengine.conversation.interpreter import Interpreter
from flowengine.conversation.place import intents_of
from flowengine.conversation.prompt import Prompt
from flowengine.graph.model import Always, Flow, Intent, OnIntent, Transfer

OPT_OUT: Literal["opt_out"] = "opt_out"
SUPPRESSED = "I've taken your number off our list, and we won't call you again. Goodbye."
PERSON: Honoured = "human_request"
MISSED = 0.9
"""What an intent of the flow that does not protect is given where the floor has heard it and its own phrases have not:
more than a pattern of another."""
CERTAIN = 0.95
"""An intent of the flow that is so sure means it: "I'm driving" may be one of its own."""
YIELDING = frozenset({"complaint", "distress", "emergency"})
"""Protective intents of feeling and of danger: what is contained in a whole phrase of another is not what was meant.
"I'm scared of the dentist" may be why somebody rings a dentist."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the engine does. `ends`: the outcomes to end with, the first that the flow has; None: it goes on."""

    text: str
    note: str | None = None
    ends: tuple[str, ...] | None = None
    suppresses: bool = False


ROBOT = Answer("Yes, I'm {name}, an automated assistant for {company}.")
RECORDED = Answer(
    "Your voice isn't recorded from here on. I do keep a written note of the call.", "does not want to be recorded"
)
CARD = Answer("Please don't say card numbers on this call. I haven't kept that one.")
EMERGENCY = Answer(
    "I can't call for help from here. Please hang up now and dial nine nine nine.", "emergency", ("emergency",)
)
WRONG = Answer("I'm sorry to have troubled you. I'll make a note of it. Goodbye.", "wrong person", ("wrong_number",))
DRIVING = Answer("Then I won't keep you. Please drive safely. Goodbye.", "was driving", ("callback",))

OUTBOUND: Mapping[Honoured, Answer] = {
    "robot_question": ROBOT,
    "who_are_you": Answer(
        "I'm {name}, an automated assistant calling for {company}."
        " If you'd rather not get these calls, just say so and I'll take you off our list."
    ),
    "my_number": Answer(
        "I can't see where your number came from, but {company} can tell you."
        " If you'd rather not get these calls, just say so and I'll take you off our list."
    ),
    "complaint": Answer(
        "I'm sorry about that. I've noted your complaint for a person to look at, and we won't call you again."
        " Goodbye.",
        "complaint",
        ("complained",),
        suppresses=True,
    ),
    "distress": Answer(
        "I'm so sorry. I won't keep you. Take care. Goodbye.",
        "in distress, or a child: a person should review this contact",
        ("vulnerable",),
    ),
    "human_request": Answer(
        "I can't put you through from here. I've noted that you'd like a person to ring you. Goodbye.",
        "wants to speak to a person",
        ("callback",),
    ),
    "emergency": EMERGENCY,
    "wrong_person": WRONG,
    "driving": DRIVING,
    "dont_record": RECORDED,
    "card_number": CARD,
}
INBOUND: Mapping[Honoured, Answer] = {
    **OUTBOUND,
    "who_are_you": Answer("I'm {name}, the automated assistant of {company}."),
    "my_number": Answer("You've rung us, so I have only the number you're calling from."),
    "complaint": Answer("I'm sorry about that. I've noted your complaint for a person to look at.", "complaint"),
    "distress": Answer("I'm so sorry to hear that.", "in distress, or a child: a person should review this contact"),
    "human_request": Answer(
        "I can't put you through from here. I've noted that you'd like to speak to a person.",
        "wants to speak to a person",
    ),
}
"""Whoever rings us wants something: the call goes on where it can."""

ONCE: frozenset[Honoured] = frozenset({"complaint", "distress", "human_request"})
"""Noted once; the flow takes the words from then on, so that a call cannot go in circles."""


def floor_under(
    text: str,
    named: Collection[str],
    intents: Mapping[str, Intent],
    candidates: tuple[Candidate, ...],
    left_out: Collection[str] = (),
) -> tuple[Honoured | None, tuple[Candidate, ...]]:
    """What no intent of the flow answers, or None; and the flow's candidates, with what its own phrases have missed.

    `named`: the intents that are listened for; `left_out`: what counts for nothing here.
    """
    if any(each.score >= CERTAIN and each.tier != "protective" for each in candidates):
        candidates = tuple(each for each in candidates if each.intent not in YIELDING or each.score >= CERTAIN)
    if any(each.tier == "protective" for each in candidates):
        # Whatever else was asked, "and stop ringing me" counts.
        if opts_out(text) and all(each.intent != OPT_OUT for each in candidates):
            return None, (Candidate(OPT_OUT, 1.0, "protective"), *candidates)
        return None, candidates
    kind: Honoured | None = (
        OPT_OUT if opts_out(text) else next((each for each in kinds(text) if each not in left_out), None)
    )
    if kind is None or (kind != OPT_OUT and any(each.score >= CERTAIN for each in candidates)):
        return None, candidates
    own = next((name for name in NAMED.get(kind, (kind,)) if name in named), None)
    if own is None and kind != OPT_OUT:
        return kind, candidates
    missed = Candidate(own or kind, 1.0, "protective")
    if own is not None and not intents[own].protective:
        if any(each.score >= MISSED for each in candidates):
            return None, candidates
        missed = Candidate(own, MISSED, "pattern")
    return None, (missed, *(each for each in candidates if each.intent != missed.intent))


class Honouring:
    """The floor of one call."""

    def __init__(self, call: Call, interpreter: Interpreter) -> None:
        self._call = call
        self._interpreter = interpreter
        self._answers = _answers(call.flow)
        self._noted: set[Honoured] = set()
        rules = [rule for policy in call.flow.policies for rule in policy.rules]
        self._promises_a_person = any(isinstance(each, Always) and each.trigger == OnIntent(PERSON) for each in rules)

    def protects(self, text: str) -> bool:
        """Whether these words are heard whatever is being said. A question can wait for a line that has to be heard."""
        kind = honoured(text)
        if self.is_granted(kind):
            return False
        return kind == OPT_OUT or (kind is not None and self._answers[kind].ends is not None)

    def found(
        self,
        text: str,
        named: Collection[str],
        candidates: tuple[Candidate, ...],
        left_out: Collection[str] = (),
    ) -> tuple[Honoured | None, tuple[Candidate, ...]]:
        """What the engine has to answer, or None; and the flow's candidates, with what its own phrases have missed.

        `named`: the intents that are listened for; `left_out`: what counts for nothing here.
        """
        kind, heard = floor_under(text, named, self._call.flow.intents, candidates, left_out)
        return (None if kind in self._noted or self.is_granted(kind) else kind), heard

    def is_granted(self, kind: str | None) -> bool:
        """Whether this asks for a person of somebody on their way to one: they get what they want, unless the transfer
        itself listens for it, or a policy promises what follows."""
        stay = self._call.stay
        if kind != PERSON or stay is None or not isinstance(stay.waiting, Transfer) or self._promises_a_person:
            return False
        return PERSON not in intents_of((stay.waiting.branches,))

    def answer(self, kind: Honoured) -> None:
        """Say what is always said, and go on or end."""
        if kind == OPT_OUT:
            return self.suppressed()
        call, answer = self._call, self._answers[kind]
        if kind in ONCE:
            self._noted.add(kind)
        if answer.note is not None:
            call.note(answer.note)
        if answer.suppresses:
            call.suppress(kind)
        call.stop_speaking()
        agent = call.flow.agent
        text = answer.text.format(name=agent.name, company=agent.company)
        if answer.ends is not None:
            ending = next((each for each in answer.ends if each in call.flow.outcomes), "failed")
            return self._interpreter.stop(ending, text)
        if kind == "dont_record":
            self._interpreter.recording.refuse()
        call.may_repeat()
        call.say(Prompt((text,)))
        return self._go_on()

    def suppressed(self) -> None:
        """No branch handles an opt-out: the engine does."""
        call = self._call
        call.stop_speaking()
        self._interpreter.promises.happened("meant", OPT_OUT)
        outcome = next((each.name for each in call.flow.outcomes.values() if each.disposition == "suppress"), "failed")
        self._interpreter.stop(outcome, SUPPRESSED)

    def _go_on(self) -> None:
        """Where the call was: the line that has to be heard, or the open question."""
        stay = self._call.stay
        assert stay is not None, "the call has not begun"
        if stay.held is not None:
            stay.held.tries = 0
            return self._interpreter.go_on()
        return self._interpreter.ask_again()


def goes_on(flow: Flow, kind: Honoured) -> bool:
    """Whether a call of this flow goes on after the engine's own answer, as if nothing had happened."""
    return kind != OPT_OUT and _answers(flow)[kind].ends is None and kind not in ONCE


def _answers(flow: Flow) -> Mapping[Honoured, Answer]:
    return INBOUND if flow.direction == "inbound" else OUTBOUND
