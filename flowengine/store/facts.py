"""What the record knows of a number, gathered for the calling rules in one query.

All spellings of a number are one E.164 by the time they come here, and so share one counter.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from typing import Any, Protocol

from sqlalchemy import (
    Boolean,
    CompoundSelect,
    Connection,
    String,
    Text,
    bindparam,
    cast,
    false,
    literal_column,
    null,
    select,
    union_all,
)

from flowengine.compliance.facts import Facts, PastAttempt
from flowengine.compliance.policy import Policy
from flowengine.store import tables
from flowengine.store.connection import Database

WEEK = timedelta(hours=168)
SECTOR = "sector:"


class TpsLookup(Protocol):
    """The register of the Telephone Preference Service. `snapshot`: of when its data are; None: there are none."""

    @property
    def snapshot(self) -> datetime | None: ...

    def contains(self, number: str) -> bool: ...


def facts_for(
    connection: Connection,
    database: Database,
    number: str,
    at: datetime,
    *,
    policy: Policy,
    tps: TpsLookup | None,
    caller_id: str | None,
) -> Facts:
    """All that the rules ask of `number` (E.164) for a call at `at`; `caller_id` as the person called would see it.

    In progress is whatever has not ended, however long ago it began, calls to us included.
    """
    since = at - max(WEEK, timedelta(hours=policy.abandoned_hours))
    attempts: list[PastAttempt] = []
    consents: set[str] = set()
    in_progress = do_not_call = vulnerable = False
    postcode = None
    for row in connection.execute(_query(), {"hash": database.vault.index(number), "since": since, "now": at}):
        match row.what:
            case "attempt":
                attempts.append(PastAttempt(row.at, abandoned=row.abandoned, counts=row.counts, is_live=row.is_live))
            case "call":
                in_progress = True
            case "listed":
                do_not_call = True
            case "consent":
                consents.add(row.word)
            case "contact":
                vulnerable, postcode = row.is_live, database.vault.open_maybe(row.word)
    snapshot = tps.snapshot if tps is not None else None
    return Facts(
        attempts=tuple(attempts),
        in_progress=in_progress,
        do_not_call=do_not_call,
        tps=tps.contains(number) if tps is not None and snapshot is not None else None,
        tps_snapshot=snapshot,
        automated_consent="automated" in consents,
        tps_override="tps" in consents,
        sector_consents=frozenset(each.removeprefix(SECTOR) for each in consents if each.startswith(SECTOR)),
        vulnerable=vulnerable,
        postcode=postcode,
        caller_id=caller_id,
    )


@cache
def _query() -> CompoundSelect[Any]:
    """One statement, since each costs more than what it looks up; built once, so that it is compiled once.

    Every row says what it is (`what`); the other columns mean what that kind has, or nothing.
    """
    attempts, calls, listed = tables.attempts.c, tables.calls.c, tables.do_not_call.c
    consents, contacts = tables.consents.c, tables.contacts.c
    number, since = bindparam("hash", type_=String), bindparam("since", type_=tables.UtcTime)
    now = bindparam("now", type_=tables.UtcTime)
    no, nothing = false(), cast(null(), Text)

    def what(kind: str) -> Any:
        return literal_column(f"'{kind}'", String).label("what")

    return union_all(
        select(
            what("attempt"),
            attempts.started_at.label("at"),
            attempts.counts.label("counts"),
            attempts.abandoned.label("abandoned"),
            (attempts.state != "ended").cast(Boolean).label("is_live"),
            nothing.label("word"),
        ).where(attempts.number_hash == number, (attempts.started_at > since) | (attempts.state != "ended")),
        select(what("call"), calls.started_at, no, no, no, nothing).where(
            calls.number_hash == number, calls.ended_at.is_(None)
        ),
        select(what("listed"), listed.written_at, no, no, no, nothing).where(listed.number_hash == number),
        select(what("consent"), consents.given_at, no, no, no, consents.kind).where(
            consents.number_hash == number, consents.withdrawn_at.is_(None), consents.given_at <= now
        ),
        select(what("contact"), contacts.updated_at, no, no, contacts.vulnerable, contacts.postcode).where(
            contacts.number_hash == number
        ),
    )
