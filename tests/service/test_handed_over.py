"""A socket that somebody holds open for the service: who asks while nobody serves waits, and is answered."""

from __future__ import annotations

import asyncio
import os
import socket
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from flowengine.errors import SettingsError
from flowengine.service.handed_over import handed_over
from flowengine.service.server import DrainingServer


def _environ(count: str = "1", pid: int | None = None) -> dict[str, str]:
    return {"LISTEN_PID": str(pid or os.getpid()), "LISTEN_FDS": count}


async def _hello(request: Request) -> Response:
    return PlainTextResponse("hello")


async def _served_after_it_was_asked(held: socket.socket) -> bytes:
    reader, writer = await asyncio.open_connection(*held.getsockname())
    writer.write(b"GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
    await writer.drain()
    listener = handed_over(_environ(), os.dup(held.fileno()))
    assert listener is not None
    assert not listener.get_inheritable()
    server = DrainingServer(Starlette(routes=[Route("/", _hello)]))
    serving = asyncio.create_task(server.serve([listener]))
    async with asyncio.timeout(120):
        answer = await reader.read()
    writer.close()
    server.should_exit = True
    await serving
    return answer


def test_who_asks_between_two_processes_is_answered_by_the_second() -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        for _ in range(2):
            answer = asyncio.run(_served_after_it_was_asked(held))
            assert answer.startswith(b"HTTP/1.1 200 ")
            assert answer.endswith(b"hello")


def test_what_is_meant_for_another_process_is_left_alone() -> None:
    assert handed_over({}) is None
    assert handed_over(_environ(pid=os.getppid())) is None


def test_what_cannot_be_listened_on_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="LISTEN_FDS is '2', and one socket can be listened on: give"):
        handed_over(_environ("2"))
    with (tmp_path / "file").open("w") as file, pytest.raises(SettingsError, match="is no socket"):
        handed_over(_environ(), os.dup(file.fileno()))
    with socket.socket() as deaf, pytest.raises(SettingsError, match="is no TCP socket that listens"):
        handed_over(_environ(), os.dup(deaf.fileno()))
