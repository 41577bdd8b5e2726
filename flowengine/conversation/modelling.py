"""`llm`: the model's turns, inside their fence.

The model is told what to do, what is true, what it may not speak of and by which exits it may leave; it chooses words
and an exit, never a state. Where it fails, is late or has had its turns, the flow's own words and branches go on.
"""

from __future__ import annotations

import re

from flowengine.conversation.call import Call
from flowengine.conversation.commands import AskModel
from flowengine.conversation.events import ModelFailed
from flowengine.conversation.place import ModelTalk, Reply, Stay
from flowengine.conversation.transcript import Prompt
from flowengine.graph.model import Llm, OnResult

MODEL_TIMEOUT_S = 4.0
"""A caller who has heard nothing for so long says "hello?"."""

_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"'”’)]*\s+(?=[\"'“‘(]?[A-Z£\d])")


class Modelling:
    """Asks the model, and takes what it says."""

    def __init__(self, call: Call) -> None:
        self._call = call

    def begin(self, stay: Stay, llm: Llm) -> None:
        """The statement was reached: its time runs, and the model has the first word."""
        stay.talk = ModelTalk()
        stay.question = None
        if llm.seconds is not None:
            self._call.start_timer(stay, self._call.next_request("limit"), "limit", llm.seconds)
        self._ask(stay, llm)

    def turn(self, stay: Stay, llm: Llm) -> str | None:
        """The caller has spoken to the model; a result when that was one turn too many."""
        talk = stay.talk
        assert talk is not None, "the model has not been asked yet"
        talk.turns += 1
        if llm.turns is not None and talk.turns > llm.turns:
            return self.limit(llm)
        self._ask(stay, llm)
        return None

    def reply(self, stay: Stay, llm: Llm, reply: Reply) -> str | None:
        """Say what the model said; its exit, or None when the caller's turn is open."""
        call = self._call
        if isinstance(reply, ModelFailed):
            call.note(f"model: {reply.reason}")
            return self._fall_back(llm)
        left = reply.exit if any(each.name == reply.exit for each in llm.exits) else None
        if reply.exit is not None and left is None:
            call.note("the model chose an exit that there is not")
        spoken = sentences(reply.text)
        if not spoken and left is None:
            call.note("the model said nothing")
            return self._fall_back(llm)
        if spoken:
            stay.question = Prompt(spoken)
            call.say(stay.question)
        return left

    def limit(self, llm: Llm) -> str:
        """The model has had its turns, or its time."""
        self._call.note("the model's limit is reached")
        if any(OnResult("limit") in branch.triggers and branch.body for branch in llm.branches):
            return "limit"
        return self._fall_back(llm)

    def _ask(self, stay: Stay, llm: Llm) -> None:
        """A question that is still open is asked anew: the caller has said more."""
        call = self._call
        call.cancel_timers(stay, "timeout")
        stay.request = call.next_request("model")
        task, facts = call.render(llm.task), tuple(call.render(fact) for fact in llm.facts)
        exits = tuple((each.name, each.description) for each in llm.exits)
        call.emit(AskModel(stay.request, task, facts, llm.never, exits))
        call.start_timer(stay, stay.request, "timeout", MODEL_TIMEOUT_S)

    def _fall_back(self, llm: Llm) -> str:
        if llm.fallback is not None:
            self._call.say(Prompt((self._call.render(llm.fallback),)))
        return "fallback"


def sentences(text: str) -> tuple[str, ...]:
    """A text as it is spoken, sentence by sentence: the first can be heard while the next is made."""
    return tuple(part for part in (" ".join(each.split()) for each in _SENTENCE_END.split(text.strip())) if part)
