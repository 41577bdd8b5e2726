"""From state to state: the machine's moves, what a digression keeps, and the subflows that a `run` has begun.

Moves are made on the flow's machine first, so none can be made that the graph does not have. What is left for good
gives up its timers; an answer that it still waited for comes to nobody.
"""

from __future__ import annotations

from flowengine.conversation.call import Call
from flowengine.conversation.commands import Entered
from flowengine.conversation.place import Frame, Stay, layers
from flowengine.graph.model import Branch, OnTurns, Run, within


class Moving:
    """Knows where a call has been, as far as it may come back there."""

    def __init__(self, call: Call) -> None:
        self._call = call

    def start(self) -> None:
        """The first state."""
        call = self._call
        call.stay = Stay(call.flow.start)
        call.emit(Entered(call.flow.start, None, "start"))

    def enter(self, stay: Stay, state: str, by: str) -> None:
        """Leave `stay` for a state. Raises IllegalMove."""
        call = self._call
        call.machine.move(state)
        if not self._keep(stay, state):
            call.release(stay)
        # Entered from itself, a state runs anew and its rungs go on: only coming from elsewhere begins a new stay.
        call.stay = Stay(state, stay.counts if stay.state == state else {})
        call.transcript.asking.asks_anew()
        call.emit(Entered(state, stay.state, by))

    def begin(self, stay: Stay, run: Run) -> None:
        """A subflow is about to be entered: remember who waits for its outcome."""
        call = self._call
        stay.waiting = run
        call.frames.append(Frame(stay, tuple(call.interrupted), run.scope))
        call.interrupted.clear()

    def come_back(self, scope: str, outcome: str) -> bool:
        """A subflow has ended: stand in the state that ran it. False when nothing runs it. Raises IllegalMove."""
        call, left = self._call, self._call.stay
        assert left is not None
        while call.frames:
            frame = call.frames.pop()
            call.release(left, *call.interrupted)
            call.interrupted[:] = frame.interrupted
            if frame.scope == scope:
                call.machine.move(frame.stay.state)
                call.stay = frame.stay
                call.emit(Entered(frame.stay.state, left.state, outcome))
                return True
        return False

    def give_back(self) -> Stay | None:
        """A digression has ended: stand where it interrupted. None when it interrupted nothing. Raises IllegalMove."""
        call, left = self._call, self._call.stay
        assert left is not None
        if not call.interrupted:
            return None
        back = call.interrupted.pop()
        call.machine.give_back(back.state)
        call.release(left)
        call.stay = back
        call.emit(Entered(back.state, left.state, "resume"))
        return back

    def out_of_turns(self) -> Branch | None:
        """`anywhere … after 20 turns`, once it is due; each such branch is taken once a call."""
        call = self._call
        assert call.stay is not None
        for branches in layers(call.flow, call.stay)[1:]:
            for branch in branches:
                limits = (trigger.turns for trigger in branch.triggers if isinstance(trigger, OnTurns))
                if branch.span not in call.turns_spent and any(call.turns >= turns for turns in limits):
                    return branch
        return None

    def scope_of(self, branch: Branch) -> str | None:
        """The subflow whose `anywhere` a branch stands in; None for a state's own branch."""
        layers_of_all = self._call.flow.anywhere
        return next((layer.scope for layer in layers_of_all if any(each is branch for each in layer.branches)), None)

    def _keep(self, stay: Stay, state: str) -> bool:
        """Whether `stay` is kept: a digression keeps it, any other state lets go of what was interrupted."""
        call = self._call
        if stay.waiting is not None and any(stay is frame.stay for frame in call.frames):
            return True
        if state not in call.prepared.asides:
            call.release(*call.interrupted)
            call.interrupted.clear()
            self._leave_subflows(call.flow.states[state].scope)
            return False
        # A digression that is interrupted already and comes again starts over: the stack never holds one twice.
        kept = [each.state for each in call.interrupted]
        if state in kept:
            call.release(*call.interrupted[kept.index(state) :])
            del call.interrupted[kept.index(state) :]
        if (stay.waiting is not None or stay.held is not None) and stay.state != state:
            call.interrupted.append(stay)
            return True
        return False

    def _leave_subflows(self, scope: str) -> None:
        """Those that do not enclose where the call goes have ended without an outcome."""
        call = self._call
        while call.frames and not within(scope, call.frames[-1].scope):
            frame = call.frames.pop()
            call.release(*frame.interrupted)
