"""Runs the statements of a flow: what to say, what to wait for, where to go.

A block runs to the statement that closes it; closing may enter another state, whose block runs in turn, until something
waits or the call ends. `_enter` and `_end` are the only doors: no state is entered and no call ended by the flow
but through them.
"""

from __future__ import annotations

from typing import assert_never

from flowengine.conversation.call import Call
from flowengine.conversation.collector import Collector
from flowengine.conversation.commands import AskGuard
from flowengine.conversation.doing import Doing
from flowengine.conversation.farewell import Farewell
from flowengine.conversation.modelling import Modelling
from flowengine.conversation.moving import Moving
from flowengine.conversation.open_turn import OpenTurn
from flowengine.conversation.owing import Owing
from flowengine.conversation.place import Held, OpenToCaller, Reply, Stay, fits
from flowengine.conversation.promises import Promises
from flowengine.conversation.prompt import Prompt
from flowengine.conversation.splitting import take_variant
from flowengine.graph.edges import trigger_label
from flowengine.graph.model import (
    Again,
    Block,
    Branch,
    Closing,
    Collect,
    Do,
    End,
    Goto,
    Guard,
    If,
    Keys,
    Listen,
    Llm,
    Note,
    OnResult,
    OnTurns,
    Record,
    Resume,
    Return,
    Run,
    Say,
    Set,
    Split,
    Transfer,
    Wait,
    Waiting,
)

APOLOGY = "I'm sorry, something has gone wrong at our end. Goodbye."
MOST_MOVES = 50
"""Moves in a row without waiting for the caller. The longest honest chain is a few."""


