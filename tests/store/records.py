"""Small records to write: one call, its entries, its end."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import msgspec

from flowengine.conversation.commands import Command
from flowengine.conversation.events import Event
from flowengine.conversation.record import command_to_json, event_to_json
from flowengine.runtime.ports import Told
from flowengine.store.rows import CallEnd, CallStart, Entry
from flowengine.store.store import Store

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
NUMBER = "+441134960123"


def start(call_id: str = "call-1", **changes: Any) -> CallStart:
    begun = CallStart(call_id, f"CA-{call_id}", "telemarketing", "abc", "outbound", NOW, None, NUMBER)
    return replace(begun, **changes)


def noted(seq: int, call_id: str = "call-1") -> Entry:
    return Entry(call_id, seq, seq / 10, "out", "Noted", '{"kind":"Noted","text":"x"}')


def end(call_id: str = "call-1", outcome: str = "booked") -> CallEnd:
    return CallEnd(call_id, NOW, outcome, "flow ended", abnormal=False)


def entries(*happened: tuple[float, Event | Command | Told], call_id: str = "call-1") -> list[Entry]:
    """As the service writes them."""
    rows = []
    for seq, (at, one) in enumerate(happened):
        is_event = isinstance(one, Event)
        if isinstance(one, Told):
            payload = msgspec.to_builtins(one)
        else:
            payload = event_to_json(one) if isinstance(one, Event) else command_to_json(one)
        text = msgspec.json.encode(payload).decode()
        rows.append(Entry(call_id, seq, at, "in" if is_event else "out", type(one).__name__, text))
    return rows


def open_calls(store: Store) -> list[str]:
    """The ids of calls without an end."""
    return [call.call_id for call in store.calls(limit=1000) if call.ended_at is None]
