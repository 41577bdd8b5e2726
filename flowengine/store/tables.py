"""The tables of the record. Columns that hold personal data are sealed; `SEALED` lists them, in this one place.

They are made by `migrations/`: a change here needs a step there, and a test compares the two.
"""

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

SCHEMA_VERSION = 2


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

vault_check = Table(
    "vault_check",
    metadata,
    Column("row", Integer, primary_key=True, autoincrement=False),
    Column("sealed", Text, nullable=False),
    Column("hash", String(40), nullable=False),
)
"""One row, a known text: whether keys are those of this database is seen before anything else is read."""

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
    Column("number_hash", String(40)),
    Column("contact", Text, nullable=False),
    Column("started_at", UtcTime, nullable=False),
    Column("answered_at", UtcTime),
    Column("ended_at", UtcTime),
    Column("owner", String(64)),
    Column("status", String(16), nullable=False),
    Column("outcome", Text),
    Column("reason", Text),
    Column("abnormal", Boolean, nullable=False),
    Column("emptied_at", UtcTime),
    Index("calls_by_start", "started_at"),
    Index("calls_open", "ended_at"),
    Index("calls_by_number", "number_hash", "started_at"),
    Index("calls_by_flow", "flow", "started_at"),
    Index("calls_to_empty", "emptied_at", "started_at"),
    # Finding by a beginning: SQLite compares bytes anyhow, PostgreSQL as its language has it, unless told.
    Index("calls_like_call_id", "call_id", postgresql_ops={"call_id": "varchar_pattern_ops"}).ddl_if("postgresql"),
    Index("calls_like_call_sid", "call_sid", postgresql_ops={"call_sid": "varchar_pattern_ops"}).ddl_if("postgresql"),
)
"""One row a call; `contact` is JSON; `number_hash` is the person's; `owner` the process that carries it.

`abnormal`: neither the flow's own ending nor the caller's hang-up. `emptied_at`: when its personal data went."""

processes = Table(
    "processes",
    metadata,
    Column("owner", String(64), primary_key=True),
    Column("seen_at", UtcTime, nullable=False),
)
"""The services that share this database, and when each was last alive."""

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

labels = Table(
    "labels",
    metadata,
    Column("call_id", String(36), ForeignKey("calls.call_id", ondelete="CASCADE"), primary_key=True),
    Column("turn", Integer, primary_key=True, autoincrement=False),
    Column("flow", Text, nullable=False),
    Column("meaning", String(8), nullable=False),
    Column("name", Text),
    Column("value", Text),
    Column("labelled_by", String(64), nullable=False),
    Column("labelled_at", UtcTime, nullable=False),
    Index("labels_by_flow", "flow", "labelled_at"),
)
"""What a reviewer says of a caller's turn, one row a turn, counted from 1. `meaning`: intent, none, right, slot.

`name`: of the intent, or of the slot, whose right `value` is personal."""

status_callbacks = Table(
    "status_callbacks",
    metadata,
    Column("call_sid", String(64), primary_key=True),
    Column("sequence_number", Integer, primary_key=True, autoincrement=False),
    Column("status", String(16), nullable=False),
    Column("payload", Text, nullable=False),
    Column("received_at", UtcTime, nullable=False),
    Index("status_callbacks_by_time", "received_at"),
)
"""The provider's status callbacks, each once, in whatever order they came."""

