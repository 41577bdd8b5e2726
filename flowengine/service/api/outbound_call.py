"""`POST /api/outbound-call`: a call is wanted. It is checked whole before anything is queued."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response

from flowengine.compliance.numbers import NumberProblem, identify
from flowengine.conversation.slots import check_contact
from flowengine.errors import ContactNotValid, FlowNotValid, TelephonyError
from flowengine.graph.model import Flow
from flowengine.graph.wording import forbidden
from flowengine.service.api.auditing import about
from flowengine.service.api.call_queue import trouble_of
from flowengine.service.api.endpoint import answer
from flowengine.service.api.reading import read_body
from flowengine.service.api.texts import CONTROLS, VISIBLE, Name, TelephoneNumber
from flowengine.service.api.waits import in_words
from flowengine.service.auth import caller_of
from flowengine.service.calls import Calls
from flowengine.service.outbound import Outbound
from flowengine.service.problems import ProblemError, sentence
from flowengine.store.decision_body import decision_body
from flowengine.store.queue_rows import Accepted, Conflict, NewCall, Refused

SCRIPT_FLOW = "telemarketing"
SCRIPT = "script"
"""The contact field that takes the opening line."""
IDEMPOTENCY_HEADER = "idempotency-key"

Key = Annotated[str, Meta(min_length=1, max_length=255, pattern=VISIBLE, description="text of 1 to 255 characters")]


class OutboundCall(msgspec.Struct, forbid_unknown_fields=True):
    """A call that is wanted. Without `flow` it is `telemarketing`; `script` is its opening line.

    `contact` holds the flow's inputs. `caller_id`: one of our numbers, shown to the person called.
    `if_not_now`: whether a call that the rules forbid just now waits for its time, or is refused.
    """

    phone_number: TelephoneNumber
    script: (
        Annotated[
            str,
            Meta(min_length=1, max_length=500, pattern=VISIBLE, description="an opening line of 1 to 500 characters"),
        ]
        | None
    ) = None
    priority: Annotated[int, Meta(ge=1, le=10)] = 5
    caller_id: TelephoneNumber | None = None
    flow: Name | None = None
    contact: dict[str, Any] = {}
    not_before: Annotated[datetime, Meta(tz=True)] | None = None
    idempotency_key: Key | None = None
    if_not_now: Literal["wait", "refuse"] = "wait"


PAUSED = "unknown: dialling is paused (A2), until less than 3 % of the calls of the last 24 hours were abandoned"


class OutboundCallQueued(msgspec.Struct):
    """It is in the queue: position 1 is dialled next; 0, for a request that came before: it waits no more."""

    success: bool
    call_id: str
    position: int
    estimated_wait: str


async def outbound_call(request: Request) -> Response:
    asked = await read_body(request, OutboundCall)
    calls: Calls = request.app.state.calls
    outbound: Outbound = request.app.state.outbound
    key = _idempotency_key(asked, request.headers.get(IDEMPOTENCY_HEADER))
    flow = _flow(calls, asked.flow or SCRIPT_FLOW)
    contact = _contact(flow, asked)
    if outbound.line_problem is not None:
        raise ProblemError(503, "No telephone line", f"Nobody can be called from here. {outbound.line_problem}")
    caller_id = await _caller_id(outbound, asked.caller_id)
    now = outbound.now()
    number = identify(asked.phone_number, outbound.rules.policy)
    if isinstance(number, NumberProblem):
        refusal = await asyncio.to_thread(outbound.rules.decide, asked.phone_number, now)
        return answer(decision_body(refusal), 409)
    new = NewCall(
        call_id=str(uuid.uuid4()),
        number=number.e164,
        flow=flow.name,
        contact=msgspec.json.encode(contact).decode(),
        priority=asked.priority,
        not_before=asked.not_before,
        caller_id=caller_id,
        idempotency_key=key,
        request_hash=None if key is None else _fingerprint(outbound, asked, number.e164),
        requested_by=caller_of(request).actor,
    )
    refuse = asked.if_not_now == "refuse"
    outcome = await asyncio.to_thread(outbound.queue.enqueue, new, now, refuse_if_not_now=refuse)
    match outcome:
        case Refused(decision=decision):
            return answer(decision_body(decision), 409)
        case Conflict():
            raise ProblemError(
                422,
                "Key used before",
                "This idempotency key came with another request; use a new one.",
                "idempotency_key",
            )
        case Accepted(call=call, position=position, decision=decision, was_there=was_there):
            about(request, call.call_id, flow=call.flow, was_there=was_there)
            if request.app.state.dialling is not None:
                request.app.state.dialling.wake()
            expected_at = outbound.queue.expected_at(call, position, now)
            paused = any(reason.code == "CAMPAIGN_PAUSED" for reason in decision.reasons)
            wait = "none" if position == 0 else PAUSED if paused else in_words(now, expected_at)
            trouble = None if position == 0 or paused or call.due_at > now else trouble_of(request)
            if trouble is not None:
                wait = f"unknown: {trouble}"
            return answer(OutboundCallQueued(True, call.call_id, position, wait))


def _idempotency_key(asked: OutboundCall, header: str | None) -> str | None:
    """Of the body, or of the header that some clients send. Raises ProblemError."""
    if header is None:
        return asked.idempotency_key
    if asked.idempotency_key not in (None, header):
        raise ProblemError(
            422, "Does not fit", "idempotency_key and the header Idempotency-Key differ.", "idempotency_key"
        )
    try:
        return msgspec.convert(header, Key)
    except msgspec.ValidationError as error:
        raise ProblemError(
            422, "Does not fit", "The header Idempotency-Key needs 1 to 255 characters.", "idempotency_key"
        ) from error


def _flow(calls: Calls, name: str) -> Flow:
    """The flow to run. Raises ProblemError: an inbound one has no guard, and does not say who is calling."""
    try:
        flow = calls.library.get(name)
    except FlowNotValid as error:
        raise ProblemError(422, "Flow cannot run", sentence(str(error)), "flow") from error
    if flow.direction != "outbound":
        raise ProblemError(
            422, "Flow cannot run", f"The flow {name!r} takes calls; only an outbound flow can make one.", "flow"
        )
    return flow


def _contact(flow: Flow, asked: OutboundCall) -> Mapping[str, Any]:
    """The flow's inputs as they were given, opening line included, checked. Raises ProblemError."""
    contact = dict(asked.contact)
    if asked.script is not None:
        if SCRIPT not in flow.contact:
            raise ProblemError(
                422, "Does not fit", f"The flow {flow.name!r} has no contact field {SCRIPT!r} to say it.", SCRIPT
            )
        if SCRIPT in contact:
            raise ProblemError(422, "Does not fit", "The script is given twice; give it once.", f"contact.{SCRIPT}")
        contact[SCRIPT] = asked.script
    for name, value in contact.items():
        if isinstance(value, str) and CONTROLS.search(value):
            raise ProblemError(
                422, "Does not fit", f"contact.{_named(name)} holds control characters.", f"contact.{_named(name)}"
            )
    try:
        check_contact(flow, contact)
    except ContactNotValid as error:
        field = SCRIPT if asked.script is not None and error.field == SCRIPT else f"contact.{_named(error.field)}"
        raise ProblemError(422, "Does not fit", sentence(str(error)), field) from error
    if isinstance(contact.get(SCRIPT), str):
        wrong = forbidden(contact[SCRIPT], flow.agent.company)
        if wrong is not None:
            field = SCRIPT if asked.script is not None else f"contact.{SCRIPT}"
            raise ProblemError(422, "May not be said", f"This opening line may not be spoken: it {wrong}.", field)
    return contact


