"""`POST /api/llm-action`: somebody outside (a model, a program, an operator) acts in a live call.

What is spoken is held to what no flow may say, a move to what the flow allows, an outcome to those it has. A request
that the call cannot meet is an answer with `success` false; one that could never be met is a problem.
"""

from __future__ import annotations

import asyncio
from typing import assert_never

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from flowengine.compliance.cards import mask
from flowengine.compliance.numbers import NumberProblem, identify
from flowengine.compliance.policy import Policy
from flowengine.conversation.events import MoveRequested, NoteRequested, SayRequested, SlotGiven
from flowengine.errors import EvaluationError
from flowengine.graph.model import Flow
from flowengine.graph.wording import forbidden
from flowengine.service.api.auditing import about
from flowengine.service.api.endpoint import answer
from flowengine.service.api.reading import read_body
from flowengine.service.api.texts import Name, Remark, Sid, Spoken, TelephoneNumber
from flowengine.service.calls import Calls
from flowengine.service.live_call import LiveCall
from flowengine.service.outbound import Outbound
from flowengine.service.problems import ProblemError, not_found
from flowengine.store.queue import CallQueue

FAREWELL = "Thank you for your time. Goodbye!"
PUTTING_THROUGH = "One moment, please. I'll put you through."
ENDED = "hung_up"
ACTIONS = ("end_conversation", "say", "goto", "transfer", "set_slot", "note")
TRANSFERABLE = ("ordinary", "freephone")
"""Kinds of number that cost what a call costs: nobody is put through to one that earns from it."""
IS_OVER = "the call is over"


class LlmAction(msgspec.Struct, forbid_unknown_fields=True):
    """One action in a live call. `action` is one of end_conversation, say, goto, transfer, set_slot, note.

    end_conversation: `message` is said before, `outcome` is one of the flow's. say: `text`. goto: `state`.
    transfer: `target`, and as end_conversation. set_slot: `slot`, `value`. note: `text`. `reason` goes to the record.
    """

    call_sid: Sid
    action: Name
    reason: Remark | None = None
    message: Spoken | None = None
    state: Name | None = None
    target: TelephoneNumber | None = None
    slot: Name | None = None
    value: Remark | None = None
    text: Spoken | None = None
    outcome: Name | None = None


class LlmActionResult(msgspec.Struct, kw_only=True):
    """What came of it; `message` says so, and, where `success` is false, why nothing was done.

    `call_sid` as it was given; it is left out where there is no such action.
    """

    success: bool
    action: str
    call_sid: str | msgspec.UnsetType = msgspec.UNSET
    message: str


async def llm_action(request: Request) -> Response:
    asked = await read_body(request, LlmAction)
    if asked.action not in ACTIONS:
        unknown = f"Unknown action: {asked.action}"
        return answer(LlmActionResult(success=False, action=asked.action, message=unknown))
    calls: Calls = request.app.state.calls
    about(request, asked.call_sid, action=asked.action)
    outbound: Outbound = request.app.state.outbound
    live = _live(calls, asked.call_sid)
    if live is None:
        attempts = await asyncio.to_thread(outbound.queue.attempts_of, asked.call_sid)
        live = next(filter(None, (_live(calls, each.attempt_id) for each in attempts)), None)
    if live is None:
        return _result(asked, await asyncio.to_thread(_why_not_live, calls, outbound.queue, asked.call_sid))
    if live.conversation.finished:
        return _result(asked, IS_OVER)
    match asked.action:
        case "end_conversation":
            return _end(asked, live)
        case "transfer":
            return _transfer(asked, live, calls.settings.policy)
        case _:
            return _result(asked, *_steer(asked, live))


def _result(asked: LlmAction, refusal: str | None, done: str = "") -> Response:
    return answer(
        LlmActionResult(success=refusal is None, action=asked.action, call_sid=asked.call_sid, message=refusal or done)
    )


def _live(calls: Calls, sid: str) -> LiveCall | None:
    return calls.carried(sid) or calls.find(sid)


