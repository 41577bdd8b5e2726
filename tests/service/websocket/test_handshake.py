"""The opening handshake: what is refused, and how; what an application sees and may answer. Over real sockets."""

from __future__ import annotations

import logging

import pytest

from flowengine.service.websocket import handshake
from flowengine.service.websocket.handshake import Refusal, Upgrade
from tests.service.websocket.bytes_of import ACCEPT, KEY, TEXT, client, request
from tests.service.websocket.serving import Served, read_frames, read_head, read_rest, served

REFUSALS = {
    "a key of 15 bytes": (request("/echo", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAA"), 400),
    "a key that is no base64": (request("/echo", "Sec-WebSocket-Key: ***********************="), 400),
    "two keys": (request("/echo", f"Sec-WebSocket-Key: {KEY}", f"Sec-WebSocket-Key: {KEY}"), 400),
    "no key": (request("/echo", without="Sec-WebSocket-Key"), 400),
    "version 8": (request("/echo", "Sec-WebSocket-Version: 8"), 426),
    "no version": (request("/echo", without="Sec-WebSocket-Version"), 426),
    "no host": (request("/echo", without="Host"), 400),
    "POST": (request("/echo", method="POST"), 405),
    "a head without end": (request("/echo", "X-Long: " + "x" * handshake.LARGEST_HEAD), 431),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_a_handshake_that_is_none_is_refused(lean: Served, case: str) -> None:
    sent, status = REFUSALS[case]
    with lean.connected(sent) as connection:
        head = read_head(connection)
        body = read_rest(connection).decode()
    assert head.startswith(f"HTTP/1.1 {status} ")
    assert f"content-length: {len(body)}\r\n" in head
    assert "connection: close" in head
    assert body.endswith(".")
    lean.connections_are_gone()


def test_other_versions_are_told_which_is_spoken(lean: Served) -> None:
    with lean.connected(request("/echo", "Sec-WebSocket-Version: 8")) as connection:
        assert "sec-websocket-version: 13\r\n" in read_head(connection)


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (request("/", "Upgrade: h2c"), 426),
        (request("/", "Connection: keep-alive"), 426),
        (request("/", "Bad header"), 400),
        (request("/", "Bad name : x"), 400),
        (request("/").replace(b"HTTP/1.1", b"HTTP/1.0"), 400),
        (request("/").replace(b"GET / ", b"GET /\xff "), 400),
    ],
)
def test_what_uvicorn_would_not_pass_on_is_refused_too(head: bytes, status: int) -> None:
    refusal = handshake.read(head)
    assert isinstance(refusal, Refusal)
    assert refusal.status == status


def test_many_values_in_one_header_or_in_several_are_the_same() -> None:
    head = request("/a", "Connection: keep-alive, UPGRADE", "Upgrade: WebSocket", "Sec-WebSocket-Protocol: a ,b",
                   "sec-websocket-protocol: c")  # fmt: skip
    upgrade = handshake.read(head)
    assert isinstance(upgrade, Upgrade)
    assert upgrade.subprotocols == ["a", "b", "c"]


def test_the_whole_address_is_a_target_too() -> None:
    upgrade = handshake.read(request("http://localhost/a%20b?c=d"))
    assert isinstance(upgrade, Upgrade)
    assert (upgrade.path, upgrade.raw_path, upgrade.query) == ("/a b", "/a%20b", "c=d")


def test_the_answer_is_the_one_of_the_standards_example(any_class: Served) -> None:
    with any_class.connected(request()) as connection:
        head = read_head(connection).lower()
    assert f"sec-websocket-accept: {ACCEPT.lower()}\r\n" in head
    assert "\r\nupgrade: websocket\r\n" in head
    assert "\r\nconnection: upgrade\r\n" in head
    assert "\r\nserver: uvicorn\r\n" in head
    assert "\r\ndate: " in head


def test_compression_is_offered_and_politely_left(any_class: Served) -> None:
    offer = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits"
    with any_class.connected(request("/echo", offer)) as connection:
        assert "extensions" not in read_head(connection).lower()
        connection.sendall(client(TEXT, "plain"))
        assert read_frames(connection, 1) == [(TEXT, b"plain")]


def test_an_application_sees_the_request(any_class: Served) -> None:
    head = request("/echo", "X-Name: caf\xe9", "Sec-WebSocket-Protocol: first, second")
    with any_class.connected(head.replace(b"/echo ", b"/ech%6F?a=%20b ")) as connection:
        assert read_head(connection).startswith("HTTP/1.1 101 ")
        local, remote = connection.getsockname(), connection.getpeername()
    scope = any_class.cases.scopes[-1]
    seen = {name: scope[name] for name in ("path", "raw_path", "query_string", "subprotocols", "client", "server")}
    assert seen == {
        "path": "/echo",
        "raw_path": b"/ech%6F",
        "query_string": b"a=%20b",
        "subprotocols": ["first", "second"],
        "client": local,
        "server": remote,
    }
    assert (scope["scheme"], scope["http_version"]) == ("ws", "1.1")
    assert (b"x-name", b"caf\xe9") in scope["headers"]
    assert "websocket.http.response" in scope["extensions"]


def test_an_application_chooses_a_subprotocol_and_adds_headers(any_class: Served) -> None:
    with any_class.connected(request("/chosen", "Sec-WebSocket-Protocol: first, second")) as connection:
        head = read_head(connection).lower()
        assert "\r\nsec-websocket-protocol: second\r\n" in head
        assert "\r\nx-one: 1\r\n" in head
        assert "\r\nx-two: \xe9\r\n" in head


def test_a_subprotocol_that_nobody_offered_is_a_defect_of_the_application(lean: Served) -> None:
    with lean.connected(request("/chosen")) as connection:
        assert read_head(connection).startswith("HTTP/1.1 500 ")


@pytest.mark.parametrize("header", [(b"x", b"a\r\nb: c"), (b"x y", b""), (b"upgrade", b"h2c")])
def test_a_header_that_cannot_be_sent_is_not(header: tuple[bytes, bytes]) -> None:
    upgrade = handshake.read(request())
    assert isinstance(upgrade, Upgrade)
    with pytest.raises(ValueError, match="the header"):
        handshake.accepted(upgrade, None, [header])


def test_a_refusal_is_a_403(any_class: Served) -> None:
    with any_class.connected(request("/refused")) as connection:
        assert read_head(connection).startswith("HTTP/1.1 403 ")
        assert read_rest(connection) == b""
    assert any_class.ended()[0]["type"] == "websocket.disconnect"
    any_class.connections_are_gone()


def test_an_application_may_answer_the_request_otherwise(any_class: Served) -> None:
    with any_class.connected(request("/answered")) as connection:
        head, body = read_head(connection).lower(), read_rest(connection)
    assert head.startswith("http/1.1 429 ")
    assert "\r\nx-why: full\r\n" in head
    assert "\r\ncontent-type: text/html\r\n" in head
    assert "\r\ncontent-length: 15\r\n" in head
    assert body == b"<p>too many</p>"
    any_class.connections_are_gone()


@pytest.mark.parametrize("path", ["/crashes-first", "/returns-first"])
def test_an_application_that_answers_nothing_is_a_500(any_class: Served, path: str) -> None:
    with any_class.connected(request(path)) as connection:
        assert read_head(connection).startswith("HTTP/1.1 500 ")
        read_rest(connection)
    any_class.connections_are_gone()


def test_more_connections_than_the_limit_are_refused() -> None:
    with (
        served("lean", limit_concurrency=2) as server,
        server.opened(),
        server.opened(),
        server.connected(request()) as third,
    ):
        assert read_head(third).startswith("HTTP/1.1 503 ")


@pytest.mark.parametrize("access_log", [True, False])
def test_who_came_is_logged_where_that_is_asked_for(access_log: bool, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "uvicorn.error")
    with served("lean", access_log=access_log) as server, server.opened("/echo?token=x") as connection:
        port = connection.getsockname()[1]
    said = [record.getMessage() for record in caplog.records if "WebSocket" in record.getMessage()]
    assert said == ([f'127.0.0.1:{port} - "WebSocket /echo?token=x" [accepted]'] if access_log else [])
