"""The tables of the record. Columns that hold personal data are listed in `PERSONAL`, in this one place."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)

SCHEMA_VERSION = 1

metadata = MetaData()

schema_version = Table("schema_version", metadata, Column("version", Integer, primary_key=True))

calls = Table(
    "calls",
    metadata,
    Column("call_id", String(36), primary_key=True),
    Column("call_sid", String(64), nullable=False, unique=True),
    Column("flow", String(128), nullable=False),
    Column("flow_version", String(12), nullable=False),
    Column("direction", String(8), nullable=False),
    Column("from_number", String(32)),
    Column("to_number", String(32)),
    Column("contact", Text, nullable=False, default="{}"),
    Column("started_at", DateTime(timezone=True), nullable=False),
    Column("ended_at", DateTime(timezone=True)),
    Column("outcome", String(128)),
    Column("reason", String(256)),
    Column("abnormal", Boolean, nullable=False, default=False),
    Index("calls_by_start", "started_at"),
    Index("calls_open", "ended_at"),
)
"""`contact` is JSON; times are UTC."""

events = Table(
    "events",
    metadata,
    Column("call_id", String(36), ForeignKey("calls.call_id", ondelete="CASCADE"), primary_key=True),
    Column("seq", Integer, primary_key=True),
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
    Column("call_id", String(36)),
    Column("reason", String(256), nullable=False),
    Column("written_at", DateTime(timezone=True), nullable=False),
)
"""The company's own do-not-call list, as far as calls have filled it."""

status_callbacks = Table(
    "status_callbacks",
    metadata,
    Column("call_sid", String(64), primary_key=True),
    Column("sequence_number", Integer, primary_key=True),
    Column("status", String(16), nullable=False),
    Column("payload", Text, nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
)
"""Twilio's status callbacks, each once, in whatever order they came."""

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
