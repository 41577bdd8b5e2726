"""The outbound queue: what waits, in the order of dispatch, and taking a call back.

Nothing here walks the whole queue, so that it can be looked at each second however long it is.
"""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response

from flowengine.service.api.auditing import about
from flowengine.service.api.endpoint import answer
from flowengine.service.api.reading import read_query
from flowengine.service.api.texts import is_id
from flowengine.service.dialling.dialling import Dialling
from flowengine.service.outbound import Outbound
from flowengine.service.problems import ProblemError, not_found
from flowengine.store.queue import CallQueue
from flowengine.store.queue_rows import QueuedCall

HELD = "DIALLING_HELD"
"""What a call that is due waits for while this process dials nobody."""
FURTHEST = 1000
"""How far down the queue one can look: what is passed over costs, too."""


class QueuePage(msgspec.Struct, forbid_unknown_fields=True):
    """Which part of the queue is wanted."""

    limit: Annotated[int, Meta(ge=1, le=200)] = 50
    offset: Annotated[int, Meta(ge=0, le=FURTHEST)] = 0


class WaitingCall(msgspec.Struct):
    """One call that waits; position 1 is dialled next.

    `waits_for`: a rule's code, NOT_BEFORE, RETRY or CALLBACK; DIALLING_HELD: `rate_limit.trouble`; null: its turn.
    `due_at`: from when on it may be called; `expected_at`: when it will be, at the earliest; null: nobody knows, since
    dialling is held.
    """

    call_id: str
    position: int
    phone_number: str
    flow: str
    priority: int
    waits_for: str | None
    due_at: datetime
    expected_at: datetime | None
    queued_at: datetime
    tries: int
    requested_by: str | None
    campaign: str | None


class RateLimit(msgspec.Struct):
    """How quickly we dial, over all processes. `trouble`: why this process dials nobody now."""

    calls_per_second: float
    trouble: str | None


class Concurrency(msgspec.Struct):
    """How many calls may be made at once, over all processes, and how many are."""

    limit: int
    in_use: int


class CallQueueView(msgspec.Struct):
    """A part of the queue. `waiting` counts to 10,000; `waiting_is_more`: there are more than that.

    `next_offset` null: nothing waits beyond this part.
    """

    calls: list[WaitingCall]
    waiting: int
    waiting_is_more: bool
    rate_limit: RateLimit
    concurrency: Concurrency
    next_offset: int | None


class CallCancelled(msgspec.Struct):
    """It was taken back, and will not be made."""

    success: bool
    call_id: str
    message: str


async def call_queue(request: Request) -> Response:
    asked = read_query(request, QueuePage)
    outbound: Outbound = request.app.state.outbound
    trouble = trouble_of(request)
    return answer(await asyncio.to_thread(_view, outbound.queue, asked, outbound.now(), trouble))


def trouble_of(request: Request) -> str | None:
    """Why this process dials nobody now; None: it does."""
    outbound: Outbound = request.app.state.outbound
    dialling: Dialling | None = request.app.state.dialling
    return outbound.line_problem if dialling is None else dialling.trouble


async def cancel(request: Request) -> Response:
    outbound: Outbound = request.app.state.outbound
    call_id: str = request.path_params["call_id"]
    what = await asyncio.to_thread(outbound.queue.cancel, call_id, outbound.now()) if is_id(call_id) else "unknown"
    match what:
        case "unknown":
            raise not_found("No call in the queue has this call_id; GET /api/call-queue lists those that wait.")
        case "dialling":
            raise ProblemError(
                409,
                "Being dialled",
                "This call is being made now; POST /api/llm-action can end it once it is answered.",
            )
        case "ended":
            raise ProblemError(409, "Over", "This call has ended already.")
        case _:
            about(request, call_id)
            return answer(CallCancelled(True, call_id, "The call will not be made"))


def _view(queue: CallQueue, asked: QueuePage, now: datetime, trouble: str | None) -> CallQueueView:
    waiting = queue.waiting(now, limit=asked.limit + 1, offset=asked.offset)
    page = waiting[: asked.limit]
    counts = queue.counts()
    is_more = len(waiting) > asked.limit and asked.offset + asked.limit <= FURTHEST
    is_held = trouble is not None
    return CallQueueView(
        calls=[_entry(queue, call, place, now, is_held) for place, call in enumerate(page, asked.offset + 1)],
        waiting=counts.waiting,
        waiting_is_more=counts.is_more,
        rate_limit=RateLimit(round(1 / queue.pace.interval.total_seconds(), 3), trouble),
        concurrency=Concurrency(queue.pace.at_once, counts.dialling),
        next_offset=asked.offset + asked.limit if is_more else None,
    )


def _entry(queue: CallQueue, call: QueuedCall, position: int, now: datetime, is_held: bool) -> WaitingCall:
    # What is to wait longer does so for its own reason; the trouble may be over by then.
    is_held = is_held and call.due_at <= now
    return WaitingCall(
        call_id=call.call_id,
        position=position,
        phone_number=call.number,
        flow=call.flow,
        priority=call.priority,
        waits_for=HELD if is_held else call.waits_for,
        due_at=call.due_at,
        expected_at=None if is_held else queue.expected_at(call, position, now),
        queued_at=call.queued_at,
        tries=call.tries,
        requested_by=call.requested_by,
        campaign=call.campaign,
    )
