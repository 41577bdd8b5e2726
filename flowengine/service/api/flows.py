"""The flows that can be called, and their drawings."""

from __future__ import annotations

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from flowengine.errors import FlowNotValid
from flowengine.graph.model import Direction
from flowengine.service.api.endpoint import answer
from flowengine.service.calls import Calls
from flowengine.service.library import FlowLibrary, Shelf
from flowengine.service.problems import not_found


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
    """All flow files of the service."""

    flows: list[FlowSummary]


async def flows(request: Request) -> Response:
    calls: Calls = request.app.state.calls
    return answer(FlowList([_summary(shelf) for shelf in calls.library.shelves()]))


async def graph(request: Request) -> Response:
    library: FlowLibrary = request.app.state.calls.library
    try:
        drawing = library.drawing(request.path_params["name"])
    except FlowNotValid as error:
        raise not_found(str(error)) from error
    # Opened by itself in a tab, the drawing needs the style that it carries, and nothing else.
    policy = {"content-security-policy": "default-src 'none'; style-src 'unsafe-inline'"}
    return Response(drawing, media_type="image/svg+xml", headers=policy)


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
