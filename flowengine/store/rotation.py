"""Which keys the record is sealed with, whether all of it opens, and sealing it anew while the service goes on.

What is sealed where is read off `tables.SEALED`: a new sealed column is covered by being listed there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import (
    ColumnElement,
    RowMapping,
    Select,
    Table,
    Update,
    bindparam,
    case,
    func,
    literal,
    or_,
    select,
    tuple_,
    update,
)

from flowengine.errors import StoreError
from flowengine.store import tables
from flowengine.store.connection import Database
from flowengine.store.keyfile import FileVault, forget_keys
from flowengine.store.spool import Spool
from flowengine.store.vault import Vault, key_of

BATCH = 250
"""Rows to a transaction: others wait for it some hundredths of a second."""

Progress = Callable[[int, int], None]
"""Told how many rows are done, and of how many."""


@dataclass(frozen=True, slots=True)
class Examined:
    """What was read: `fields` opened or were sealed anew; `damaged` did not open, by table and column."""

    fields: int
    damaged: Counter[str]


def keys_in_use(database: Database) -> Counter[str]:
    """How many fields each key has sealed; under "" what was sealed with none of the vault's keys."""
    found: Counter[str] = Counter()
    with database.reading() as connection:
        for table, names in _sealed():
            for name in names:
                column = table.c[name]
                key = case(*((_is_sealed_with(column, each), each) for each in database.vault.key_ids), else_="")
                rows = connection.execute(select(key, func.count()).where(column.is_not(None)).group_by(key))
                found.update({row[0]: row[1] for row in rows})
    return found


def check(database: Database, progress: Progress) -> Examined:
    """Open every sealed field. Raises StoreError when the database cannot be read."""
    fields, damaged = 0, Counter[str]()
    done, whole = 0, sum(_count(database, table, None) for table, _ in _sealed())
    for table, names in _sealed():
        for rows in _batches(database, table, names, None):
            for row in rows:
                for name in names:
                    if row[name] is None:
                        continue
                    if _opened(database.vault, row[name]) is None:
                        damaged[f"{table.name}.{name}"] += 1
                    else:
                        fields += 1
            done += len(rows)
            progress(done, max(done, whole))
    return Examined(fields, damaged)


def seal_anew(database: Database, progress: Progress) -> Examined:
    """Seal with the first key what any other has sealed. May be killed at any time, and run again.

    Rows that others change meanwhile are left to them: they seal with the first key themselves.
    """
    vault = database.vault
    fields, damaged = 0, Counter[str]()
    pending = {table.name: _is_other(table, names, vault.current) for table, names in _sealed()}
    done, whole = 0, sum(_count(database, table, pending[table.name]) for table, _ in _sealed())
    for table, names in _sealed():
        for rows in _batches(database, table, names, pending[table.name]):
            changes = []
            for row in rows:
                renewed = {name: _renewed(vault, row[name]) for name in names}
                damaged.update(f"{table.name}.{name}" for name in names if renewed[name] is None and row[name])
                kept = {name: row[name] if text is None else text for name, text in renewed.items()}
                fields += sum(kept[name] != row[name] for name in names)
                changes.append(
                    {f"key_{column.name}": row[column.name] for column in table.primary_key}
                    | {f"old_{name}": row[name] for name in names}
                    | {f"new_{name}": kept[name] for name in names}
                )
            with database.writing() as connection:
                connection.execute(_replace(table, names), changes)
            done += len(rows)
            progress(done, max(done, whole))
    return Examined(fields, damaged)


def forget_old(database: Database) -> tuple[str, ...]:
    """Take all keys but the first out of the key file; their ids. Raises StoreError while anything needs one."""
    vault = database.vault
    if not isinstance(vault, FileVault):
        raise StoreError(f"keys are taken out of {vault.named} by hand")
    needed = {key_id or "no known key" for key_id in keys_in_use(database)} - {vault.current}
    if needed:
        raise StoreError(
            f"fields of the record are sealed with {', '.join(sorted(needed))} still; no key was taken out"
        )
    try:
        waiting = Spool(database.spool, vault).keys_in_use() - {vault.current}
    except OSError as error:
        raise StoreError(f"{database.spool} cannot be read ({error.strerror}); no key was taken out") from error
    if waiting:
        raise StoreError(
            f"entries that wait in {database.spool} and beside it need {', '.join(sorted(waiting))} still: a service "
            "that starts brings them home, `flowengine record refused` shows the rest"
        )
    old = vault.key_ids[1:]
    if old:
        forget_keys(vault.file, set(old))
        vault.look()
    return old


def _sealed() -> Iterator[tuple[Table, list[str]]]:
    """Tables and their sealed columns; the check of the keys last, which tells that all before it was done."""
    last = tables.vault_check.name
    for table in sorted(tables.metadata.tables.values(), key=lambda table: (table.name == last, table.name)):
        names = sorted(column.name for column in table.columns if f"{table.name}.{column.name}" in tables.SEALED)
        if names:
            yield table, names


def _batches(
    database: Database, table: Table, names: list[str], where: ColumnElement[bool] | None
) -> Iterator[list[RowMapping]]:
    """Rows in the order of their key, each batch in a transaction of its own."""
    key = list(table.primary_key)
    query: Select[tuple[object, ...]] = select(*key, *(table.c[name] for name in names)).order_by(*key).limit(BATCH)
    if where is not None:
        query = query.where(where)
    last: tuple[object, ...] | None = None
    while True:
        beyond = query if last is None else query.where(_after(key, last))
        with database.reading() as connection:
            rows = list(connection.execute(beyond).mappings())
        if not rows:
            return
        yield rows
        last = tuple(rows[-1][column.name] for column in key)


def _after(key: Sequence[ColumnElement[object]], last: tuple[object, ...]) -> ColumnElement[bool]:
    if len(key) == 1:
        return key[0] > literal(last[0], key[0].type)
    return tuple_(*key) > tuple_(*(literal(value, column.type) for value, column in zip(last, key, strict=True)))


def _count(database: Database, table: Table, where: ColumnElement[bool] | None) -> int:
    query = select(func.count()).select_from(table)
    with database.reading() as connection:
        return connection.execute(query if where is None else query.where(where)).scalar_one()


def _is_sealed_with(column: ColumnElement[str], key_id: str) -> ColumnElement[bool]:
    return func.substr(column, 1, len(key_id) + 1) == f"{key_id}."


def _is_other(table: Table, names: list[str], current: str) -> ColumnElement[bool]:
    return or_(*(table.c[name].is_not(None) & ~_is_sealed_with(table.c[name], current) for name in names))


def _replace(table: Table, names: list[str]) -> Update:
    same_row = [column == bindparam(f"key_{column.name}", type_=column.type) for column in table.primary_key]
    unchanged = [
        table.c[name].is_not_distinct_from(bindparam(f"old_{name}", type_=table.c[name].type)) for name in names
    ]
    return update(table).where(*same_row, *unchanged).values({name: bindparam(f"new_{name}") for name in names})


def _renewed(vault: Vault, sealed: str | None) -> str | None:
    """None: nothing to seal, or it does not open."""
    if sealed is None or key_of(sealed) == vault.current:
        return sealed
    text = _opened(vault, sealed)
    return None if text is None else vault.seal(text)


def _opened(vault: Vault, sealed: str) -> str | None:
    try:
        return vault.open(sealed)
    except StoreError:
        return None
