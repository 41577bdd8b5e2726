"""The tables of the record. Columns that hold personal data are listed in `PERSONAL`, in this one place."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)

SCHEMA_VERSION = 1


class UtcTime(TypeDecorator[datetime]):
    """A moment. SQLite keeps no time zone, so all are kept in UTC. A datetime without a zone is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("a time without a time zone")
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = MetaData()

schema_version = Table("schema_version", metadata, Column("version", Integer, primary_key=True, autoincrement=False))

calls = Table(
    "calls",
    metadata,
    Column("call_id", String(36), primary_key=True),
    Column("call_sid", String(64), nullable=False, unique=True),
    Column("flow", Text, nullable=False),
    Column("flow_version", String(64), nullable=False),
    Column("direction", String(8), nullable=False),
    Column("from_number", Text),
    Column("to_number", Text),
    Column("contact", Text, nullable=False),
    Column("started_at", UtcTime, nullable=False),
    Column("answered_at", UtcTime),
    Column("ended_at", UtcTime),
    Column("status", String(16), nullable=False),
    Column("outcome", Text),
    Column("reason", Text),
    Column("abnormal", Boolean, nullable=False),
    Index("calls_by_start", "started_at"),
    Index("calls_open", "ended_at"),
)
"""One row a call; `contact` is JSON. `abnormal`: neither the flow's own ending nor the caller's hang-up."""

events = Table(
    "events",
    metadata,
    Column("call_id", String(36), ForeignKey("calls.call_id", ondelete="CASCADE"), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", Float, nullable=False),
    Column("direction", String(3), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("payload", Text, nullable=False),
)
"""What happened (`in`) and what was ordered (`out`), in order; `at` in seconds since the connection; JSON payloads."""

suppressions = Table(
    "suppressions",
    metadata,
    Column("number", String(32), primary_key=True),
    Column("call_id", String(36), nullable=False),
    Column("reason", Text, nullable=False),
    Column("written_at", UtcTime, nullable=False),
)
"""The company's own do-not-call list, as far as calls have filled it. Outlives its calls: no foreign key."""

status_callbacks = Table(
    "status_callbacks",
    metadata,
    Column("call_sid", String(64), primary_key=True),
    Column("sequence_number", Integer, primary_key=True, autoincrement=False),
    Column("status", String(16), nullable=False),
    Column("payload", Text, nullable=False),
    Column("received_at", UtcTime, nullable=False),
)
"""The provider's status callbacks, each once, in whatever order they came."""

PERSONAL = frozenset(
    {
        "calls.from_number",
        "calls.to_number",
        "calls.contact",
        "events.payload",
        "suppressions.number",
        "status_callbacks.payload",
    }
)
