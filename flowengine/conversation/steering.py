"""What somebody outside (an operator, a program) asks of a call: say this, go there, note that, take this value.

It goes through the flow, not round it: a state is gone to only by a branch that is live here and leads there, so that
what was proved of the flow holds of a steered call too. A request that the flow does not allow changes nothing.
"""

from __future__ import annotations

from typing import assert_never

from flowengine.conversation.call import Call
from flowengine.conversation.collector import Collector
from flowengine.conversation.events import (
    NO_OUTCOME,
    EndRequested,
    MoveRequested,
    NoteRequested,
    SayRequested,
    SlotGiven,
)
from flowengine.conversation.interpreter import Interpreter
from flowengine.conversation.modelling import sentences
from flowengine.conversation.place import OpenToCaller, layers
from flowengine.conversation.prompt import Prompt
from flowengine.conversation.slots import extract
from flowengine.graph.model import Branch, Collect, Goto, OnHangup, OnResult

Request = SayRequested | MoveRequested | SlotGiven | NoteRequested


class Steering:
    """The requests of one call."""

    def __init__(self, call: Call, interpreter: Interpreter, collector: Collector) -> None:
        self._call = call
        self._interpreter = interpreter
        self._collector = collector

    def refusal(self, request: Request) -> str | None:
        """Why a request cannot be met now, in a sentence; None when it can."""
        reason = self._obstacle(request)
        if reason is None and isinstance(request, SayRequested):
            verdict = self._call.guarding.wrong(request.text)
            return None if verdict is None else f"not said: this {verdict.what}"
        return reason

    def _obstacle(self, request: Request) -> str | None:
        """The same, but for what the guard has against words: those are replaced when they come all the same."""
        call = self._call
        if call.outcome is not None or call.stay is None:
            return "the call is over" if call.stay is not None else "the call has not begun"
        match request:
            case MoveRequested(state=state):
                return self._no_way(state)
            case SlotGiven(name=name, value=value):
                return self._no_value(name, value)
            case SayRequested(text=text) if not text.strip():
                return "there is nothing to say"
            case SayRequested() | NoteRequested():
                return None
            case _:
                assert_never(request)

    def take(self, request: Request) -> None:
        """Meet a request, or note why it was not met."""
        call = self._call
        reason = self._obstacle(request)
        if reason is not None:
            call.note(f"asked from outside, and not done: {reason}")
            return
        match request:
            case SayRequested(text=text):
                call.disarm_silence()
                call.may_repeat()
                call.say(Prompt(call.guarding.passed(sentences(text), "outside")))
            case MoveRequested(state=state):
                branch = self._way(state)
                assert branch is not None, "a refusal would have said so"
                call.disarm_silence()
                call.disarm_keys()
                call.may_repeat()
                call.stop_speaking()
                self._interpreter.take(branch, "operator")
            case SlotGiven(name=name, value=value):
                self._fill(name, value)
            case NoteRequested(text=text):
                call.note(text)
            case _:
                assert_never(request)

    def end(self, request: EndRequested) -> None:
        """End the call, as is asked. An end that was decided keeps its outcome where none is asked for, and what is
        being said is heard to its end where nothing is to be said instead."""
        call = self._call
        call.note(f"ended from outside: {request.reason}")
        decided = self._interpreter.decided if request.outcome == NO_OUTCOME else None
        if decided is None or request.message:
            call.stop_speaking()
        self._interpreter.stop(decided or request.outcome, call.guarding.last_words(request.message))

    def _way(self, state: str) -> Branch | None:
        """A live branch that leads to a state whatever the case: its last statement, under no condition, goes there."""
        stay = self._call.stay
        assert stay is not None
        for branches in layers(self._call.flow, stay):
            for branch in branches:
                # A result, or a hang-up, is nobody's to choose: the guard's "allowed" least of all.
                chosen = not any(isinstance(trigger, OnResult | OnHangup) for trigger in branch.triggers)
                if chosen and branch.body and isinstance(branch.body[-1], Goto) and branch.body[-1].state == state:
                    return branch
        return None

    def _no_way(self, state: str) -> str | None:
        call, stay = self._call, self._call.stay
        assert stay is not None
        if state not in call.flow.states:
            return f"the flow has no state {state!r}"
        if not isinstance(stay.waiting, OpenToCaller):
            return f"state {stay.state!r} waits for an answer that is not the caller's; try again in a moment"
        branch = self._way(state)
        if branch is None:
            return f"no branch that is live in state {stay.state!r} leads to {state!r}"
        move = branch.body[-1]
        assert isinstance(move, Goto)
        broken = self._interpreter.promises.broken(move)
        return f"it would break a promise of the flow ({broken})" if broken is not None else None

    def _no_value(self, name: str, value: str) -> str | None:
        call = self._call
        slot = call.flow.slots.get(name)
        if slot is None:
            return f"the flow has no slot {name!r}"
        if slot.secret:
            return f"the slot {name!r} is secret: only the caller's own keys fill it"
        found = extract(slot.type, value, call.now)
        if found is None:
            return f"the value is no {slot.type.kind} that the slot {name!r} could take"
        if slot.valid is None:
            return None
        before = call.variables.get(name)
        call.variables[name] = found
        try:
            return None if call.holds(slot.valid) else f"the slot {name!r} does not take this value"
        finally:
            call.variables[name] = before

    def _fill(self, name: str, text: str) -> None:
        call, stay = self._call, self._call.stay
        assert stay is not None
        value = extract(call.flow.slots[name].type, text, call.now)
        call.fill(name, value)
        # Whoever gave it answers for it: it is not read back.
        call.confirmed[name] = value
        if isinstance(stay.waiting, Collect) and stay.collecting is not None and name in stay.collecting.slots:
            call.disarm_silence()
            call.may_repeat()
            call.stop_speaking()
            result = self._collector.advance()
            if result is not None:
                self._interpreter.take_result(result)
            else:
                self._interpreter.listen()
