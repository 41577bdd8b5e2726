"""What an application may count on, whichever class serves it: ASGI's side of a connection, over real sockets."""

from __future__ import annotations

import socket

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from tests.service.websocket.bytes_of import (
    BINARY,
    CLOSE,
    PING,
    PONG,
    TEXT,
    client,
    close,
    closed,
    code_only,
    request,
    server_frames,
)
from tests.service.websocket.serving import PATIENCE_S, Served, read_frames, read_head, read_rest, served


def test_an_application_closes_with_its_code_and_reason(any_class: Served) -> None:
    with any_class.connected(request("/chosen", "Sec-WebSocket-Protocol: second")) as connection:
        read_head(connection)
        assert read_frames(connection, 1) == [(CLOSE, (3001).to_bytes(2) + b"as asked")]
        connection.sendall(close(3001))
        assert read_rest(connection) == b""
    assert any_class.ended() == [{"type": "websocket.disconnect", "code": 3001, "reason": "as asked"}]
    any_class.connections_are_gone()


@pytest.mark.parametrize(("sent", "code"), [(close(4001, "bye"), 4001), (close(1000), 1000), (close(None), 1005)])
def test_an_application_learns_how_the_client_closed(any_class: Served, sent: bytes, code: int) -> None:
    with any_class.opened() as connection:
        connection.sendall(sent)
        read_rest(connection)
    [ended] = any_class.ended()
    assert (ended["type"], ended["code"]) == ("websocket.disconnect", code)
    assert ended.get("reason") or ("bye" if code == 4001 else "") == ""


@pytest.mark.parametrize(
    ("sent", "code"), [(client(TEXT, b"\xff"), 1007), (client(3), 1002), (client(TEXT, says=1 << 20), 1009)]
)
def test_an_application_learns_what_a_client_did_wrong(any_class: Served, sent: bytes, code: int) -> None:
    with any_class.opened() as connection:
        connection.sendall(sent)
        assert code_only(server_frames(read_rest(connection))) == [closed(code)]
    assert any_class.ended()[0]["code"] == code


@pytest.mark.parametrize("how", ["ends", "is reset"])
def test_a_connection_that_is_lost_is_no_normal_close(any_class: Served, how: str) -> None:
    with any_class.opened() as connection:
        if how == "is reset":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    assert any_class.ended()[0]["code"] in (1005, 1006)
    any_class.connections_are_gone()


def test_ours_says_1006_then(lean: Served) -> None:
    with lean.opened():
        pass
    assert lean.ended() == [{"type": "websocket.disconnect", "code": 1006, "reason": ""}]


def test_a_send_after_the_end_is_an_os_error(any_class: Served) -> None:
    with any_class.opened("/sends-to-nobody") as connection:
        connection.sendall(close(1000))
        read_rest(connection)
    assert any_class.ended()[0]["type"] == "refused"
    any_class.connections_are_gone()


def test_a_send_after_our_close_is_a_runtime_error(any_class: Served) -> None:
    with any_class.opened("/sends-after-close") as connection:
        assert read_frames(connection, 1) == [(CLOSE, b"\x03\xe8")]
        connection.sendall(close(1000))
        read_rest(connection)
    assert any_class.ended()[0]["type"] == "refused"


def test_what_a_client_sends_after_our_close_is_not_answered(any_class: Served) -> None:
    with any_class.connected(request("/chosen", "Sec-WebSocket-Protocol: second")) as connection:
        read_head(connection)
        read_frames(connection, 1)
        connection.sendall(client(TEXT, "late") + client(BINARY, b"late") + close(3001))
        assert read_rest(connection) == b""


@pytest.mark.parametrize(("path", "code"), [("/crashes-later", 1011), ("/returns-later", 1000)])
def test_an_application_that_ends_without_a_close_is_closed_for(lean: Served, path: str, code: int) -> None:
    """uvicorn's own class drops the connection."""
    with lean.opened(path) as connection:
        connection.sendall(client(TEXT, "now"))
        assert code_only(read_frames(connection, 1)) == [closed(code)]
        connection.sendall(close(code))
        assert read_rest(connection) == b""
    lean.connections_are_gone()


def test_a_ping_is_answered_while_the_application_is_busy(lean: Served) -> None:
    with lean.opened("/floods") as connection:
        connection.sendall(client(PING, "there?"))
        while (frame := read_frames(connection, 1)[0])[0] != PONG:
            assert frame == (BINARY, bytes(65536))
        assert frame == (PONG, b"there?")


def test_a_flood_that_nobody_reads_is_held_back_and_all_of_it_arrives(any_class: Served) -> None:
    with any_class.opened("/floods") as connection:
        sizes = sum(len(payload) for _, payload in read_frames(connection, 1024))
    assert sizes == 1 << 26


def test_what_a_client_sends_arrives_whole_and_counted(any_class: Served) -> None:
    with any_class.opened("/counts") as connection:
        for size in range(200):
            connection.sendall(client(BINARY, bytes(1000 + size)))
        connection.sendall(client(TEXT, "how much"))
        assert read_frames(connection, 1) == [(TEXT, str(sum(1000 + size for size in range(200))).encode())]


@pytest.mark.parametrize("message", ["", "κόσμε", "x" * 70_000, b"", b"\xff" * 70_000])
def test_the_websockets_client_is_answered(any_class: Served, message: str | bytes) -> None:
    with connect(f"ws://127.0.0.1:{any_class.port}/echo", open_timeout=PATIENCE_S) as connection:
        connection.send(message)
        assert connection.recv(timeout=PATIENCE_S) == message
        assert connection.ping("p").wait(PATIENCE_S)
        connection.send([message, message])
        assert connection.recv(timeout=PATIENCE_S) == message + message  # type: ignore[operator]


def test_the_websockets_client_sees_the_close(any_class: Served) -> None:
    url, wanted = f"ws://127.0.0.1:{any_class.port}/chosen", [Subprotocol("second")]
    with connect(url, subprotocols=wanted, open_timeout=PATIENCE_S) as connection:
        assert connection.subprotocol == "second"
        with pytest.raises(ConnectionClosed) as caught:
            connection.recv(timeout=PATIENCE_S)
    assert caught.value.rcvd is not None
    assert (caught.value.rcvd.code, caught.value.rcvd.reason) == (3001, "as asked")


def test_a_server_that_stops_says_so() -> None:
    for chosen in ("lean", "websockets"):
        with served(chosen) as server, server.opened() as connection:
            server.server.should_exit = True
            assert code_only(read_frames(connection, 1)) == [closed(1012)]
            assert server.ended()[0]["code"] == 1012
