"""When the author's changes are checked: once they pause, and what is sent only when it differs."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine

import pytest
from lsprotocol import types

from flowengine.editor.server import DEBOUNCE_SECONDS, FlowServer, make_server
from tests.virtual_time import run_virtually

QUICK_HAND = 0.08
"""Seconds between two keystrokes."""


@pytest.fixture
def server() -> FlowServer:
    return make_server("test")


def checks_of(server: FlowServer, writing: Coroutine[None, None, None]) -> list[float]:
    """When the server checks, in seconds of the loop's clock, while someone writes."""
    checked: list[float] = []

    async def written() -> None:
        await writing
        await asyncio.sleep(10)

    server.check = lambda: checked.append(asyncio.get_running_loop().time())  # type: ignore[method-assign]
    run_virtually(written())
    return checked


def test_many_keystrokes_in_a_row_are_checked_once_after_the_last(server: FlowServer) -> None:
    async def writing() -> None:
        for _ in range(20):
            server.check_soon()
            await asyncio.sleep(QUICK_HAND)

    assert checks_of(server, writing()) == [pytest.approx(1000 + 19 * QUICK_HAND + DEBOUNCE_SECONDS)]


def test_after_a_pause_the_next_change_is_checked_too(server: FlowServer) -> None:
    async def writing() -> None:
        for _ in range(3):
            server.check_soon()
            await asyncio.sleep(1)

    assert len(checks_of(server, writing())) == 3


def test_what_did_not_change_is_not_sent_again(server: FlowServer, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[types.PublishDiagnosticsParams] = []
    monkeypatch.setattr(server, "text_document_publish_diagnostics", sent.append)
    server.protocol.lsp_initialize(types.InitializeParams(types.ClientCapabilities(), process_id=None)).send(None)
    server.uris["/tmp-less/a.flow"] = "file:///tmp-less/a.flow"
    server.flows.open("/tmp-less/a.flow", "outcome booked\n\nstate one\n  -> two\n")
    server.check()
    server.check()
    assert [(params.uri, [each.code for each in params.diagnostics]) for params in sent] == [
        ("file:///tmp-less/a.flow", ["FL201"])
    ]
    server.flows.close("/tmp-less/a.flow")
    server.uris.clear()
    server.check()
    assert sent[-1].diagnostics == []
    assert len(sent) == 2
