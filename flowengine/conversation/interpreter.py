"""Runs the statements of a flow: what to say, what to wait for, where to go.

A block runs to the statement that closes it; closing may enter another state, whose block runs in turn, until something
waits or the call ends. Each move is made on the flow's machine first, so none can be made that the graph does not have.
"""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from flowengine.conversation.call import Call
from flowengine.conversation.collector import Collector
from flowengine.conversation.commands import AskGuard, Ended, Entered, Hangup, Speak
from flowengine.conversation.commands import Listen as Listening
from flowengine.conversation.expecting import expecting
from flowengine.conversation.place import Stay, Waiting, fits, intents_of, layers
from flowengine.conversation.transcript import Prompt
from flowengine.errors import EvaluationError
from flowengine.graph.model import (
    Again,
    Block,
    Branch,
    Collect,
    Do,
    End,
    Goto,
    Guard,
    If,
    Listen,
    Llm,
    Note,
    OnResult,
    Record,
    Resume,
    Return,
    Run,
    Say,
    Set,
    Split,
    Transfer,
    Wait,
)

APOLOGY = "I'm sorry, something has gone wrong at our end. Goodbye."
MOST_MOVES = 50
"""Moves in a row without waiting for the caller. The longest honest chain is a few."""

Closing = Goto | Again | Resume | End | Listen | Collect | Guard


