"""The daily job: what is older than it may be leaves the record, off the event loop and beside live calls."""

from __future__ import annotations

import asyncio
import logging
import threading
from dataclasses import asdict
from datetime import UTC, datetime

from flowengine.errors import StoreError
from flowengine.store.connection import Database
from flowengine.store.retention import Keep, purge

log = logging.getLogger(__name__)

DAILY_S = 86_400.0
RETRY_S = 3_600.0
"""After a database that did not do its part."""


async def purge_daily(database: Database, keep: Keep) -> None:
    """For ever, from now on. Cancel it to stop: it ends with the transaction that it is in."""
    stopping = threading.Event()
    try:
        while True:
            wait_s = await asyncio.to_thread(_purge, database, keep, stopping)
            await asyncio.sleep(wait_s)
    finally:
        stopping.set()


def _purge(database: Database, keep: Keep, stopping: threading.Event) -> float:
    """In how many seconds to come again."""
    try:
        purged = purge(database, datetime.now(UTC), keep, is_stopping=stopping.is_set)
    except StoreError as error:
        log.error("what is too old could not be purged", extra={"error": str(error)})
        return RETRY_S
    if not purged.is_nothing:
        log.info("what was too old was purged", extra=asdict(purged))
    return DAILY_S
