"""The database of the settings, with the keys to its personal fields."""

from __future__ import annotations

from flowengine.service.settings import Settings
from flowengine.store.connection import Database


def open_database(settings: Settings) -> Database:
    """Opened, or created, and up to date. Raises StoreError."""
    return Database.open(settings.database_url, keys=settings.record_keys, key_file=settings.record_key_file)
