"""May a number be called, and what has passed between it and us?"""

from __future__ import annotations

import asyncio
import re
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response

from flowengine.compliance.guard import YEARS
from flowengine.compliance.numbers import NumberProblem, read_number
from flowengine.compliance.policy import LONDON, Policy
from flowengine.service.api.endpoint import answer
from flowengine.service.api.reading import read_query
from flowengine.service.outbound import Outbound
from flowengine.service.problems import Problem, ProblemError, respond
from flowengine.store.call_history import PastCall, call_history
from flowengine.store.decision_body import DecisionBody, decision_body
from flowengine.store.list_rows import list_number

LOST_PLUS = re.compile(r" (?=\d\d:?\d\d$)")
"""The plus of an offset, which a query string turns into a space."""


class WhatIf(msgspec.Struct, forbid_unknown_fields=True):
    """At which moment: ISO 8601; without an offset it is London's clock. Now, where it is left out."""

    at: Annotated[
        str, Meta(max_length=40, description="a moment, like 2026-03-02T10:15 or 2026-03-02T10:15:00+00:00")
    ] | (None) = None


class Undecided(Problem, kw_only=True):
    """The record cannot be read, so nobody may be called."""

    can_call: bool


class HistoryPage(msgspec.Struct, forbid_unknown_fields=True):
    """How many of the newest calls are wanted."""

    limit: Annotated[int, Meta(ge=1, le=500)] = 50


class PastCallBody(msgspec.Struct):
    """One call. `duration` in seconds; `outcome` null: it has not ended.

    `counts`: it is an attempt by the caps. `decision`: the one that allowed it, for calls that were dialled from the
    queue; its `number` and the rest are as they were then.
    """

    time: datetime
    direction: str
    flow: str
    outcome: str | None
    duration: int | None
    counts: bool
    call_id: str
    call_sid: str | None
    decision: DecisionBody | None


class CallHistory(msgspec.Struct):
    """The calls with one number, newest first."""

    phone_number: str
    attempts: list[PastCallBody]
    count: int


async def can_call(request: Request) -> Response:
    outbound: Outbound = request.app.state.outbound
    asked = read_query(request, WhatIf).at
    at = outbound.now() if asked is None else moment(asked, "at")
    decision = await asyncio.to_thread(outbound.rules.decide, request.path_params["phone_number"], at)
    return answer(decision_body(decision))


def undecided() -> Response:
    detail = "The database does not answer, or its disk is full, so nobody may be called. Try again later."
    return respond(Undecided("The record cannot be used", 503, detail, can_call=False), {"retry-after": "5"})


async def history(request: Request) -> Response:
    outbound: Outbound = request.app.state.outbound
    limit = read_query(request, HistoryPage).limit
    number = number_in_path(request, outbound.rules.policy)
    past = await asyncio.to_thread(call_history, outbound.rules.database, number, limit)
    return answer(CallHistory(number, [_body(each) for each in past], len(past)))


def number_in_path(request: Request, policy: Policy) -> str:
    """E.164 of the number in the address, in whatever spelling. Raises ProblemError."""
    number = read_number(request.path_params["phone_number"], policy)
    if isinstance(number, NumberProblem):
        raise ProblemError(422, "Does not fit", f"phone_number cannot be read: {number.detail}.", "phone_number")
    return number


def listed_number(request: Request) -> str:
    """E.164 of the number in the address, which may be any number: a list takes those too that are never called.

    Raises ProblemError.
    """
    return number_to_list(request.path_params["phone_number"])


def number_to_list(text: str) -> str:
    """E.164 of a number that is to stand on a list. Raises ProblemError."""
    number, why = list_number(text)
    if number is None:
        raise ProblemError(422, "Does not fit", f"phone_number cannot be read: {why}.", "phone_number")
    return number


def moment(text: str, field: str) -> datetime:
    """A moment as people write it, or a query string has left it; without an offset, London's. Raises ProblemError."""
    try:
        at = datetime.fromisoformat(LOST_PLUS.sub("+", text.strip()))
    except ValueError as error:
        raise ProblemError(
            422,
            "Does not fit",
            f"{field} is no moment; expected one like 2026-03-02T10:15 or 2026-03-02T10:15:00+00:00.",
            field,
        ) from error
    if not YEARS.start < at.year < YEARS.stop - 1:
        raise ProblemError(422, "Does not fit", f"{field} must be from {YEARS.start + 1} to {YEARS.stop - 2}.", field)
    return at if at.tzinfo is not None else at.replace(tzinfo=LONDON)


def _body(past: PastCall) -> PastCallBody:
    return PastCallBody(
        time=past.at,
        direction=past.direction,
        flow=past.flow,
        outcome=past.outcome,
        duration=past.duration_s,
        counts=past.counts,
        call_id=past.call_id,
        call_sid=past.call_sid,
        decision=None if past.decision is None else msgspec.json.decode(past.decision, type=DecisionBody),
    )