class Interpreter:
    """Carries out branches and statements on a call."""

    def __init__(self, call: Call, collector: Collector) -> None:
        self._call = call
        self._collector = collector
        self._moves = 0

    def start(self) -> None:
        """The line is open."""
        call = self._call
        call.stay = Stay(call.flow.start)
        call.emit(Entered(call.flow.start, None, "start"))
        self._close(self._run(call.flow.states[call.flow.start].body), "", inside=False)

    def take(self, branch: Branch, by: str) -> None:
        """Do what a branch says; `by` is the event that led to it."""
        self._call.trace.took(branch, by)
        self._close(self._run(branch.body), by, inside=True)

    def take_result(self, result: str) -> None:
        """What the waiting statement came to: `done`, `failed`, `allowed`, `refused`."""
        stay = self._here()
        waiting, stay.waiting = stay.waiting, None
        self._moves += 1
        branches = waiting.branches if waiting is not None else ()
        found = next(fits((branches,), OnResult(result), {}), None)
        if found is None:
            return self.fail(f"nothing follows {result!r} in state {stay.state!r}")
        self._call.trace.took(found.branch, result)
        closing = self._run(found.branch.body)
        if isinstance(closing, Again) and waiting is not None and self._moves <= MOST_MOVES:
            # What waited has come to its end: `again` begins it anew.
            if closing.text is not None:
                self._call.say(Prompt((self._call.render(closing.text),)))
            return self._wait(waiting)
        return self._close(closing, result, inside=True)

    def ask_again(self, text: Prompt | None = None) -> None:
        """Say `text`, or the open question, and go on waiting."""
        stay = self._here()
        stay.doubt = None
        if text is not None:
            self._call.say(text)
        elif isinstance(stay.waiting, Collect):
            result = self._collector.advance()
            if result is not None:
                return self.take_result(result)
        elif stay.question is not None:
            self._call.say(stay.question)
        return self.listen()

    def listen(self) -> None:
        """Open the caller's turn."""
        stay, call = self._here(), self._call
        self._moves = 0
        if not isinstance(stay.waiting, Guard):
            live = intents_of(layers(call.flow, stay))
            call.emit(Listening(expecting(call.flow, stay), live))

    def hang_up_branch(self, branch: Branch) -> None:
        """`hangup`: may note and end; nobody is there to hear more."""
        self._call.trace.took(branch, "hangup")
        closing = self._run(branch.body, silent=True)
        if isinstance(closing, End):
            self._end(closing.outcome)

    def stop(self, outcome: str, message: str | None = None) -> None:
        """End from outside the flow; an outcome the flow does not have becomes `failed`."""
        call = self._call
        if message:
            call.may_repeat()
            call.say(Prompt((message,)), interruptible=False)
        if outcome not in call.prepared.plan.stops:
            call.note(f"unknown outcome {outcome!r}")
            outcome = "failed"
        call.machine.stop(outcome)
        self._finish(outcome)

    def fail(self, reason: str) -> None:
        """Something is wrong with the flow itself: apologise, note why, end as `failed`."""
        self._call.note(reason)
        self.stop("failed", APOLOGY)

    # Statements.

    def _run(self, block: Block, *, silent: bool = False) -> Closing | None:
        """Carry out a block up to what closes it; None when nothing does."""
        call = self._call
        for statement in block:
            match statement:
                case Say(line=line, sentences=sentences):
                    if not silent:
                        call.say(Prompt(tuple(call.render(each) for each in sentences), line))
                case Set(name=name, value=value):
                    call.fill(name, call.value(value))
                case Note(text=text):
                    call.note(call.render(text))
                case Wait(seconds=seconds):
                    if not silent:
                        call.pause(seconds)
                case If(arms=arms):
                    for arm in arms:
                        if arm.condition is None or call.holds(arm.condition):
                            closing = self._run(arm.body, silent=silent)
                            if closing is not None:
                                return closing
                            break
                case Goto() | Again() | Resume() | End() | Listen() | Collect() | Guard():
                    return statement
                case Split() | Record() | Return() | Do() | Llm() | Transfer() | Run():
                    raise EvaluationError(f"line {statement.span.line}: cannot be executed yet")
                case _:
                    assert_never(statement)
        return None

    def _close(self, closing: Closing | None, by: str, *, inside: bool) -> None:
        """`inside`: the block was a branch's, so something still waits; else it was a state's own."""
        while True:
            match closing:
                case Goto(state=state):
                    if not self._enter(state, by):
                        return None
                    closing, by, inside = self._run(self._call.flow.states[state].body), "", False
                case End(outcome=outcome):
                    return self._end(outcome)
                case Listen() | Guard() | Collect():
                    return self._wait(closing)
                case Resume() if not inside:
                    return self._give_back()
                case Again() | Resume() | None if inside and self._here().waiting is not None:
                    return self._stay(closing)
                case Again() | Resume() | None:
                    return self.fail(f"nothing waits in state {self._here().state!r}")
                case _:
                    assert_never(closing)

    def _stay(self, closing: Again | Resume | None) -> None:
        match closing:
            case Again(text=text) if text is not None:
                self.ask_again(Prompt((self._call.render(text),)))
            case Again() | Resume():
                self.ask_again()
            case None:
                self._here().doubt = None
                self.listen()

    def _wait(self, statement: Waiting) -> None:
        call, stay = self._call, self._here()
        stay.waiting = statement
        stay.question = call.latest
        stay.doubt = None
        match statement:
            case Listen():
                self.listen()
            case Guard(name=name):
                stay.request = call.next_request()
                call.emit(AskGuard(stay.request, name))
            case Collect(slots=slots):
                result = self._collector.begin(slots)
                if result is None:
                    self.listen()
                else:
                    self.take_result(result)
            case _:
                assert_never(statement)

    # Moves.

    def _enter(self, state: str, by: str) -> bool:
        """Leave this state for another. False when the call ended instead."""
        call, stay = self._call, self._here()
        self._moves += 1
        if self._moves > MOST_MOVES:
            self.fail(f"moved {MOST_MOVES} times without waiting, last to {state!r}")
            return False
        call.machine.move(state)
        self._keep(stay, state)
        # Entered from itself, a state runs anew and its rungs go on: only coming from elsewhere begins a new stay.
        call.stay = Stay(state, stay.counts if stay.state == state else {})
        call.emit(Entered(state, stay.state, by))
        return True

    def _keep(self, stay: Stay, state: str) -> None:
        """Remember what a digression interrupts; any other state lets go of what was interrupted."""
        call = self._call
        if state not in call.prepared.asides:
            call.interrupted.clear()
            return
        # A digression that is interrupted already and comes again starts over: the stack never holds one twice.
        kept = [each.state for each in call.interrupted]
        if state in kept:
            del call.interrupted[kept.index(state) :]
        if stay.waiting is not None and stay.state != state:
            call.interrupted.append(stay)

    def _give_back(self) -> None:
        call, stay = self._call, self._here()
        if not call.interrupted:
            return self.fail(f"state {stay.state!r} resumes, and interrupted nothing")
        back = call.interrupted.pop()
        call.machine.give_back(back.state)
        call.stay = back
        call.emit(Entered(back.state, stay.state, "resume"))
        if back.answer is not None:
            return self.take_result(back.answer)
        return self.ask_again()

    def _end(self, outcome: str) -> None:
        self._call.machine.end(outcome)
        self._finish(outcome)

    def _finish(self, outcome: str) -> None:
        call = self._call
        declared = call.flow.outcomes.get(outcome)
        if declared is not None and declared.disposition == "suppress":
            call.suppress(outcome)
        call.disarm_silence()
        call.disarm_keys()
        call.outcome = outcome
        # A farewell is heard to its end: what this turn said last may not be interrupted.
        for index, command in enumerate(call.out):
            if isinstance(command, Speak):
                call.out[index] = replace(command, interruptible=False)
        call.emit(Hangup(outcome), Ended(outcome))

    def _here(self) -> Stay:
        stay = self._call.stay
        assert stay is not None, "the call has not begun"
        return stay
