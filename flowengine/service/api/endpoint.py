"""What one entry of the API's table says: where, who may, what is asked and what is answered."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from flowengine.store.keys import Role

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
Handler = Callable[[Request], Awaitable[Response]]
Body = type[msgspec.Struct]

BODY_LIMIT = 64 * 1024
"""Bytes of a request's body, where its endpoint does not say otherwise."""


@dataclass(frozen=True, slots=True)
class Media:
    """A body that is no JSON: its media type, and a sentence on it."""

    type: str
    says: str


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One method of one address.

    `role`: the least role that may; None: open to anybody, which is for health and for signing in.
    `answers`: the body of each status that is no error, None where there is none.
    `asks`, `query`: what `read_body` and `read_query` make of the request; `path_words`: a sentence on each name in it.
    `errors`: statuses of problems beside those that its role, its body and its path bring with them.
    `away`: what it answers while the database does not, where the problem that all share would not do.
    `is_change`: it changes something, and so is written to the audit log.
    """

    method: Method
    path: str
    handler: Handler
    role: Role | None
    summary: str
    answers: Mapping[int, Body | Media | None]
    subject: str
    asks: Body | Media | None = None
    query: Body | None = None
    path_words: Mapping[str, str] = field(default_factory=dict)
    errors: tuple[int, ...] = ()
    body_limit: int = BODY_LIMIT
    away: Callable[[], Response] | None = None

    @property
    def is_change(self) -> bool:
        return self.method != "GET"

    @property
    def name(self) -> str:
        """`POST /api/outbound-call`."""
        return f"{self.method} {self.path}"


def answer(body: msgspec.Struct, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON answer, which is nobody's to keep: it may hold personal data."""
    return Response(
        msgspec.json.encode(body),
        status,
        media_type="application/json",
        headers={"cache-control": "no-store", **(headers or {})},
    )


def json_bytes(value: Any) -> bytes:
    """Indented JSON with a newline at its end, as files hold it."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n"