queue = Table(
    "queue",
    metadata,
    Column("call_id", String(36), primary_key=True),
    Column("number_hash", String(40), nullable=False),
    Column("number", Text, nullable=False),
    Column("flow", Text, nullable=False),
    Column("contact", Text, nullable=False),
    Column("caller_id", Text),
    Column("priority", Integer, nullable=False),
    Column("state", String(8), nullable=False),
    Column("due_at", UtcTime, nullable=False),
    Column("queued_at", UtcTime, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("waits_for", String(32)),
    Column("outcome", Text),
    Column("ended_at", UtcTime),
    Column("idempotency_hash", String(40), unique=True),
    Column("request_hash", String(64)),
    Column("requested_by", String(64)),
    Column("campaign", String(64)),
    Index("queue_next", "state", "priority", "due_at", "queued_at", "call_id"),
    Index("queue_by_number", "number_hash", "state"),
    Index("queue_ended", "ended_at"),
)
"""One row a call to be made. `state`: waiting, dialling, ended. The next one is, of what is due, the first by
priority, then since when it may be called, then age. `waits_for`: the code of what it waits for; `contact` is JSON.
"""

attempts = Table(
    "attempts",
    metadata,
    Column("attempt_id", String(36), primary_key=True),
    Column("call_id", String(36), ForeignKey("queue.call_id"), nullable=False),
    Column("number_hash", String(40), nullable=False),
    Column("number", Text, nullable=False),
    Column("flow", Text, nullable=False),
    Column("caller_id", Text),
    Column("state", String(8), nullable=False),
    Column("started_at", UtcTime, nullable=False),
    Column("owner", String(64), nullable=False),
    Column("leased_until", UtcTime, nullable=False),
    Column("call_sid", String(64), unique=True),
    Column("status", String(16)),
    Column("counts", Boolean, nullable=False),
    Column("abandoned", Boolean, nullable=False),
    Column("answered_by", String(32)),
    Column("answered_at", UtcTime),
    Column("ended_at", UtcTime),
    Column("duration_s", Integer),
    Column("outcome", Text),
    Column("error", Text),
    Column("decision_id", String(36)),
    Index("attempts_by_number", "number_hash", "started_at"),
    Index("attempts_open", "state", "leased_until"),
    Index("attempts_by_call", "call_id", "started_at"),
    Index("attempts_by_time", "started_at"),
)
"""One row a time we dialled, written in the transaction that decided so. `state`: claimed (Twilio may have been
asked), placed (it has a CallSid), ended. `counts` False: the carrier refused to place it, so it is none by the caps.
"""

dial_line = Table(
    "dial_line",
    metadata,
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("next_at", UtcTime, nullable=False),
)
"""One row. Whoever decides on a call holds its lock, so that decisions come one after the other over all processes."""

decisions = Table(
    "decisions",
    metadata,
    Column("decision_id", String(36), primary_key=True),
    Column("number_hash", String(40)),
    Column("at", UtcTime, nullable=False),
    Column("asked_by", String(16), nullable=False),
    Column("call_id", String(36)),
    Column("can_call", Boolean, nullable=False),
    Column("codes", Text, nullable=False),
    Column("policy_version", String(64), nullable=False),
    Column("body", Text, nullable=False),
    Index("decisions_by_number", "number_hash", "at"),
    Index("decisions_by_call", "call_id", "at"),
    Index("decisions_by_time", "at"),
)
"""What was decided and why, kept for 24 months. `asked_by`: queueing, dispatch or api; `body`: the decision as JSON."""

contacts = Table(
    "contacts",
    metadata,
    Column("number_hash", String(40), primary_key=True),
    Column("number", Text, nullable=False),
    Column("postcode", Text),
    Column("vulnerable", Boolean, nullable=False),
    Column("note", Text),
    Column("updated_at", UtcTime, nullable=False),
)
"""What is known of a person beside their calls."""

consents = Table(
    "consents",
    metadata,
    Column("consent_id", String(36), primary_key=True),
    Column("number_hash", String(40), nullable=False),
    Column("number", Text, nullable=False),
    Column("kind", String(64), nullable=False),
    Column("given_at", UtcTime, nullable=False),
    Column("source", Text, nullable=False),
    Column("withdrawn_at", UtcTime),
    Column("written_at", UtcTime, nullable=False),
    Index("consents_by_number", "number_hash", "kind"),
)
"""What a person agreed to: `automated` calls by us (PECR 19), calls although on the TPS (`tps`), a sector
(`sector:claims`). `source`: the evidence. A withdrawal keeps the row."""

do_not_call = Table(
    "do_not_call",
    metadata,
    Column("number_hash", String(40), primary_key=True),
    Column("number", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("call_id", String(36)),
    Column("written_by", String(64)),
    Column("written_at", UtcTime, nullable=False),
)
"""The company's own do-not-call list (PECR 21(1)(a)); permanent. Outlives its calls: no foreign key."""

api_keys = Table(
    "api_keys",
    metadata,
    Column("key_id", String(16), primary_key=True),
    Column("name", Text, nullable=False),
    Column("role", String(16), nullable=False),
    Column("hash", String(64), nullable=False, unique=True),
    Column("created_at", UtcTime, nullable=False),
    Column("last_used_at", UtcTime),
    Column("revoked_at", UtcTime),
)
"""Keys to the API; `hash` is SHA-256 of the key, which is 32 random bytes and so needs no slow hash."""

audit = Table(
    "audit",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", UtcTime, nullable=False),
    Column("actor", String(64), nullable=False),
    Column("action", String(64), nullable=False),
    Column("subject", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)
"""Who did what, each row bound to the one before it by its hash."""

SEALED = frozenset(
    {
        "attempts.caller_id",
        "attempts.number",
        "calls.contact",
        "calls.from_number",
        "calls.to_number",
        "consents.number",
        "consents.source",
        "contacts.note",
        "contacts.number",
        "contacts.postcode",
        "decisions.body",
        "do_not_call.number",
        "do_not_call.reason",
        "events.payload",
        "labels.value",
        "queue.caller_id",
        "queue.contact",
        "queue.number",
        "status_callbacks.payload",
        "vault_check.sealed",
    }
)
"""Columns of personal data: sealed by the vault before they are written (`vault.py`). `*_hash` are keyed hashes."""

PLAIN = frozenset(
    {
        "api_keys.hash",
        "api_keys.key_id",
        "api_keys.name",
        "api_keys.role",
        "attempts.answered_by",
        "attempts.attempt_id",
        "attempts.call_id",
        "attempts.call_sid",
        "attempts.decision_id",
        "attempts.error",
        "attempts.flow",
        "attempts.number_hash",
        "attempts.outcome",
        "attempts.owner",
        "attempts.state",
        "attempts.status",
        "audit.action",
        "audit.actor",
        "audit.detail",
        "audit.hash",
        "audit.previous",
        "audit.subject",
        "calls.call_id",
        "calls.call_sid",
        "calls.direction",
        "calls.flow",
        "calls.flow_version",
        "calls.number_hash",
        "calls.outcome",
        "calls.owner",
        "calls.reason",
        "calls.status",
        "consents.consent_id",
        "consents.kind",
        "consents.number_hash",
        "contacts.number_hash",
        "decisions.asked_by",
        "decisions.call_id",
        "decisions.codes",
        "decisions.decision_id",
        "decisions.number_hash",
        "decisions.policy_version",
        "do_not_call.call_id",
        "do_not_call.number_hash",
        "do_not_call.written_by",
        "events.call_id",
        "events.direction",
        "events.kind",
        "labels.call_id",
        "labels.flow",
        "labels.labelled_by",
        "labels.meaning",
        "labels.name",
        "processes.owner",
        "queue.call_id",
        "queue.campaign",
        "queue.flow",
        "queue.idempotency_hash",
        "queue.number_hash",
        "queue.outcome",
        "queue.request_hash",
        "queue.requested_by",
        "queue.state",
        "queue.waits_for",
        "status_callbacks.call_sid",
        "status_callbacks.status",
        "vault_check.hash",
    }
)
"""Columns of text that say nothing of a person. A new column of text goes into one of these two sets."""
