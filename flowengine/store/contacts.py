"""What is known of a person beside their calls: where they live, whether they are vulnerable, a note."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select, update

from flowengine.store.audit import append_in
from flowengine.store.connection import Database
from flowengine.store.tables import contacts


@dataclass(frozen=True, slots=True)
class Contact:
    """One person, by number (E.164). `vulnerable`: nobody calls before somebody has looked at it (rule D6)."""

    number: str = field(repr=False)
    postcode: str | None = field(default=None, repr=False)
    vulnerable: bool = False
    note: str | None = field(default=None, repr=False)


class Contacts:
    """The contacts of one database. Every method raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._vault = database.vault

    def put(self, contact: Contact, now: datetime, *, actor: str) -> None:
        """Keep what is known, in place of what was known before."""
        place = self._vault.index(contact.number)
        row = {
            "number_hash": place,
            "number": self._vault.seal(contact.number),
            "postcode": self._vault.seal_maybe(contact.postcode),
            "vulnerable": contact.vulnerable,
            "note": self._vault.seal_maybe(contact.note),
            "updated_at": now,
        }
        with self._database.writing() as connection:
            # First the one, then the other: so two who write at once both come through.
            connection.execute(self._database.insert_new(contacts, ["number_hash"]).values(row))
            connection.execute(update(contacts).where(contacts.c.number_hash == place).values(row))
            append_in(connection, actor, "contact.put", f"number:{place}", {"vulnerable": contact.vulnerable}, now)

    def find(self, number: str) -> Contact | None:
        wanted = select(contacts).where(contacts.c.number_hash == self._vault.index(number))
        with self._database.reading() as connection:
            row = connection.execute(wanted).mappings().first()
        if row is None:
            return None
        return Contact(
            self._vault.open(row["number"]),
            self._vault.open_maybe(row["postcode"]),
            row["vulnerable"],
            self._vault.open_maybe(row["note"]),
        )
