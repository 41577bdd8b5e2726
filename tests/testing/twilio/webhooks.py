"""A server that a simulated Twilio calls: it checks every signature, keeps every form, and connects a stream.

Its fixtures are taken into a test file, or a `conftest.py`, by importing them.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl

import pytest

from flowengine.adapters.twilio.signature import is_valid
from flowengine.testing.twilio.exchange import Exchange

CONNECT = '<Response><Connect><Stream url="wss://calls.example.com/twilio/stream"/></Connect></Response>'


class Webhooks:
    """`forms` are (path, form) in the order in which they came; `twiml` answers /voice; `status` all else."""

    def __init__(self, auth_token: str) -> None:
        self.forms: list[tuple[str, dict[str, str]]] = []
        self.unsigned = 0
        self.twiml = CONNECT
        self.status = 204
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                pairs = parse_qsl(body, keep_blank_values=True)
                signature = self.headers.get("X-Twilio-Signature", "")
                outer.unsigned += not is_valid(auth_token, outer.url + self.path, pairs, signature)
                outer.forms.append((self.path, dict(pairs)))
                text = outer.twiml.encode() if self.path.startswith("/voice") else b""
                self.send_response(200 if text else outer.status)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_: object) -> None:
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def of(self, path: str) -> list[dict[str, str]]:
        return [form for at, form in self.forms if at.partition("?")[0] == path]

    def statuses(self) -> list[str]:
        return [form["CallStatus"] for form in self.of("/status")]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@contextmanager
def webhooks(auth_token: str) -> Iterator[Webhooks]:
    server = Webhooks(auth_token)
    try:
        yield server
    finally:
        server.close()


@pytest.fixture
def exchange() -> Iterator[Exchange]:
    """A simulated Twilio whose calls take no time."""
    with Exchange(speed=math.inf, calls_a_second=None) as exchange:
        yield exchange


@pytest.fixture
def server(exchange: Exchange) -> Iterator[Webhooks]:
    with webhooks(exchange.account.auth_token) as server:
        yield server