def _why_not_live(calls: Calls, queue: CallQueue, sid: str) -> str:
    """A call that waits or is over is an answer; one that nobody here knows is a problem.

    Raises ProblemError, StoreError.
    """
    kept = calls.recording.store.call(sid)
    if kept is not None and kept.ended_at is None:
        raise not_found("this call is not live in this process; each process acts in the calls it carries itself")
    if kept is not None:
        return IS_OVER
    queued = queue.call(sid)
    if queued is None:
        raise not_found("no call has this CallSid or call_id")
    match queued.state:
        case "waiting":
            return "the call waits to be made"
        case "dialling":
            return "the call is being dialled, or is live in another process"
        case "ended":
            return IS_OVER
        case _:
            assert_never(queued.state)


def _end(asked: LlmAction, live: LiveCall) -> Response:
    message, remark = _last_words(asked, live, FAREWELL)
    outcome = _outcome(asked, live.prepared.flow)
    # Whoever speaks with somebody else now cannot hear us.
    live.session.end(_reason(asked), None if live.session.away.is_away else message, outcome=outcome)
    return _result(asked, None, f"Call termination request processed{remark}")


def _transfer(asked: LlmAction, live: LiveCall, policy: Policy) -> Response:
    number = identify(_needed(asked.target, "target", asked.action), policy)
    if isinstance(number, NumberProblem):
        raise ProblemError(422, "Does not fit", f"Nobody can be put through to the target: {number.detail}.", "target")
    if number.kind not in TRANSFERABLE or (policy.uk_only and number.region != "GB"):
        raise ProblemError(
            422, "Does not fit", "The target must be an ordinary or freephone number of the United Kingdom.", "target"
        )
    message, remark = _last_words(asked, live, PUTTING_THROUGH)
    outcome = _outcome(asked, live.prepared.flow)
    if live.session.away.is_away:
        return _result(asked, "the caller has been put through already")
    live.session.end(_reason(asked), message, outcome=outcome, onward=number.e164)
    return _result(asked, None, f"Transfer request processed{remark}")


def _steer(asked: LlmAction, live: LiveCall) -> tuple[str | None, str]:
    """Why the call cannot do it, or None; and what to answer then."""
    try:
        match asked.action:
            case "say":
                text = _needed(asked.text or asked.message, "text", asked.action)
                wrong = forbidden(text, live.prepared.flow.agent.company)
                if wrong is not None:
                    return f"not said: this {wrong}", ""
                return live.session.steer(lambda at: SayRequested(at, text)), "It is being said"
            case "goto":
                state = _needed(asked.state, "state", asked.action)
                return live.session.steer(lambda at: MoveRequested(at, state)), f"Going to the state {state!r}"
            case "set_slot":
                slot, value = _needed(asked.slot, "slot", asked.action), _needed(asked.value, "value", asked.action)
                return live.session.steer(lambda at: SlotGiven(at, slot, value)), f"The slot {slot!r} is filled"
            case _:
                note = mask(_needed(asked.text or asked.message, "text", asked.action)).text
                return live.session.steer(lambda at: NoteRequested(at, note)), "Noted"
    except EvaluationError:
        return "the flow could not weigh this value", ""


def _last_words(asked: LlmAction, live: LiveCall, usual: str) -> tuple[str, str]:
    """What is said before the end, and what there is to say of that."""
    if asked.message is None:
        return usual, ""
    wrong = forbidden(asked.message, live.prepared.flow.agent.company)
    if wrong is None:
        return asked.message, ""
    return usual, f'; not with the message given, since this {wrong}: "{usual}" is said instead'


def _outcome(asked: LlmAction, flow: Flow) -> str:
    if asked.outcome is None:
        return ENDED
    if asked.outcome not in flow.outcomes:
        known = ", ".join(flow.outcomes)
        raise ProblemError(422, "Does not fit", f"The flow has no such outcome; its outcomes are: {known}.", "outcome")
    return asked.outcome


def _reason(asked: LlmAction) -> str:
    return mask(asked.reason).text if asked.reason else asked.action


def _needed(value: str | None, field: str, action: str) -> str:
    if value is None:
        raise ProblemError(422, "Does not fit", f"{field} is missing: the action {action} needs it.", field)
    return value
