"""`llm`: the model's turns, inside their fence.

The model is told what to do, what is true, what it may not speak of and by which exits it may leave; it chooses words
and an exit, never a state. Its words come a sentence at a time, and each is looked at before it is spoken; an exit is
taken when the turn is over. Where it fails, is late or has had its turns, the flow's own words and branches go on.
"""

from __future__ import annotations

import re

from flowengine.conversation.call import Call
from flowengine.conversation.commands import AskModel
from flowengine.conversation.events import ModelFailed
from flowengine.conversation.place import ModelTalk, Reply, Stay
from flowengine.conversation.prompt import Prompt
from flowengine.graph.model import Llm, OnResult, Require
from flowengine.graph.proof.builtin import PITCH
from flowengine.graph.proof.policies import path_rules

MODEL_TIMEOUT_S = 4.0
"""A caller who has heard nothing for so long says "hello?"."""
MODEL_STALL_S = 8.0
"""Between two sentences: the one before is being spoken meanwhile."""
FILLER_AFTER_S = 1.5
FILLER_RECHECK_S = 0.5
FILLER = "One moment, please."
"""Where the flow has none of its own."""
MOST_INTRODUCTIONS = 3

_SENTENCE_END = re.compile(r"(?<!\bMr\.)(?<!\bMs\.)(?<!\bMrs\.)(?<!\bDr\.)(?<=[.!?…])[\"'”’)]*\s+(?=[\"'“‘(]?[A-Z£\d])")


class Modelling:
    """Asks the model, and takes what it says."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._introduction = tuple(
            rule.fact.name
            for _, rule in path_rules(call.flow)
            if isinstance(rule, Require) and rule.place == PITCH and rule.fact.kind == "heard"
        )

    def begin(self, stay: Stay, llm: Llm) -> None:
        """The statement was reached: its time runs, and the model has the first word."""
        stay.talk = ModelTalk()
        if llm.seconds is not None:
            self._call.start_timer(stay, self._call.next_request("limit"), "limit", llm.seconds)
        self._ask(stay, llm, stay.talk)

    def turn(self, stay: Stay, llm: Llm) -> str | None:
        """The caller has spoken to the model; a result when that was one turn too many."""
        talk = _talk(stay)
        talk.turns += 1
        if llm.turns is not None and talk.turns > llm.turns:
            return self.limit(llm)
        self._ask(stay, llm, talk)
        return None

    def said(self, stay: Stay, sentence: str) -> None:
        """A sentence has come. It is spoken as soon as nothing is in the way."""
        _talk(stay).unsaid.append(sentence)
        self._call.cancel_timers(stay, "filler")
        if stay.request is not None:
            self._call.start_timer(stay, stay.request, "timeout", MODEL_STALL_S)

    def may_speak(self, stay: Stay) -> bool:
        """Whether what waits can be said now.

        Not while a line has to be heard first, nor after a noise of the caller's has cut what was being said: they may
        be about to take their turn. Until it was heard who is calling, the model says nothing (rule A3).
        """
        call, talk = self._call, _talk(stay)
        if stay.held is not None or call.transcript.broken_off or not (talk.unsaid or stay.answer is not None):
            return False
        unheard = self._unheard()
        for name in unheard:
            if not call.transcript.is_coming(name) and talk.introductions < MOST_INTRODUCTIONS:
                talk.introductions += 1
                call.may_repeat()
                call.say(Prompt(tuple(call.spoken(each) for each in call.flow.lines[name].sentences), name))
        return not unheard

    def speak(self, stay: Stay) -> None:
        """Say the sentences that wait, as the guard lets them be said."""
        call, talk = self._call, _talk(stay)
        waiting, talk.unsaid = talk.unsaid, []
        hits = call.guarding.hits
        allowed = call.guarding.passed(waiting, "model")
        talk.was_blocked |= call.guarding.hits != hits
        if allowed:
            talk.spoken += allowed
            stay.question = Prompt(tuple(talk.spoken))
            call.say(Prompt(allowed))
            call.transcript.asking.latest_is_aside()

    def reply(self, stay: Stay, llm: Llm, reply: Reply) -> str | None:
        """Say the rest of the model's turn; its exit, or None when the caller's turn is open."""
        call, talk = self._call, _talk(stay)
        if not isinstance(reply, ModelFailed):
            talk.unsaid += sentences(reply.text)
        self.speak(stay)
        if talk.was_blocked:
            if not isinstance(reply, ModelFailed) and reply.exit is not None:
                call.note("the model's exit was not taken: the guard has stopped a sentence of the same turn")
            return None
        if isinstance(reply, ModelFailed):
            call.note(f"model: {reply.reason}")
            return self._fall_back(llm)
        for remark in reply.remarks:
            call.note(remark)
        left = reply.exit if any(each.name == reply.exit for each in llm.exits) else None
        if reply.exit is not None and left is None:
            call.note("the model chose an exit that there is not")
        if not talk.spoken and left is None:
            call.note("the model said nothing")
            return self._fall_back(llm)
        return left

    def fill_in(self, stay: Stay, llm: Llm, timer_id: str) -> None:
        """The model takes long enough to be heard: say so, once nothing else is being said."""
        call = self._call
        if not call.transcript.quiet or call.transcript.broken_off:
            call.start_timer(stay, timer_id, "filler", FILLER_RECHECK_S)
        elif not self._unheard():
            call.say(Prompt((FILLER if llm.filler is None else call.spoken(llm.filler),)))

    def _unheard(self) -> list[str]:
        """The lines that say who is calling, as far as they were not heard."""
        return [name for name in self._introduction if name not in self._call.transcript.heard_lines]

    def limit(self, llm: Llm) -> str:
        """The model has had its turns, or its time."""
        self._call.note("the model's limit is reached")
        if any(OnResult("limit") in branch.triggers and branch.body for branch in llm.branches):
            return "limit"
        return self._fall_back(llm)

    def _ask(self, stay: Stay, llm: Llm, talk: ModelTalk) -> None:
        """A question that is still open is asked anew: the caller has said more."""
        call = self._call
        call.cancel_timers(stay, "timeout", "filler")
        talk.spoken, talk.unsaid, stay.answer, stay.question = [], [], None, None
        talk.was_blocked = False
        stay.request = call.next_request("model")
        task, facts = call.render(llm.task), tuple(call.render(fact) for fact in llm.facts)
        for fact, told in zip(llm.facts, facts, strict=True):
            call.guarding.approve(fact, told)
        exits = tuple((each.name, each.description) for each in llm.exits)
        call.emit(AskModel(stay.request, task, facts, llm.never, exits))
        call.start_timer(stay, stay.request, "timeout", MODEL_TIMEOUT_S)
        call.start_timer(stay, f"filler-{stay.request}", "filler", FILLER_AFTER_S)

    def _fall_back(self, llm: Llm) -> str:
        if llm.fallback is not None:
            self._call.say(Prompt((self._call.spoken(llm.fallback),)))
        return "fallback"


def sentences(text: str) -> tuple[str, ...]:
    """A text as it is spoken, sentence by sentence: the first can be heard while the next is made."""
    return tuple(part for part in (" ".join(each.split()) for each in _SENTENCE_END.split(text.strip())) if part)


def whole_sentences(text: str) -> tuple[tuple[str, ...], str]:
    """The sentences of a text that goes on, as far as each is surely whole, and the rest as it came."""
    end = max((found.end() for found in _SENTENCE_END.finditer(text)), default=0)
    return sentences(text[:end]), text[end:]


def _talk(stay: Stay) -> ModelTalk:
    assert stay.talk is not None, "the model has not been asked yet"
    return stay.talk