async def _caller_id(outbound: Outbound, text: str | None) -> str | None:
    """The number to show, None for the usual one. Raises ProblemError."""
    if text is None:
        if outbound.caller_ids.default is None:
            raise ProblemError(
                422, "Does not fit", "caller_id is missing: give it, or set TWILIO_DEFAULT_FROM.", "caller_id"
            )
        return None
    number = identify(text, outbound.rules.policy)
    if isinstance(number, NumberProblem):
        raise ProblemError(422, "Does not fit", f"caller_id cannot be called back: {number.detail}.", "caller_id")
    try:
        if await asyncio.to_thread(outbound.caller_ids.is_ours, number.e164):
            return number.e164
    except TelephonyError as error:
        raise ProblemError(
            503, "Twilio does not answer", "Whether this caller_id is ours could not be asked; try again later."
        ) from error
    raise ProblemError(
        422,
        "Does not fit",
        "caller_id must be a number of ours: TWILIO_DEFAULT_FROM, one of FLOWENGINE_NUMBERS, or one that this Twilio "
        "account has rented or verified.",
        "caller_id",
    )


def _fingerprint(outbound: Outbound, asked: OutboundCall, number: str) -> str:
    """The same for two requests that ask for the same, however they spell it; keyed, since it holds a number."""
    same = msgspec.structs.replace(asked, phone_number=number, idempotency_key=None)
    return outbound.rules.database.vault.index(msgspec.json.encode(same, order="sorted").decode())


def _named(name: str) -> str:
    return name[:60]
