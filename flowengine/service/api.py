"""The JSON API and the page. Shapes are the structs below; `schemas/` is generated from them."""

from __future__ import annotations

from pathlib import Path

import msgspec
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from flowengine.errors import FlowNotValid
from flowengine.graph.model import Direction
from flowengine.service.calls import Calls
from flowengine.service.library import FlowLibrary, Shelf
from flowengine.service.problems import not_found

PAGE = Path(__file__).parent / "console" / "index.html"


class ContactInput(msgspec.Struct):
    """One input that a flow asks of whoever starts a call; `default` as the author wrote it."""

    name: str
    type: str
    required: bool
    default: str | None
    choices: list[str]


class FlowSummary(msgspec.Struct):
    """One flow file; `problem` holds its diagnostics when it cannot run as it stands."""

    name: str
    title: str
    direction: Direction | None
    version: str
    states: int
    contact: list[ContactInput]
    valid: bool
    problem: str | None


class FlowList(msgspec.Struct):
    """`GET /api/flows`."""

    flows: list[FlowSummary]


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
    """`GET /api/active-calls`."""

    calls: list[ActiveCall]
    count: int


class Readiness(msgspec.Struct):
    """`GET /health/ready`: what still keeps the service from taking calls."""

    ready: bool
    waiting_for: list[str]


def answer(body: msgspec.Struct, status: int = 200) -> Response:
    return Response(msgspec.json.encode(body), status, media_type="application/json")


async def page(request: Request) -> Response:
    return FileResponse(PAGE, headers={"cache-control": "no-cache"})


async def live(request: Request) -> Response:
    return answer(Readiness(ready=True, waiting_for=[]))


async def ready(request: Request) -> Response:
    calls: Calls = request.app.state.calls
    waiting = sorted(request.app.state.waiting_for)
    if calls.is_stopping:
        waiting.append("its end: the service is stopping")
    if not calls.recording.writer.healthy:
        waiting.append("the record: the database cannot be written")
    return answer(Readiness(ready=not waiting, waiting_for=waiting), 503 if waiting else 200)


async def flows(request: Request) -> Response:
    library: FlowLibrary = request.app.state.calls.library
    return answer(FlowList([_summary(shelf) for shelf in library.shelves()]))


async def graph(request: Request) -> Response:
    library: FlowLibrary = request.app.state.calls.library
    try:
        drawing = library.drawing(request.path_params["name"])
    except FlowNotValid as error:
        raise not_found(str(error)) from error
    # Opened by itself in a tab, the drawing needs the style that it carries, and nothing else.
    policy = {"content-security-policy": "default-src 'none'; style-src 'unsafe-inline'"}
    return Response(drawing, media_type="image/svg+xml", headers=policy)


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
    """A live or past call, by our call_id or Twilio's CallSid."""
    calls: Calls = request.app.state.calls
    detail = await calls.recording.detail(request.path_params["sid"])
    if detail is None:
        raise not_found("no call has this call_id or CallSid")
    return answer(detail)


def _summary(shelf: Shelf) -> FlowSummary:
    flow = shelf.flow
    if flow is None:
        return FlowSummary(shelf.name, shelf.name, None, "", 0, [], valid=False, problem=shelf.problem)
    contact = [
        ContactInput(
            name=field.name,
            type=field.type.kind,
            required=field.default is None,
            default=field.default.text.strip("\"'") if field.default is not None else None,
            choices=list(field.type.choices),
        )
        for field in flow.contact.values()
    ]
    return FlowSummary(
        name=flow.name,
        title=flow.title,
        direction=flow.direction,
        version=flow.version,
        states=len(flow.states),
        contact=contact,
        valid=shelf.problem is None,
        problem=shelf.problem,
    )
