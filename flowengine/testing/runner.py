"""Plays one test: the caller's steps against the flow, what is expected against what came."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from time import perf_counter
from typing import assert_never

from flowengine.conversation.contact import typed_value
from flowengine.conversation.hiding import HIDDEN
from flowengine.errors import FlowEngineError, NotScripted
from flowengine.graph.edges import plain_name
from flowengine.graph.model import Flow
from flowengine.language.diagnostics import Diagnostic
from flowengine.language.source import Span
from flowengine.testing.coverage.ways import Tally
from flowengine.testing.expected import same, shown
from flowengine.testing.flowtest.ast import (
    AgentSays,
    CallerHangsUp,
    CallerInterrupts,
    CallerIsMachine,
    CallerPresses,
    CallerSays,
    CallerSilent,
    CallerStep,
    Ends,
    ExpectState,
    ExpectUnderstood,
    ExpectValue,
    Step,
    Test,
)
from flowengine.testing.flowtest.bind import NOTHING, Bound
from flowengine.testing.flowtest.bind_summary import NULL, SUMMARY, is_null
from flowengine.testing.matching import mismatch, written
from flowengine.testing.player import Player, Turn
from flowengine.testing.script import Script

Check = AgentSays | ExpectState | ExpectValue | ExpectUnderstood | Ends


@dataclass(frozen=True, slots=True)
class Failure:
    """Where a call went another way than the test says. `expected` and `got` are shown as they are."""

    span: Span
    message: str
    expected: str | None = None
    got: str | None = None
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """One test's result. `problems`: why it could not be played at all; `lasted` is seconds of call, `took` of ours."""

    test: Test
    flow: Flow | None
    started: datetime | None = None
    turns: tuple[Turn, ...] = ()
    failure: Failure | None = None
    problems: tuple[Diagnostic, ...] = ()
    listening: tuple[str, ...] = ()
    lasted: float = 0.0
    took: float = 0.0

    @property
    def passed(self) -> bool:
        return self.failure is None and not self.problems

    @property
    def outcome(self) -> str | None:
        return self.turns[-1].outcome if self.turns else None


def play(bound: Bound, tally: Tally | None = None) -> Result:
    """Play a test. `tally` is told which ways the call takes."""
    began = perf_counter()
    test = bound.test
    try:
        player = Player(
            bound.flow,
            bound.contact,
            now=test.now,
            guard=bound.guard,
            world=Script(bound.script),
            variants=bound.variants,
            tally=tally,
        )
    except NotScripted as error:
        return Result(test, bound.flow, failure=Failure(test.span, str(error)))
    except FlowEngineError as error:
        return Result(test, bound.flow, failure=Failure(test.span, f"the call cannot be placed: {error}"))
    failure = _first_failure(player, test)
    return Result(
        test,
        bound.flow,
        player.started,
        player.turns,
        failure,
        listening=tuple(intent.name for intent in player.live_intents),
        lasted=player.at,
        took=perf_counter() - began,
    )


def _first_failure(player: Player, test: Test) -> Failure | None:
    checks: list[Check] = []
    for step in test.steps:
        if isinstance(step, AgentSays | ExpectState | ExpectValue | ExpectUnderstood | Ends):
            checks.append(step)
            continue
        failure = _turn(player, checks, step)
        if failure is not None:
            return failure
        checks = []
    return _turn(player, checks, None)


def _turn(player: Player, checks: list[Check], caller: CallerStep | None) -> Failure | None:
    """What is expected of the agent's turn, then the caller's step that follows it."""
    at: Step | None = checks[0] if checks else caller
    if at is None:
        return None
    try:
        if isinstance(caller, CallerInterrupts) and not player.over:
            if not player.speak_up_to(caller.after):
                return _never_said(player, caller)
        else:
            player.listen()
        for failure in (_agent(player, checks), *(_check(player, check) for check in checks)):
            if failure is not None:
                return _with_reason(failure, player)
        if caller is not None:
            if player.over:
                message = "the caller acts, but the call is over"
                return Failure(caller.span, message, got=f"the call ended with {player.outcome}")
            _act(player, caller)
    except FlowEngineError as error:
        return Failure(at.span, str(error))
    return None


