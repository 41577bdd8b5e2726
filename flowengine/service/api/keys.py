"""Keys to the API, for admins. `flowengine keys` does the same on the machine itself."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Annotated

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from flowengine.service.api.auditing import is_written
from flowengine.service.api.endpoint import answer
from flowengine.service.api.reading import read_body
from flowengine.service.api.texts import is_id
from flowengine.service.auth import caller_of
from flowengine.service.problems import ProblemError, not_found
from flowengine.store.keys import LONGEST_NAME, ApiKeys, Role


class NewKey(msgspec.Struct, forbid_unknown_fields=True):
    """A key to be made: whose it is or what it is for, and what it may."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_NAME)]
    role: Role


class CreatedKey(msgspec.Struct):
    """A key that was made. `key` is its secret: it is shown here, once, and kept nowhere."""

    key_id: str
    name: str
    role: Role
    key: str


class KeyFacts(msgspec.Struct):
    """One key, without its secret; `last_used_at` to the minute."""

    key_id: str
    name: str
    role: Role
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


class KeyList(msgspec.Struct):
    """All keys, revoked ones too, the oldest first."""

    keys: list[KeyFacts]


async def keys(request: Request) -> Response:
    store: ApiKeys = request.app.state.keys
    found = await asyncio.to_thread(store.list)
    return answer(KeyList([msgspec.convert(key, KeyFacts, from_attributes=True) for key in found]))


async def create(request: Request) -> Response:
    store: ApiKeys = request.app.state.keys
    asked = await read_body(request, NewKey)
    actor = caller_of(request).actor
    try:
        key_id, secret = await asyncio.to_thread(store.create, asked.name, asked.role, datetime.now(UTC), actor=actor)
    except ValueError as error:
        raise ProblemError(422, "Does not fit", f"name does not fit: {error}.", "name") from error
    is_written(request)
    return answer(CreatedKey(key_id, asked.name.strip(), asked.role, secret), 201)


async def revoke(request: Request) -> Response:
    store: ApiKeys = request.app.state.keys
    key_id: str = request.path_params["key_id"]
    now, actor = datetime.now(UTC), caller_of(request).actor
    if not is_id(key_id) or not await asyncio.to_thread(store.revoke, key_id, now, actor=actor):
        raise not_found("No key that opens anything has this id; GET /api/keys lists them.")
    is_written(request)
    return Response(status_code=204)
