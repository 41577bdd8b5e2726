"""Writes what the API changes to the audit log, for endpoints that do not write it with the change itself.

A handler whose store writes its own entry, in the transaction of the change, says so with `is_written(request)`.
Others may say with `about` what was done to whom; without it the entry says which endpoint was asked, by whom.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime

from starlette.requests import Request

from flowengine.errors import StoreError
from flowengine.service.auth import caller_of
from flowengine.store.audit import AuditLog

log = logging.getLogger(__name__)

DAY_S = 24 * 3600.0


def about(request: Request, subject: str, **detail: object) -> None:
    """What the request was done to: ids, or `AuditLog.subject_of(number)`; no personal data."""
    request.state.subject, request.state.detail = subject, detail


def is_written(request: Request) -> None:
    """The store has written the entry, with the change."""
    request.state.is_written = True


async def write_done(request: Request, action: str, status: int) -> None:
    """The entry of a change that was made, unless it is written already."""
    if getattr(request.state, "is_written", False):
        return
    subject: str = getattr(request.state, "subject", "")
    detail: dict[str, object] = getattr(request.state, "detail", {})
    await write_apart(request, caller_of(request).actor, action, subject, {"status": status, **detail})


async def write_refused(request: Request, action: str, why: str) -> None:
    """The entry of a change that somebody may not make."""
    caller = getattr(request.state, "caller", None)
    await write_apart(request, caller.actor if caller is not None else "nobody", action, "", {"refused": why})


async def write_apart(
    request: Request, actor: str, action: str, subject: str, detail: dict[str, object] | None = None
) -> None:
    """One entry by itself. What it tells of has happened: where it cannot be written, the service's log has it."""
    audit: AuditLog = request.app.state.audit
    try:
        await asyncio.to_thread(audit.append, actor, action, subject, detail or {}, datetime.now(UTC))
    except StoreError:
        log.error("the audit log cannot be written", extra={"actor": actor, "action": action, "subject": subject})


async def log_last_hash(audit: AuditLog) -> None:
    """The chain's last hash, in a log that is kept elsewhere: a chain that was cut off or made anew differs from it."""
    try:
        last = await asyncio.to_thread(audit.last)
    except StoreError:
        log.warning("the audit log cannot be read")
        return
    if last is not None:
        log.info("audit log so far", extra={"entries": last.seq, "last_hash": last.hash})


async def log_last_hash_daily(audit: AuditLog) -> None:
    """At the start, and each day. Runs until cancelled."""
    while True:
        await log_last_hash(audit)
        await asyncio.sleep(DAY_S)
