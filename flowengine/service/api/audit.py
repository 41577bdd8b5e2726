"""The audit log, for admins to read."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Annotated

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from flowengine.service.api.endpoint import answer
from flowengine.service.api.reading import read_query
from flowengine.store import audit


class Page(msgspec.Struct, forbid_unknown_fields=True):
    """Which part of the log."""

    limit: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 100
    before: Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)] | None = None


class AuditEntry(msgspec.Struct):
    """Who did what to what. `hash` is SHA-256 over `previous` and all else; `detail` is JSON as it was hashed."""

    seq: int
    at: datetime
    actor: str
    action: str
    subject: str
    detail: str
    previous: str
    hash: str


class AuditEntries(msgspec.Struct):
    """Entries, the newest first. `before`: what to ask for next; null at the end."""

    entries: list[AuditEntry]
    before: int | None


async def entries(request: Request) -> Response:
    log: audit.AuditLog = request.app.state.audit
    asked = read_query(request, Page)
    found = await asyncio.to_thread(log.page, limit=asked.limit, before=asked.before)
    listed = [msgspec.convert(entry, AuditEntry, from_attributes=True) for entry in found]
    return answer(AuditEntries(listed, found[-1].seq if found and found[-1].seq > 1 else None))
