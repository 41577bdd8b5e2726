"""Errors over HTTP: one shape, `application/problem+json` (RFC 9457), that says what is wrong and how to mend it."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from flowengine.store.homecoming import NoRoom, NotHome

log = logging.getLogger(__name__)

TELL_EVERY_S = 10.0
NOT_HOME = (
    "Entries of the record, perhaps an opt-out, wait beside the database and cannot be brought into it; until they "
    "are, nobody may be called. The log says what keeps them; try again later."
)
NO_ROOM = (
    "Neither the database nor the spool beside it takes an opt-out, so nobody may be called. Make room on the disk; a "
    "process that runs sees it within a second or so."
)


class Problem(msgspec.Struct, omit_defaults=True):
    """One error: `title` (`type`) names it, `detail` says what to do, `field` where in the request it is."""

    title: str
    status: int
    detail: str = ""
    field: str = ""
    type: str = ""


class ProblemError(Exception):
    """Raised by a handler; answered with its problem."""

    def __init__(
        self, status: int, title: str, detail: str = "", field: str = "", headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(title)
        self.problem = Problem(title, status, detail, field)
        self.headers = headers or {}


def respond(problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
    """`type` is a URN made of the title, so that a program need not read sentences."""
    name = re.sub(r"[^a-z0-9]+", "-", problem.title.lower()).strip("-")
    body = msgspec.structs.replace(problem, type=problem.type or f"urn:flowengine:{name}")
    return Response(
        msgspec.json.encode(body),
        problem.status,
        media_type="application/problem+json",
        headers={"cache-control": "no-store", **(headers or {})},
    )


async def on_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, ProblemError)
    return respond(error.problem, error.headers)


async def on_http(request: Request, error: Exception) -> Response:
    """What the router refuses: no such address, or not with this method."""
    assert isinstance(error, HTTPException)
    detail = f"There is nothing at this address for {request.method}; docs/reference/api.md lists all addresses."
    return respond(Problem(error.detail, error.status_code, detail), error.headers)


async def on_disconnect(request: Request, error: Exception) -> Response:
    """Whoever asked has gone before the body was whole: anybody may, so it is no error. Nobody reads the answer."""
    return respond(Problem("Broken off", 400, "The body did not come whole; send it again."))


async def on_store(request: Request, error: Exception) -> Response:
    """The database is away, or full: a fault that passes, so Twilio and others may ask again."""
    record_failed(request)
    match error:
        case NotHome():
            detail = NOT_HOME
        case NoRoom():
            detail = NO_ROOM
        case _:
            detail = "The database does not answer, or its disk is full: the log says which. Try again later."
    return respond(Problem("The record cannot be used", 503, detail), {"retry-after": "5"})


@dataclass(slots=True)
class RecordFailures:
    """Requests that could not be answered for want of the record: when the last was, when the log said so last, and how
    many it has been silent about since. Seconds of `time.monotonic`."""

    last_at: float = float("-inf")
    told_at: float = float("-inf")
    untold: int = 0


def record_failed(request: Request) -> None:
    """A request could not be answered for want of the record: said in the log, and at `/health/ready` for a while."""
    failures: RecordFailures = request.app.state.record_failures
    failures.last_at = time.monotonic()
    if failures.last_at - failures.told_at < TELL_EVERY_S:
        failures.untold += 1
        return
    extra = {"path": _address(request), "untold": failures.untold}
    failures.told_at, failures.untold = failures.last_at, 0
    log.error("a request needs the record, which cannot be used", extra=extra)


def _address(request: Request) -> str:
    """The address as the table has it: what stands in a path can be somebody's number."""
    template = getattr(request.scope.get("endpoint"), "path", None)
    return template if isinstance(template, str) else request.url.path


async def on_unexpected(request: Request, error: Exception) -> Response:
    """A defect of ours: said plainly, without the text of the exception, which could carry personal data."""
    return respond(Problem("The server failed", 500, "This is a defect; the log has its place."))


def sentence(text: str) -> str:
    """The words of an exception, with a capital letter and a full stop."""
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."


def not_found(what: str) -> ProblemError:
    return ProblemError(404, "Not found", sentence(what))
