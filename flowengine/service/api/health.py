"""Is the process alive, and can it take calls? Open to anybody, so they say nothing private."""

from __future__ import annotations

import time

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from flowengine.service.api.endpoint import answer
from flowengine.service.calls import Calls
from flowengine.service.dialling.dialling import Dialling

REMEMBERED_S = 15.0
"""How long a request that failed for want of the record keeps the service from being ready: a probe or two. No longer,
though, than until a record that could not be written could be again."""


class Readiness(msgspec.Struct):
    """What still keeps the service from taking calls.

    `dialling`: what keeps it from making any, though it can take them. `loop_lag_ms`: how late the event loop woke, at
    worst in the last second.
    """

    ready: bool
    waiting_for: list[str]
    dialling: str | None = None
    loop_lag_ms: float = 0.0


async def live(request: Request) -> Response:
    """200 whatever is missing: who asks only whether the process answers must not kill it while it waits."""
    return answer(readiness(request))


async def ready(request: Request) -> Response:
    found = readiness(request)
    return answer(found, 200 if found.ready else 503)


def readiness(request: Request) -> Readiness:
    """What both addresses say, so that they never disagree. Reads what is known: it waits for nothing."""
    calls: Calls = request.app.state.calls
    waiting = sorted(request.app.state.waiting_for)
    if calls.is_stopping:
        waiting.append("its end: the service is stopping")
    if calls.lag.is_too_late:
        waiting.append(f"less to do: {calls.lag.trouble}")
    # A full disk shows where somebody writes: perhaps in a request alone.
    failed_at, writer = request.app.state.record_failures.last_at, calls.recording.writer
    failed = failed_at > writer.mended_at and time.monotonic() - failed_at < REMEMBERED_S
    if failed or not writer.healthy:
        waiting.append("the record: the database cannot be written")
    if not writer.takes_opt_outs:
        waiting.append("room on the disk: neither database nor spool takes an opt-out, so nobody is called")
    dialling: Dialling | None = request.app.state.dialling
    trouble = None if dialling is None else dialling.trouble
    return Readiness(not waiting, waiting, dialling=trouble, loop_lag_ms=calls.lag.worst_ms)