def _with_reason(failure: Failure, player: Player) -> Failure:
    """A failure in a turn in which the caller broke in and was not let, or was not heard: that is most likely why."""
    reason = player.unheard or player.not_cut
    hints = [hint for hint in (failure.hint, reason) if hint is not None]
    return replace(failure, hint="; ".join(hints)) if reason is not None else failure


def _agent(player: Player, checks: list[Check]) -> Failure | None:
    lines = [check for check in checks if isinstance(check, AgentSays)]
    if not lines:
        return None
    pattern = [piece for line in lines for piece in line.pieces]
    said = player.agent_so_far()
    found = mismatch(pattern, said)
    if found is None:
        return None
    span = found.piece.span if found.piece is not None else lines[0].span
    got = f'"{said}"' if said else "nothing was said"
    return Failure(
        span, "the agent says something else" if said else "the agent says nothing", written(pattern), got, found.hint
    )


def _check(player: Player, check: Check) -> Failure | None:
    match check:
        case AgentSays():
            return None
        case ExpectState(state=state, span=span):
            if player.state is not None and state.text in (player.state, plain_name(player.state)):
                return None
            return Failure(span, "the call is in another state", state.text, player.state or "none")
        case ExpectUnderstood(intent=intent, span=span):
            taken = player.turn.understood
            got = (taken[-1].intent or NOTHING) if taken else None
            if got == intent.text:
                return None
            return Failure(span, "the caller is understood otherwise", intent.text, got or "the caller said nothing")
        case ExpectValue(name=name) if name.text.startswith(SUMMARY):
            return _summary(player, check)
        case ExpectValue(name=name, value=value, span=span):
            owner, _, field = name.text.rpartition(".")
            actual = player.contact.get(field) if owner == "contact" else player.variables.get(name.text)
            if same(actual, value):
                return None
            if actual is not None and _is_secret(player, name.text):
                return Failure(span, f"{name.text} has another value", value.text, HIDDEN, "it is secret, so not shown")
            got = "it has no value" if actual is None else shown(actual)
            return Failure(span, f"{name.text} has another value", value.text, got)
        case Ends(outcome=outcome, span=span):
            player.listen(to_the_end=True)
            if player.over and player.outcome == outcome.text:
                return None
            got = str(player.outcome) if player.over else f"the call goes on, in state {player.state}"
            return Failure(
                span, "the call ends otherwise" if player.over else "the call does not end", outcome.text, got
            )
        case _:
            assert_never(check)


def _is_secret(player: Player, name: str) -> bool:
    """Whether the record hides the value that this was given last."""
    given = [fact.value for turn in player.turns for fact in turn.filled if fact.name == name]
    return given[-1:] == [HIDDEN]


def _summary(player: Player, check: ExpectValue) -> Failure | None:
    """A field of the summary, in its own kind."""
    player.listen(to_the_end=True)
    if not player.over:
        message = "there is no summary before the call is over"
        return Failure(check.span, message, check.value.text, f"the call goes on, in state {player.state}")
    name = check.name.text.removeprefix(SUMMARY)
    actual = player.summary[name]
    typed = None if actual is None else typed_value(player.flow.summary[name].type, actual)
    kept = actual if typed is None else typed
    if kept is None if is_null(check.value) else same(kept, check.value):
        return None
    got = NULL if kept is None else shown(kept)
    return Failure(check.span, f"{check.name.text} has another value", check.value.text, got)


def _act(player: Player, step: CallerStep) -> None:
    match step:
        case CallerSays(words=words, seconds=seconds):
            player.say(words, seconds)
        case CallerSilent(seconds=seconds):
            player.silence(seconds)
        case CallerPresses(keys=keys):
            player.press(keys)
        case CallerHangsUp():
            player.hang_up()
        case CallerIsMachine():
            player.voicemail()
        case CallerInterrupts(after=after, then=then):
            match then:
                case CallerSays(words=words):
                    player.interrupt(after, words)
                case CallerPresses(keys=keys):
                    player.press_after(after, keys)
                case CallerHangsUp():
                    player.hang_up_after(after)
                case CallerIsMachine():
                    player.voicemail_after(after)
                case _:
                    assert_never(then)
        case _:
            assert_never(step)


def _never_said(player: Player, step: CallerInterrupts) -> Failure:
    said = player.listen().agent
    return Failure(step.span, "the agent does not say these words here", f'* "{step.after}"', f'"{said}"')
