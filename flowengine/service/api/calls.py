"""Calls that are live, and calls that were."""

from __future__ import annotations

import asyncio

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from flowengine.graph.model import Direction
from flowengine.service.api.call_view import CallViews
from flowengine.service.api.endpoint import answer
from flowengine.service.api.texts import is_id
from flowengine.service.calls import Calls
from flowengine.service.outbound import Outbound
from flowengine.service.problems import not_found

UNKNOWN = "no call has this call_id or CallSid"


class ActiveCall(msgspec.Struct):
    """One live call; `seconds` since it was connected."""

    call_id: str
    call_sid: str
    flow: str
    version: str
    direction: Direction
    state: str | None
    seconds: float


class ActiveCalls(msgspec.Struct):
    """The calls of this process that are live."""

    calls: list[ActiveCall]
    count: int


async def active_calls(request: Request) -> Response:
    calls: Calls = request.app.state.calls
    listed = [
        ActiveCall(
            call_id=one.prepared.call_id,
            call_sid=one.prepared.call_sid,
            flow=one.prepared.flow.name,
            version=one.prepared.flow.version,
            direction=one.prepared.direction,
            state=one.conversation.state,
            seconds=one.seconds(),
        )
        for one in calls.live
    ]
    return answer(ActiveCalls(listed, len(listed)))


async def call(request: Request) -> Response:
    """A call that waits, is live or is over, by our call_id or Twilio's CallSid."""
    calls: Calls = request.app.state.calls
    outbound: Outbound = request.app.state.outbound
    sid: str = request.path_params["sid"]
    if not is_id(sid):
        raise not_found(UNKNOWN)
    await calls.recording.flush()
    views = CallViews(calls.recording.store, outbound.queue)
    found = await asyncio.to_thread(views.find, sid, outbound.now())
    if found is None:
        raise not_found(UNKNOWN)
    return answer(found)
