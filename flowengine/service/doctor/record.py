"""The record: whether the database can be written, its keys open it, and there is room; what waits in the spool."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from flowengine.compliance.rules import campaign_paused
from flowengine.errors import StoreError
from flowengine.service.database import open_database
from flowengine.service.doctor.finding import Case, Finding
from flowengine.store.attempts import COUNTED, Attempts
from flowengine.store.health import health
from flowengine.store.homecoming import is_home
from flowengine.store.store import Store

ROOM_BYTES = 1 << 30
CLOCK_S = 2.0
REMEDY = (
    "find out why nothing was heard (the log's 'an answered call was abandoned', speech that is slow, a stream that "
    "did not come), then wait"
)


def check(case: Case) -> Iterator[Finding]:
    """The database of the settings. One that is not there yet is not made."""
    url = case.settings.database_url
    try:
        if not Store.is_there(url):
            yield Finding("record", "note", f"there is no {url} yet: the first start makes it")
            return
        store = Store(open_database(case.settings))
    except StoreError as error:
        yield Finding("record", "problem", str(error), "mend FLOWENGINE_DATABASE_URL, or what the sentence names")
        return
    try:
        yield from _opened(store, case)
    except StoreError as error:
        yield Finding("record", "problem", str(error), "until then no call is made, and the record waits in the spool")
    finally:
        store.close()


def _opened(store: Store, case: Case) -> Iterator[Finding]:
    before = datetime.now(UTC)
    found = health(store.database)
    after = datetime.now(UTC)
    yield Finding("record", "ok", f"{found.kind} can be written; {found.calls:,} calls, {found.waiting:,} waiting")
    live = Attempts(store.database).live_calls(case.now - COUNTED)
    if campaign_paused.too_many(live.answered, live.abandoned):
        says = f"{campaign_paused.DETAIL} (A2): {live.abandoned:,} of {live.answered:,}"
        yield Finding("dialling", "problem", says, REMEDY)
    # Its clock was read at some moment in between: a database, or a machine, that is slow is not wrong.
    apart = max(before - found.at, found.at - after).total_seconds()
    if apart > CLOCK_S:
        yield Finding(
            "clock",
            "problem",
            f"this machine and the database's are {apart:.0f} s apart",
            "let both follow a time server (chrony, systemd-timesyncd): caps and hours count by these clocks",
        )
    refused = store.spool.with_name(f"{store.spool.name}.refused")
    if refused.exists():
        remedy = "look at it with `flowengine record refused`, then move it away"
        yield Finding("record", "warning", f"{refused} holds what fits no table", remedy)
    elif not is_home(store.database):
        remedy = "a service that runs, or starts, takes them in; until then nobody is called"
        yield Finding("record", "warning", "entries wait beside the database", remedy)
    folder = store.spool.parent if store.spool.parent != Path() else Path.cwd()
    free = shutil.disk_usage(folder).free
    if free < ROOM_BYTES:
        yield Finding("disk", "warning", f"{free / 1e9:.1f} GB are free where the record lies", "make room")
    else:
        yield Finding("disk", "ok", f"{free / 1e9:.0f} GB free")
