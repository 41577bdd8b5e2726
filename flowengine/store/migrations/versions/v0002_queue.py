"""Personal fields are sealed; the queue, attempts, decisions, lists, keys, labels and the audit log come.

What an earlier release wrote in clear is sealed here, batch by batch, in the migration's one transaction.
"""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

from flowengine.store.vault import CHECKED, Vault

revision = "0002"
down_revision = "0001"

MOMENT = sa.DateTime(timezone=True)
BATCH = 1000


def upgrade() -> None:
    add_tables()
    context = op.get_context()
    assert context.config is not None
    vault: Vault = context.config.attributes["vault"]
    connection = op.get_bind()
    seal_calls(connection, vault)
    seal_payloads(connection, vault, "events", ("call_id", "seq"))
    seal_payloads(connection, vault, "status_callbacks", ("call_sid", "sequence_number"))
    move_suppressions(connection, vault)
    check = sa.table("vault_check", sa.column("row"), sa.column("sealed"), sa.column("hash"))
    connection.execute(check.insert().values(row=1, sealed=vault.seal(CHECKED), hash=vault.index(CHECKED)))
    connection.execute(sa.text("UPDATE schema_version SET version = 2"))


def add_tables() -> None:
    op.create_table(
        "vault_check",
        sa.Column("row", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("sealed", sa.Text, nullable=False),
        sa.Column("hash", sa.String(40), nullable=False),
    )
    op.add_column("calls", sa.Column("number_hash", sa.String(40)))
    op.add_column("calls", sa.Column("emptied_at", MOMENT))
    op.add_column("calls", sa.Column("owner", sa.String(64)))
    op.create_index("calls_by_number", "calls", ["number_hash", "started_at"])
    op.create_index("calls_by_flow", "calls", ["flow", "started_at"])
    op.create_index("calls_to_empty", "calls", ["emptied_at", "started_at"])
    if op.get_bind().dialect.name == "postgresql":
        for column in ("call_id", "call_sid"):
            ops = {column: "varchar_pattern_ops"}
            op.create_index(f"calls_like_{column}", "calls", [column], postgresql_ops=ops)
    op.create_index("status_callbacks_by_time", "status_callbacks", ["received_at"])
    op.create_table(
        "labels",
        sa.Column("call_id", sa.String(36), sa.ForeignKey("calls.call_id", ondelete="CASCADE"), primary_key=True),
        sa.Column("turn", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("flow", sa.Text, nullable=False),
        sa.Column("meaning", sa.String(8), nullable=False),
        sa.Column("name", sa.Text),
        sa.Column("value", sa.Text),
        sa.Column("labelled_by", sa.String(64), nullable=False),
        sa.Column("labelled_at", MOMENT, nullable=False),
    )
    op.create_index("labels_by_flow", "labels", ["flow", "labelled_at"])
    op.create_table(
        "processes",
        sa.Column("owner", sa.String(64), primary_key=True),
        sa.Column("seen_at", MOMENT, nullable=False),
    )
    op.create_table(
        "queue",
        sa.Column("call_id", sa.String(36), primary_key=True),
        sa.Column("number_hash", sa.String(40), nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("flow", sa.Text, nullable=False),
        sa.Column("contact", sa.Text, nullable=False),
        sa.Column("caller_id", sa.Text),
        sa.Column("priority", sa.Integer, nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("queued_at", MOMENT, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("waits_for", sa.String(32)),
        sa.Column("outcome", sa.Text),
        sa.Column("ended_at", MOMENT),
        sa.Column("idempotency_hash", sa.String(40), unique=True),
        sa.Column("request_hash", sa.String(64)),
        sa.Column("requested_by", sa.String(64)),
        sa.Column("campaign", sa.String(64)),
    )
    op.create_index("queue_next", "queue", ["state", "priority", "due_at", "queued_at", "call_id"])
    op.create_index("queue_by_number", "queue", ["number_hash", "state"])
    op.create_index("queue_ended", "queue", ["ended_at"])
    op.create_table(
        "attempts",
        sa.Column("attempt_id", sa.String(36), primary_key=True),
        sa.Column("call_id", sa.String(36), sa.ForeignKey("queue.call_id"), nullable=False),
        sa.Column("number_hash", sa.String(40), nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("flow", sa.Text, nullable=False),
        sa.Column("caller_id", sa.Text),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("leased_until", MOMENT, nullable=False),
        sa.Column("call_sid", sa.String(64), unique=True),
        sa.Column("status", sa.String(16)),
        sa.Column("counts", sa.Boolean, nullable=False),
        sa.Column("abandoned", sa.Boolean, nullable=False),
        sa.Column("answered_by", sa.String(32)),
        sa.Column("answered_at", MOMENT),
        sa.Column("ended_at", MOMENT),
        sa.Column("duration_s", sa.Integer),
        sa.Column("outcome", sa.Text),
        sa.Column("error", sa.Text),
        sa.Column("decision_id", sa.String(36)),
    )
    op.create_index("attempts_by_number", "attempts", ["number_hash", "started_at"])
    op.create_index("attempts_open", "attempts", ["state", "leased_until"])
    op.create_index("attempts_by_call", "attempts", ["call_id", "started_at"])
    op.create_index("attempts_by_time", "attempts", ["started_at"])
    op.create_table(
        "dial_line",
        sa.Column("line", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("next_at", MOMENT, nullable=False),
    )
    op.create_table(
        "decisions",
        sa.Column("decision_id", sa.String(36), primary_key=True),
        sa.Column("number_hash", sa.String(40)),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("asked_by", sa.String(16), nullable=False),
        sa.Column("call_id", sa.String(36)),
        sa.Column("can_call", sa.Boolean, nullable=False),
        sa.Column("codes", sa.Text, nullable=False),
        sa.Column("policy_version", sa.String(64), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_index("decisions_by_number", "decisions", ["number_hash", "at"])
    op.create_index("decisions_by_call", "decisions", ["call_id", "at"])
    op.create_index("decisions_by_time", "decisions", ["at"])
    op.create_table(
        "contacts",
        sa.Column("number_hash", sa.String(40), primary_key=True),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("postcode", sa.Text),
        sa.Column("vulnerable", sa.Boolean, nullable=False),
        sa.Column("note", sa.Text),
        sa.Column("updated_at", MOMENT, nullable=False),
    )
    op.create_table(
        "consents",
        sa.Column("consent_id", sa.String(36), primary_key=True),
        sa.Column("number_hash", sa.String(40), nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("given_at", MOMENT, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("withdrawn_at", MOMENT),
        sa.Column("written_at", MOMENT, nullable=False),
    )
    op.create_index("consents_by_number", "consents", ["number_hash", "kind"])
    op.create_table(
        "do_not_call",
        sa.Column("number_hash", sa.String(40), primary_key=True),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("call_id", sa.String(36)),
        sa.Column("written_by", sa.String(64)),
        sa.Column("written_at", MOMENT, nullable=False),
    )
    op.create_table(
        "api_keys",
        sa.Column("key_id", sa.String(16), primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False, unique=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("last_used_at", MOMENT),
        sa.Column("revoked_at", MOMENT),
    )
    op.create_table(
        "audit",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("action", sa.String(64), nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )


def seal_calls(connection: sa.Connection, vault: Vault) -> None:
    names = ("call_id", "direction", "from_number", "to_number", "contact", "number_hash")
    calls = sa.table("calls", *(sa.column(name) for name in names))
    changed = sa.update(calls).where(calls.c.call_id == sa.bindparam("key_call_id"))
    for batch in batches(connection, calls, ("call_id",)):
        values = []
        for row in batch:
            person = row["to_number"] if row["direction"] == "outbound" else row["from_number"]
            values.append(
                {
                    "key_call_id": row["call_id"],
                    "from_number": vault.seal_maybe(row["from_number"]),
                    "to_number": vault.seal_maybe(row["to_number"]),
                    "contact": vault.seal(row["contact"]),
                    "number_hash": None if person is None else vault.index(person),
                }
            )
        connection.execute(changed, values)


def seal_payloads(connection: sa.Connection, vault: Vault, name: str, key: tuple[str, ...]) -> None:
    table = sa.table(name, *(sa.column(column) for column in (*key, "payload")))
    changed = sa.update(table).where(*(table.c[column] == sa.bindparam(f"key_{column}") for column in key))
    for batch in batches(connection, table, key):
        keys = [{f"key_{column}": row[column] for column in key} for row in batch]
        sealed = [{"payload": vault.seal(row["payload"])} for row in batch]
        connection.execute(changed, [one | other for one, other in zip(keys, sealed, strict=True)])


def move_suppressions(connection: sa.Connection, vault: Vault) -> None:
    kept = ("call_id", "reason", "written_at")
    old = sa.table("suppressions", sa.column("number"), *(sa.column(name) for name in kept))
    new = sa.table("do_not_call", sa.column("number_hash"), sa.column("number"), *(sa.column(name) for name in kept))
    for batch in batches(connection, old, ("number",)):
        values = [
            {
                "number_hash": vault.index(row["number"]),
                "number": vault.seal(row["number"]),
                **{name: row[name] for name in kept},
                "reason": vault.seal(row["reason"]),
            }
            for row in batch
        ]
        connection.execute(sa.insert(new), values)
    op.drop_table("suppressions")


def batches(connection: sa.Connection, table: sa.TableClause, key: tuple[str, ...]) -> Iterator[list[sa.RowMapping]]:
    """All rows, in the order of their key. Of a table that is as big as the disk, memory holds one batch."""
    place = sa.tuple_(*(table.c[name] for name in key))
    query = sa.select(table).order_by(*(table.c[name] for name in key)).limit(BATCH)
    rows = list(connection.execute(query).mappings())
    while rows:
        yield rows
        last = tuple(rows[-1][name] for name in key)
        rows = list(connection.execute(query.where(place > last)).mappings())
