"""The process in numbers, for a monitoring system. Whoever asks must be a viewer, as for all that only reads."""

from __future__ import annotations

import asyncio

from starlette.requests import Request
from starlette.responses import Response

from flowengine.errors import StoreError
from flowengine.service.calls import Calls
from flowengine.service.metrics.exposition import MEDIA_TYPE, exposition
from flowengine.service.metrics.gathered import gathered
from flowengine.store.queue import CallQueue


async def metrics(request: Request) -> Response:
    """A database that is away leaves out what it alone knows: then a monitor must see all the more."""
    calls: Calls = request.app.state.calls
    queue: CallQueue = request.app.state.queue
    try:
        waiting: int | None = (await asyncio.to_thread(queue.counts)).waiting
    except StoreError:
        waiting = None
    text = exposition((*calls.families.all, *gathered(calls, waiting)))
    return Response(text, headers={"content-type": MEDIA_TYPE, "cache-control": "no-store"})
