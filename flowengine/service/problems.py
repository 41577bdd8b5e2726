"""Errors over HTTP: one shape, `application/problem+json` (RFC 9457), that says what is wrong and how to mend it."""

from __future__ import annotations

import logging

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

log = logging.getLogger(__name__)


class Problem(msgspec.Struct, omit_defaults=True):
    """One error: `title` names it, `detail` says what to do, `field` where in the request it is."""

    title: str
    status: int
    detail: str = ""
    field: str = ""


class ProblemError(Exception):
    """Raised by a handler; answered with its problem."""

    def __init__(self, status: int, title: str, detail: str = "", field: str = "") -> None:
        super().__init__(title)
        self.problem = Problem(title, status, detail, field)


def respond(problem: Problem) -> Response:
    return Response(msgspec.json.encode(problem), problem.status, media_type="application/problem+json")


async def on_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, ProblemError)
    return respond(error.problem)


async def on_http(request: Request, error: Exception) -> Response:
    """What the router refuses: no such address, or not with this method."""
    assert isinstance(error, HTTPException)
    return respond(Problem(error.detail, error.status_code, f"{request.method} {request.url.path}"))


async def on_store(request: Request, error: Exception) -> Response:
    """The database is away, or full: a fault that passes, so Twilio and others may ask again."""
    log.error(
        "a request needs the record, which does not answer", extra={"path": request.url.path.partition("/call/")[0]}
    )
    return respond(Problem("The record cannot be used", 503, "The database does not answer; try again later."))


async def on_unexpected(request: Request, error: Exception) -> Response:
    """A defect of ours: said plainly, without the text of the exception, which could carry personal data."""
    return respond(Problem("The server failed", 500, "This is a defect; the log has its place."))


def not_found(what: str) -> ProblemError:
    return ProblemError(404, "Not found", what)
