"""The statements that a piece of the store sends, as the driver gets them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, event

from flowengine.store.connection import Database
from tests.store.queue_cases import NOON

Look = Callable[[Connection, datetime], object]


def statements(database: Database, *looks: Look) -> list[tuple[str, Any]]:
    sent: list[tuple[str, Any]] = []

    def before(_connection: object, _cursor: object, sql: str, parameters: Any, *_: object) -> None:
        if sql.lstrip().startswith("SELECT"):
            sent.append((sql, parameters))

    event.listen(database.engine, "before_cursor_execute", before)
    try:
        with database.reading() as connection:
            for look in looks:
                look(connection, NOON)
    finally:
        event.remove(database.engine, "before_cursor_execute", before)
    assert len(sent) == len(looks)
    return sent