class Interpreter:
    """Carries out branches and statements on a call."""

    def __init__(self, call: Call, collector: Collector, doing: Doing, modelling: Modelling, owing: Owing) -> None:
        self._call = call
        self.promises = Promises(call)
        self.owing = owing
        self.recording = owing.recording
        self.turn = OpenTurn(call, collector, self.recording)
        self.farewell = Farewell(call, owing, self.turn)
        self._collector = collector
        self._doing = doing
        self._modelling = modelling
        self._moving = Moving(call)
        self._moves = 0

    def start(self) -> None:
        """The line is open."""
        self._moving.start()
        self._close(self._body(self._call.flow.start), "", inside=False)

    def take(self, branch: Branch, by: str) -> None:
        """Do what a branch says; `by` is the event that led to it."""
        self._call.trace.took(branch, by)
        scope = self._moving.scope_of(branch)
        self._close(self._run(branch.body), by, inside=True, scope=scope)

    def take_result(self, result: str) -> None:
        """What the waiting statement came to: `done`, `failed`, `allowed`, `refused`, `ok`, …"""
        stay = self._here()
        waiting, stay.waiting = stay.waiting, None
        self._call.release(stay)
        self._doing.take_results(stay)
        self._moves += 1
        branches = waiting.branches if waiting is not None else ()
        found = next(fits((branches,), OnResult(result), {}), None)
        if found is None:
            return self.fail(f"nothing follows {result!r} in state {stay.state!r}")
        self._call.trace.took(found.branch, result)
        closing = self._run(found.branch.body)
        if isinstance(closing, Resume):
            # What waited is over, so this resumes what the state itself has interrupted.
            return self._close(closing, result, inside=False)
        if isinstance(closing, Again) and waiting is not None and self._moves <= MOST_MOVES:
            # What waited has come to its end: `again` begins it anew.
            if closing.text is not None:
                self._call.say(Prompt((self._call.spoken(closing.text),)))
            return self._close(waiting, result, inside=False)
        return self._close(closing, result, inside=True)

    def answered(self, answer: str | Reply) -> None:
        """What waits here has its answer: a result, or the model's turn."""
        stay = self._here()
        if isinstance(answer, str):
            return self.take_result(answer)
        assert isinstance(stay.waiting, Llm), "only a model replies"
        result = self._modelling.reply(stay, stay.waiting, answer)
        return self.take_result(result) if result is not None else self.listen()

    def model_turn(self) -> None:
        """The caller has spoken to the model."""
        stay = self._here()
        assert isinstance(stay.waiting, Llm), "only a model is spoken to"
        result = self._modelling.turn(stay, stay.waiting)
        if result is not None:
            self.take_result(result)

    def end_model(self) -> None:
        """The model has had its time, or nobody answers it."""
        stay = self._here()
        assert isinstance(stay.waiting, Llm), "only a model has a limit"
        self._call.disarm_silence()
        self._call.disarm_keys()
        self._call.may_repeat()
        self.take_result(self._modelling.limit(stay.waiting))

    def ask_again(self, text: Prompt | None = None) -> None:
        """Say `text`, or the open question, and go on waiting."""
        stay = self._here()
        stay.doubt = None
        if text is not None:
            self.owing.say_with(text)
        elif isinstance(stay.waiting, Collect):
            result = self._collector.advance()
            if result is not None:
                return self.take_result(result)
        elif stay.question is not None:
            self.owing.say_before_the_question()
            self._call.say(stay.question)
        else:
            self.owing.say_everything()
        return self.listen()

    def listen(self) -> None:
        """Open the caller's turn, unless they have had as many as the flow allows."""
        stay, call = self._here(), self._call
        self._moves = 0
        if not isinstance(stay.waiting, OpenToCaller):
            return None
        if (due := self._moving.out_of_turns()) is not None:
            call.turns_spent.add(due.span)
            label = next(trigger_label(each) for each in due.triggers if isinstance(each, OnTurns))
            return self.take(due, label)
        return self.turn.open()

    def hang_up_branch(self, branch: Branch) -> None:
        """`hangup`: may note and end; nobody is there to hear more."""
        self._call.trace.took(branch, "hangup")
        closing = self._run(branch.body, silent=True)
        if isinstance(closing, End) and not self.promises.broken(closing) and not self.promises.unheard(closing):
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
        elif self.promises.broken(ending := End(outcome, call.flow.span)) or self.promises.unheard(ending):
            call.note(f"a policy does not allow the outcome {outcome!r} here")
            outcome = "failed"
        call.machine.stop(outcome)
        self.farewell.finish(outcome)

    @property
    def decided(self) -> str | None:
        """The outcome that the call ends with once no more than a goodbye is to be heard, after a digression that holds
        the floor too; None: nothing is decided."""
        held = (stay.held for stay in self._call.stays() if stay.held is not None and stay.held.is_end)
        return next((each.move.outcome for each in held if isinstance(each.move, End)), None)

    def end_now(self) -> None:
        """Make the end that is decided; what is being said is heard to its end."""
        assert self.decided is not None, "no end is decided"
        self.stop(self.decided)

    def fail(self, reason: str) -> None:
        """Something is wrong with the flow itself: apologise, note why, end as `failed`."""
        self._call.note(reason)
        self.stop("failed", APOLOGY)

    # Statements.

    def _body(self, state: str) -> Closing | None:
        self._call.trace.entered(state)
        return self._run(self._call.flow.states[state].body)

    def _run(self, block: Block, *, silent: bool = False) -> Closing | None:
        """Carry out a block up to what closes it; None when nothing does."""
        call = self._call
        for statement in block:
            match statement:
                case Say() | Wait() | Keys() if silent:
                    pass
                case Say(line=line, sentences=sentences):
                    call.say(Prompt(tuple(call.spoken(each) for each in sentences), line))
                case Set(name=name, value=value):
                    call.fill(name, call.value(value), secret=call.is_secret(value))
                case Note(text=text):
                    call.note(call.render(text))
                case Wait(seconds=seconds):
                    call.pause(seconds)
                case Keys(text=text):
                    self.recording.send_keys(text)
                case Record(start=start):
                    self.recording.order(start=start)
                case If(arms=arms):
                    taken = next((arm for arm in arms if arm.condition is None or call.holds(arm.condition)), None)
                    closing = self._run(taken.body, silent=silent) if taken is not None else None
                    if closing is not None:
                        return closing
                case Split():
                    closing = self._run(take_variant(call, statement).body, silent=silent)
                    if closing is not None:
                        return closing
                case Goto() | Again() | Resume() | End() | Return():
                    return statement
                case Listen() | Collect() | Guard() | Do() | Llm() | Transfer() | Run():
                    return statement
                case _:
                    assert_never(statement)
        return None

    def _close(self, closing: Closing | None, by: str, *, inside: bool, scope: str | None = None) -> None:
        """`inside`: the block was a branch's, so something still waits; else it was a state's own.

        `scope`: the subflow whose block it was, where that is not the one the call stands in.
        """
        while True:
            if isinstance(closing, Goto | Run | End) and not self._may(closing, by, inside=inside):
                return None
            match closing:
                case Goto(state=state):
                    if not self._enter(state, by):
                        return None
                    closing, by, inside, scope = self._body(state), "", False, None
                case Run():
                    self._moving.begin(self._here(), closing)
                    if not self._enter(closing.entry, "run"):
                        return None
                    closing, by, inside, scope = self._body(closing.entry), "", False, None
                case Return(outcome=outcome):
                    ended = scope if scope is not None else self._call.flow.states[self._here().state].scope
                    if not self._moving.come_back(ended, outcome):
                        return self.fail(f"nothing runs what ended with {outcome!r}")
                    return self.take_result(outcome)
                case End(outcome=outcome):
                    return self._end(outcome)
                case Listen() | Guard() | Collect() | Do() | Llm() | Transfer():
                    return self._wait(closing)
                case Resume() if not inside:
                    return self._give_back()
                case Again() | Resume() | None if inside and self._here().held is not None:
                    return self._held_again(closing)
                case Again() | Resume() | None if inside and self._here().waiting is not None:
                    return self._stay(closing)
                case Again() | Resume() | None:
                    return self.fail(f"nothing waits in state {self._here().state!r}")
                case _:
                    assert_never(closing)

    def _stay(self, closing: Again | Resume | None) -> None:
        match closing:
            case Again(text=text) if text is not None:
                self.ask_again(Prompt((self._call.spoken(text),)))
            case Again() | Resume():
                self.ask_again()
            case None:
                self._here().doubt = None
                self.owing.say_everything()
                self.listen()

    def _wait(self, statement: Waiting) -> None:
        call, stay = self._call, self._here()
        stay.waiting = statement
        stay.question = call.latest if isinstance(statement, OpenToCaller) else None
        stay.doubt = None
        self.turn.open_to_protection()
        result: str | None = None
        match statement:
            case Listen():
                self.listen()
            case Guard(name=name):
                stay.request = call.next_request("guard")
                call.emit(AskGuard(stay.request, name))
            case Collect(slots=slots):
                result = self._collector.begin(slots)
                if result is None:
                    self.listen()
            case Do():
                result = self._doing.begin(stay, statement)
            case Transfer():
                result = self._doing.transfer(stay, statement)
            case Llm():
                self._modelling.begin(stay, statement)
            case Run():
                raise AssertionError("a run moves at once")
            case _:
                assert_never(statement)
        if result is not None:
            self.take_result(result)

    # Moves.

    def _may(self, move: Goto | Run | End, by: str, *, inside: bool) -> bool:
        """Whether a move may be made now. It may have to wait for a line to be heard; then `go_on` makes it."""
        of_pitch = not inside and bool(self.promises.refusals(self._here().state))
        if (reason := self.promises.broken(move)) is not None:
            self.fail(reason)
        elif self.promises.unheard(move):
            self._here().held = Held(move, by)
            self.go_on()
        elif self.farewell.is_held_back(move, of_pitch=of_pitch):
            self._here().held = Held(move, by, is_end=True, of_pitch=of_pitch)
            self.farewell.begin(self._here())
        else:
            # A digression comes back to what was decided; any other move is made in its place.
            if not (isinstance(move, Goto) and move.state in self._call.prepared.asides):
                self._here().held = None
            return True
        return False

    def go_on(self) -> None:
        """Make the move that waits for a line, if it was heard by now; else see to it that it is on its way."""
        stay, held = self._here(), self._here().held
        if held is None or (stay.is_ending and not self.farewell.is_due(stay)):
            return None
        if not self.promises.unheard(held.move):
            self._here().held = None
            return self._close(held.move, held.by, inside=True)
        if not self.promises.say(held):
            return self.fail("a line that has to be heard could not be")
        return None

    def _held_again(self, closing: Again | Resume | None) -> None:
        """What came in between is answered: the line that a move waits for is said again, among all that is owed."""
        held = self._here().held
        assert held is not None
        if isinstance(closing, Again) and closing.text is not None:
            self._call.say(Prompt((self._call.spoken(closing.text),)))
        held.tries = 0
        if not held.is_end:
            self.owing.say_everything()
        self.go_on()

    def _enter(self, state: str, by: str) -> bool:
        """Leave this state for another. False when the call ended instead."""
        self._moves += 1
        if self._moves > MOST_MOVES:
            self.fail(f"moved {MOST_MOVES} times without waiting, last to {state!r}")
            return False
        self._moving.enter(self._here(), state, by)
        return True

    def _give_back(self) -> None:
        """A digression is over: what it interrupted goes on, with the answer that came meanwhile."""
        left = self._here()
        back = self._moving.give_back()
        if back is None:
            return self.fail(f"state {left.state!r} resumes, and interrupted nothing")
        if back.held is not None:
            return self._held_again(None)
        if back.answer is not None:
            answer, back.answer = back.answer, None
            self.owing.say_everything()
            return self.answered(answer)
        if back.talk is not None and back.talk.time_is_up and isinstance(back.waiting, Llm):
            return self.end_model()
        return self.ask_again()

    def _end(self, outcome: str) -> None:
        self._call.machine.end(outcome)
        self.farewell.finish(outcome)

    def _here(self) -> Stay:
        stay = self._call.stay
        assert stay is not None, "the call has not begun"
        return stay
