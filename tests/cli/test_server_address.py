"""The address of a server as it is typed: taken, or refused with what to write."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import click
import pytest

from flowengine.cli.server_address import ask_whether_there, server_address


@pytest.mark.parametrize(
    ("typed", "taken"),
    [
        ("https://calls.example.com", "https://calls.example.com"),
        ("https://calls.example.com/", "https://calls.example.com"),
        ("https://example.com/voice-bot/", "https://example.com/voice-bot"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_an_address_is_taken_without_the_slash_at_its_end(typed: str, taken: str) -> None:
    assert server_address(typed) == taken


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("localhost:8080", "is http://localhost:8080 meant?"),
        ("calls.example.com", "is https://calls.example.com meant?"),
        ("wss://calls.example.com/twilio/stream", "is https://calls.example.com meant?"),
        ("ws://127.0.0.1:8080", "is http://127.0.0.1:8080 meant?"),
        ("https://calls.example.com/twilio/voice", "is https://calls.example.com meant?"),
        ("https://calls.example.com/?flow=door", "is https://calls.example.com meant?"),
        ("https://me:secret@calls.example.com", "is https://calls.example.com meant?"),
        ("http://calls.example.com", "begins with https://"),
        ("http://localhost:99999", "an address is written like https://"),
        ("https://", "an address is written like https://"),
        ("ftp://calls.example.com", "an address is written like https://"),
    ],
)
def test_what_is_wrong_is_said_with_what_is_meant(typed: str, meant: str) -> None:
    with pytest.raises(click.BadParameter, match=r".") as raised:
        server_address(typed)
    assert meant in raised.value.message


class _Stranger(BaseHTTPRequestHandler):
    """Whoever else may listen there: a page, whatever is asked for under /page, and nothing elsewhere."""

    def do_GET(self) -> None:
        self.send_response(200 if self.path.startswith("/page") else 404)
        self.end_headers()
        self.wfile.write(b"welcome")

    def log_message(self, format: str, *args: object) -> None:
        """Not a word."""


@pytest.fixture(scope="module")
def stranger() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), _Stranger) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("http://{}", "what is there answers with 404: give the server's SERVER_BASE_URL"),
        ("http://{}/page", "what is there is not flowengine: give the server's SERVER_BASE_URL"),
        ("https://{}", "it does not speak TLS: is http://{} meant?"),
    ],
)
def test_somebody_else_at_the_address_is_told_of(stranger: str, address: str, said: str) -> None:
    with pytest.raises(click.BadParameter) as raised:
        ask_whether_there(address.format(stranger))
    assert said.format(stranger) in raised.value.message


def test_nobody_at_the_address_is_told_of() -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        with pytest.raises(click.BadParameter, match=r"nobody answers there \(Connection refused\).* does it run\?"):
            ask_whether_there(f"http://127.0.0.1:{deaf.getsockname()[1]}")
