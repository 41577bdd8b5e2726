"""Signing in and out on the page, in a real browser, against the service itself."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import uvicorn

from flowengine.service.app import create_app
from flowengine.service.settings import Settings
from tests.console import chromium
from tests.console.chromium import Page

pytestmark = pytest.mark.skipif(chromium.found() is None, reason="Chromium is not installed")

KEY = "a-key-of-the-settings"
FLOWS = Path(__file__).parents[2] / "flows"
REFUSED = "Failed to load resource: the server responded with a status of 401 (Unauthorized)"
"""What Chromium itself says of an answer that the page expects."""


@contextlib.asynccontextmanager
async def served(folder: Path) -> AsyncIterator[str]:
    settings = Settings(
        flows=FLOWS,
        database_url=f"sqlite:///{folder / 'record.db'}",
        nova_stt_ws_url="scripted://",
        nova_tts_ws_url="scripted://",
        meaning="off",
        api_key=KEY,
        # A busy machine's service refuses a call otherwise.
        max_lag_ms=0,
    )
    server = uvicorn.Server(uvicorn.Config(create_app(settings), log_level="error", ws="websockets-sansio"))
    listener = socket.create_server(("127.0.0.1", 0))
    running = asyncio.create_task(server.serve([listener]))
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
    finally:
        server.should_exit = True
        await running


def on_page(folder: Path, act: Callable[[Page], Awaitable[None]], query: str = "") -> list[str]:
    """Run `act` on a freshly opened page; what the page complained of."""

    async def run() -> list[str]:
        async with served(folder) as url, chromium.opened(f"{url}{query}") as page:
            await act(page)
            return [complaint for complaint in page.complaints if complaint != REFUSED]

    return asyncio.run(run())


async def give(page: Page, key: str) -> None:
    await page.until("document.querySelector('#signin')?.open")
    await page.run(f"document.querySelector('#signin-key').value = {json.dumps(key)}")
    await page.click("#signin-send")


async def wait_until_ready(page: Page) -> None:
    await page.until("document.querySelector('#call-start')?.disabled === false")
    await page.until("!document.querySelector('#sign-out').hidden")


def test_the_page_asks_for_a_key_and_keeps_none(tmp_path: Path) -> None:
    async def act(page: Page) -> None:
        await give(page, "wrong")
        await page.until("!document.querySelector('#signin-problem').hidden")
        assert "not known" in await page.text("#signin-problem")
        assert await page.run("document.activeElement.id") == "signin-key"
        await give(page, KEY)
        await wait_until_ready(page)
        assert await page.run("document.querySelector('#signin').open") is False
        assert await page.run("document.querySelector('#signin-key').value") == ""
        assert await page.run("document.cookie") == ""
        assert KEY not in await page.run("JSON.stringify(localStorage) + JSON.stringify(sessionStorage)")

    assert on_page(tmp_path, act) == []


def test_whoever_signed_in_can_call_and_sign_out(tmp_path: Path) -> None:
    async def act(page: Page) -> None:
        await give(page, KEY)
        await wait_until_ready(page)
        await page.click("[name=mode][value=text]")
        await page.click("#call-start")
        await page.until("document.querySelector('.stage').dataset.phase === 'live'")
        await page.click("#hang-up")
        await page.until("!document.querySelector('#outcome').hidden")
        await page.click("#sign-out")
        # The page is loaded again.
        await page.until("document.querySelector('#signin')?.open")
        await page.until("document.querySelector('#status-text').textContent === 'Signed out'")

    assert on_page(tmp_path, act) == []


def test_a_link_with_the_key_opens_the_page_and_leaves_no_key_in_its_address(tmp_path: Path) -> None:
    async def act(page: Page) -> None:
        await wait_until_ready(page)
        assert await page.run("location.search") == ""

    assert on_page(tmp_path, act, f"?key={KEY}") == []
