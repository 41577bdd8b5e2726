"""`flowengine twilio simulate` with a voice: where it finds the server's record of a talk."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from flowengine.cli.standing_in import record_of
from flowengine.testing.twilio.book import PlacedCall

RECORD = {"outcome": "done", "ended_at": "2026-11-26T05:00:00Z", "transcript": []}
KEY = "k" * 20


class Api(BaseHTTPRequestHandler):
    """A server's API below /voice, that asks for a key."""

    def do_GET(self) -> None:
        known = self.path == "/voice/api/call/CA1"
        allowed = self.headers.get("Authorization") == f"Bearer {KEY}"
        self.send_response(200 if known and allowed else 404 if not known else 401)
        self.end_headers()
        self.wfile.write(json.dumps(RECORD).encode())

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@contextmanager
def api() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Api) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/voice"
        finally:
            server.shutdown()


@pytest.mark.parametrize(("sid", "key", "record"), [("CA1", KEY, RECORD), ("CA1", None, None), ("CA2", KEY, {})])
def test_the_record_is_asked_for_where_the_order_came_from(
    sid: str, key: str | None, record: dict[str, object] | None
) -> None:
    with api() as base:
        call = PlacedCall(sid, {"Url": [f"{base}/twilio/voice?flow=door"]}, datetime.now(UTC))
        assert asyncio.run(record_of(call, key)) == record
