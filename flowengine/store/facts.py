"""What the record knows of a number, gathered for the calling rules in one query.

All spellings of a number are one E.164 by the time they come here, and so share one counter.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Protocol

from sqlalchemy import (
    CompoundSelect,
    Connection,
    Dialect,
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

Moment = Callable[[Any], Any]


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
    query = _sent(database.engine.dialect)
    attempts: list[PastAttempt] = []
    consents: set[str] = set()
    in_progress = do_not_call = vulnerable = False
    postcode = None
    for what, when, counts, abandoned, flag, word in query.rows(connection, database.vault.index(number), since, at):
        match what:
            case "attempt":
                attempts.append(PastAttempt(query.moment(when), bool(abandoned), bool(counts), is_live=bool(flag)))
            case "call":
                in_progress = True
            case "listed":
                do_not_call = True
            case "consent":
                consents.add(word)
            case "contact":
                vulnerable, postcode = bool(flag), database.vault.open_maybe(word)
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


class _Sent:
    """The one statement, as the driver of a database takes it.

    Compiled by SQLAlchemy once, and then sent past it: its way to the same rows takes twice as long as the rest of a
    decision. Its word on errors, and on connections that are gone, is kept.
    """

    def __init__(self, dialect: Dialect) -> None:
        compiled = _query().compile(dialect=dialect)
        time = tables.UtcTime().dialect_impl(dialect)
        self._sql = str(compiled)
        self._order: Sequence[str] | None = compiled.positiontup
        self._bound: Moment = time.bind_processor(dialect) or _as_it_is
        self.moment: Moment = time.result_processor(dialect, None) or _as_it_is

    def rows(self, connection: Connection, number_hash: str, since: datetime, now: datetime) -> Sequence[Any]:
        values = {"hash": number_hash, "since": self._bound(since), "now": self._bound(now)}
        parameters = values if self._order is None else tuple(values[name] for name in self._order)
        return connection.exec_driver_sql(self._sql, parameters).all()


def _as_it_is(value: Any) -> Any:
    return value


@lru_cache(maxsize=8)
def _sent(dialect: Dialect) -> _Sent:
    return _Sent(dialect)


def _query() -> CompoundSelect[Any]:
    """One statement, since each costs more than what it looks up.

    Every row says what it is; the other columns mean what that kind has, or nothing: when; whether it counts, was
    abandoned, is live (of a contact: vulnerable); a word.
    """
    attempts, calls, listed = tables.attempts.c, tables.calls.c, tables.do_not_call.c
    consents, contacts = tables.consents.c, tables.contacts.c
    number, since = bindparam("hash", type_=String), bindparam("since", type_=tables.UtcTime)
    now = bindparam("now", type_=tables.UtcTime)
    no, nothing = false(), cast(null(), Text)
    is_live = attempts.state != literal_column("'ended'")

    def what(kind: str) -> Any:
        return literal_column(f"'{kind}'", String)

    return union_all(
        select(what("attempt"), attempts.started_at, attempts.counts, attempts.abandoned, is_live, nothing).where(
            attempts.number_hash == number, (attempts.started_at > since) | is_live
        ),
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
