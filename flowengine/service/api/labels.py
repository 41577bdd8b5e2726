"""What reviewers say of the turns of recorded calls: put, taken back, and listed by flow."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response

from flowengine.errors import FlowNotValid, LabelNotValid
from flowengine.service.api.auditing import about
from flowengine.service.api.call_view import Call, CallViews
from flowengine.service.api.calls import UNKNOWN
from flowengine.service.api.endpoint import answer
from flowengine.service.api.reading import read_body, read_query
from flowengine.service.api.texts import VISIBLE, Name, is_id
from flowengine.service.auth import caller_of
from flowengine.service.calls import Calls
from flowengine.service.labelling import label_for
from flowengine.service.outbound import Outbound
from flowengine.service.problems import ProblemError, not_found
from flowengine.store.labels import Label, LabelledTurn, Labels, Meaning, labels_of, turn_of

GONE = "what was said in this call was deleted, so nothing of it can be labelled"
NOT_LABELLED = "this turn has no label"


class LabelGiven(msgspec.Struct, forbid_unknown_fields=True):
    """What a turn meant. `intent` needs the intent's `name`; `slot` that of the slot which got a wrong value.

    `none`: no intent of the flow. `right`: it was understood as meant. `value`: what the slot should have got.
    """

    meaning: Meaning
    name: Name | None = None
    value: Annotated[str, Meta(min_length=1, max_length=200, pattern=VISIBLE)] | None = None


class TurnLabel(msgspec.Struct):
    """The label of a turn; a turn has one, the last that was put."""

    call_id: str
    turn: int
    meaning: Meaning
    name: str | None
    value: str | None
    labelled_by: str
    labelled_at: datetime


class LabelledLine(msgspec.Struct):
    """A label with its turn: what was said, in which state, and the intent that it was taken for (null: none)."""

    label: TurnLabel
    said: str
    state: str | None
    understood: str | None
    score: float | None
    version: str


class LabelList(msgspec.Struct):
    """The labels of a flow, the newest first."""

    labels: list[LabelledLine]


class LabelsOf(msgspec.Struct, forbid_unknown_fields=True):
    """Of which flow, and how many at most."""

    flow: Name
    limit: Annotated[int, Meta(ge=1, le=1000)] = 100


async def put(request: Request) -> Response:
    """Label a turn of the caller's, in place of what it was labelled before."""
    asked = await read_body(request, LabelGiven)
    call = await _call(request)
    turn = _turn(request)
    calls: Calls = request.app.state.calls
    try:
        flow = calls.library.get(call.flow)
        label = label_for(
            flow, call, turn, asked.meaning, asked.name, asked.value, by=caller_of(request).actor, at=datetime.now(UTC)
        )
    except FlowNotValid as error:
        raise ProblemError(409, "Flow cannot be read", f"{error}") from error
    except LabelNotValid as error:
        if turn_of(call, turn) is None:
            raise not_found(str(error)) from error
        raise ProblemError(422, "Does not fit", f"{error}.", error.field) from error
    kept = await asyncio.to_thread(Labels(calls.recording.store.database).put, label)
    if not kept:
        raise ProblemError(409, "Deleted", f"{GONE}.")
    about(request, call.call_id, turn=turn, meaning=label.meaning, name=label.name)
    return answer(_shown(label))


async def remove(request: Request) -> Response:
    """Take the label of a turn back."""
    call = await _call(request)
    turn = _turn(request)
    calls: Calls = request.app.state.calls
    if not await asyncio.to_thread(Labels(calls.recording.store.database).remove, call.call_id, turn):
        raise not_found(NOT_LABELLED)
    about(request, call.call_id, turn=turn)
    return Response(status_code=204)


async def listed(request: Request) -> Response:
    """The labels of a flow's calls."""
    asked = read_query(request, LabelsOf)
    calls: Calls = request.app.state.calls
    found = await asyncio.to_thread(labels_of, calls.recording.store, asked.flow, limit=asked.limit)
    return answer(LabelList([_with_line(each) for each in found]))


async def _call(request: Request) -> Call:
    calls: Calls = request.app.state.calls
    outbound: Outbound = request.app.state.outbound
    sid: str = request.path_params["sid"]
    found = None
    if is_id(sid):
        await calls.recording.flush()
        views = CallViews(calls.recording.store, outbound.queue)
        found = await asyncio.to_thread(views.find, sid, outbound.now())
    if found is None:
        raise not_found(UNKNOWN)
    return found


def _turn(request: Request) -> int:
    text: str = request.path_params["turn"]
    if not (text.isascii() and text.isdigit() and int(text[:9]) > 0 and len(text) < 9):
        raise not_found("turns are counted from 1")
    return int(text)


def _shown(label: Label) -> TurnLabel:
    return TurnLabel(
        call_id=label.call_id,
        turn=label.turn,
        meaning=label.meaning,
        name=label.name,
        value=label.value,
        labelled_by=label.labelled_by,
        labelled_at=label.labelled_at,
    )


def _with_line(found: LabelledTurn) -> LabelledLine:
    line = found.line
    return LabelledLine(_shown(found.label), line.text, line.state, line.intent, line.score, found.call.version)
