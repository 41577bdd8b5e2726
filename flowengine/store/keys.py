"""Keys to the API, in the database: who holds one, with which role. A key itself is nowhere; its SHA-256 hash is.

A key is 32 random bytes, so nothing can be gained by guessing and a slow hash would only cost time.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, get_args

from sqlalchemy import RowMapping, insert, or_, select, update

from flowengine.store.audit import append_in
from flowengine.store.connection import Database
from flowengine.store.tables import api_keys

Role = Literal["viewer", "operator", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)
"""From the least to the most; each may do what those before it may."""

PREFIX = "fe"
TOUCHED_EVERY = timedelta(minutes=1)
LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class ApiKey:
    """One key, without its secret."""

    key_id: str
    name: str
    role: Role
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


def hash_of(secret: str) -> str:
    """Under what a key is found: SHA-256, 64 hex digits."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


class ApiKeys:
    """The keys of one database. Every method raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, name: str, role: Role, now: datetime, *, actor: str) -> tuple[str, str]:
        """A new key: its id, and the secret that is nowhere kept: `fe_<key_id>_<43 characters>`.

        `actor`: who made it, for the audit log. Raises ValueError for a name that is none, or no role.
        """
        if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
            raise ValueError(f"a key's name has 1 to {LONGEST_NAME} characters, all of them visible")
        if role not in ROLES:
            raise ValueError(f"{role!r} is no role; expected one of: {', '.join(ROLES)}")
        key_id = secrets.token_hex(4)
        secret = f"{PREFIX}_{key_id}_{secrets.token_urlsafe(32)}"
        row = {"key_id": key_id, "name": name.strip(), "role": role, "hash": hash_of(secret), "created_at": now}
        with self._database.writing() as connection:
            connection.execute(insert(api_keys).values(row))
            append_in(connection, actor, "keys.create", f"key:{key_id}", {"role": role}, now)
        return key_id, secret

    def create_first(self, name: str, now: datetime, *, actor: str) -> tuple[str, str] | None:
        """An admin key, if there is no key at all; None when there is one, revoked or not."""
        return None if self.list() else self.create(name, "admin", now, actor=actor)

    def find(self, hash: str) -> ApiKey | None:
        """The key with this hash, unless it was revoked."""
        with self._database.reading() as connection:
            row = connection.execute(
                select(api_keys).where(api_keys.c.hash == hash, api_keys.c.revoked_at.is_(None))
            ).mappings()
            return next((_key(each) for each in row), None)

    def active(self) -> dict[str, ApiKey]:
        """All keys that open something, by their hashes."""
        with self._database.reading() as connection:
            rows = connection.execute(select(api_keys).where(api_keys.c.revoked_at.is_(None))).mappings()
            return {row["hash"]: _key(row) for row in rows}

    def list(self) -> list[ApiKey]:
        """All keys, revoked ones too, the oldest first."""
        with self._database.reading() as connection:
            rows = connection.execute(select(api_keys).order_by(api_keys.c.created_at, api_keys.c.key_id)).mappings()
            return [_key(row) for row in rows]

    def revoke(self, key_id: str, now: datetime, *, actor: str) -> bool:
        """From now on it opens nothing; False when there is no such key, or it was revoked before."""
        with self._database.writing() as connection:
            done = connection.execute(
                update(api_keys)
                .where(api_keys.c.key_id == key_id, api_keys.c.revoked_at.is_(None))
                .values(revoked_at=now)
            )
            if done.rowcount == 0:
                return False
            append_in(connection, actor, "keys.revoke", f"key:{key_id}", {}, now)
            return True

    def touch(self, used: Mapping[str, datetime]) -> None:
        """Keep when keys (by id) were last used, where what is kept is more than a minute older."""
        with self._database.writing() as connection:
            for key_id, at in used.items():
                is_older = or_(api_keys.c.last_used_at.is_(None), api_keys.c.last_used_at < at - TOUCHED_EVERY)
                connection.execute(
                    update(api_keys).where(api_keys.c.key_id == key_id, is_older).values(last_used_at=at)
                )


def _key(row: RowMapping) -> ApiKey:
    return ApiKey(**{name: row[name] for name in ApiKey.__dataclass_fields__})
