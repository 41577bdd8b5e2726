"""A headless Chromium driven over its DevTools protocol: no driver program and no Node, a WebSocket is enough."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import itertools
import json
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.patience import PATIENCE_S

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = (
    "--headless=new",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--remote-debugging-port=0",
)
LEFT = (
    "Inspected target navigated or closed",
    "Execution context was destroyed.",
    "Cannot find default execution context",
    "Promise was collected",
)
"""What Chromium answers to a script whose page is gone."""


def found() -> str | None:
    """The browser's path, None when there is none on this machine."""
    return next((path for name in NAMES if (path := shutil.which(name)) is not None), None)


class PageLeft(Exception):
    """The page went to another address, or was loaded anew, before it could answer."""


@dataclass(slots=True)
class Page:
    """One tab. `complaints`: errors the page logged or threw, and what its policy refused."""

    socket: ClientConnection
    session: str = ""
    complaints: list[str] = field(default_factory=list)
    _ids: itertools.count[int] = field(default_factory=itertools.count)
    _answers: dict[int, asyncio.Future[dict[str, Any]]] = field(default_factory=dict)

    async def ask(self, method: str, **params: object) -> dict[str, Any]:
        """Send one command and wait for its result. Raises PageLeft, ConnectionError when the browser is gone."""
        number = next(self._ids)
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        message: dict[str, object] = {"id": number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        await self.socket.send(json.dumps(message))
        # Past the patience of `until`, which then says what the page shows.
        return await asyncio.wait_for(answer, PATIENCE_S + 60)

    async def run(self, script: str) -> Any:
        """The value of a JavaScript expression; counts as the user's own act, so that sound may begin."""
        asked = {"expression": script, "awaitPromise": True, "returnByValue": True, "userGesture": True}
        result = await self.ask("Runtime.evaluate", **asked)
        assert "exceptionDetails" not in result, result["exceptionDetails"]
        return result["result"].get("value")

    async def until(self, script: str) -> Any:
        """Wait until an expression is true; its value. The page may be loaded anew meanwhile."""
        never = json.dumps(f"never came: {script}")
        waited = f"""new Promise((done, fail) => {{
            const end = performance.now() + {PATIENCE_S * 1000};
            const look = () => {{
                const value = {script};
                if (value) done(value);
                else if (performance.now() > end) fail(new Error({never} + document.body.innerText));
                else setTimeout(look, 50);
            }};
            look();
        }})"""
        while True:
            with contextlib.suppress(PageLeft):
                return await self.run(waited)

    async def click(self, selector: str) -> None:
        await self.run(f"document.querySelector({json.dumps(selector)}).click()")

    async def text(self, selector: str) -> str:
        """What an element shows."""
        return str(await self.run(f"document.querySelector({json.dumps(selector)}).innerText"))

    async def shoot(self, path: Path) -> None:
        """Save a PNG of what is in view."""
        taken = await self.ask("Page.captureScreenshot", format="png")
        await asyncio.to_thread(path.write_bytes, base64.b64decode(taken["data"]))

    async def listen(self) -> None:
        """Sort what comes: answers to those who wait, complaints to the list."""
        while True:
            try:
                raw = await self.socket.recv()
            except ConnectionClosed:
                for waiting in self._answers.values():
                    if not waiting.done():
                        waiting.set_exception(ConnectionError("the browser is gone"))
                return
            message = json.loads(raw)
            match message.get("method"):
                case None:
                    self._answered(message)
                case "Runtime.exceptionThrown":
                    self.complaints.append(message["params"]["exceptionDetails"]["exception"].get("description", ""))
                case "Log.entryAdded" if message["params"]["entry"]["level"] == "error":
                    self.complaints.append(message["params"]["entry"]["text"])
                case _:
                    pass

    def _answered(self, message: dict[str, Any]) -> None:
        waiting = self._answers.pop(message["id"], None)
        if waiting is None or waiting.done():
            return
        match message:
            case {"error": {"message": str() as text}} if text in LEFT:
                waiting.set_exception(PageLeft(text))
            case {"error": error}:
                waiting.set_exception(AssertionError(error))
            case _:
                waiting.set_result(message["result"])


@contextlib.asynccontextmanager
async def opened(
    url: str, *flags: str, width: int = 1440, height: int = 900, dark: bool = False, before: str = ""
) -> AsyncIterator[Page]:
    """A page at `url` in a browser of its own, which ends with it. `flags`: more switches for the browser.

    `before`: a script that every document runs before its own.
    """
    browser = found()
    assert browser is not None
    root = ("--no-sandbox",) if os.geteuid() == 0 else ()
    with tempfile.TemporaryDirectory(prefix="flowengine-page-", ignore_cleanup_errors=True) as profile:
        process = await asyncio.create_subprocess_exec(
            *(browser, *QUIET, *root, *flags, f"--user-data-dir={profile}", "about:blank"),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            port, path = await _address(Path(profile) / "DevToolsActivePort")
            address = f"ws://127.0.0.1:{port}{path}"
            async with connect(address, max_size=None, open_timeout=PATIENCE_S, ping_interval=None) as socket:
                page = Page(socket)
                listening = asyncio.create_task(page.listen())
                await _attach(page, width, height, dark)
                if before:
                    await page.ask("Page.addScriptToEvaluateOnNewDocument", source=before)
                await page.ask("Page.navigate", url=url)
                yield page
                listening.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await listening
        finally:
            process.terminate()
            await process.wait()


async def _attach(page: Page, width: int, height: int, dark: bool) -> None:
    target = await page.ask("Target.createTarget", url="about:blank")
    attached = await page.ask("Target.attachToTarget", targetId=target["targetId"], flatten=True)
    page.session = attached["sessionId"]
    for domain in ("Page", "Runtime", "Log"):
        await page.ask(f"{domain}.enable")
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
    await page.ask("Emulation.setDeviceMetricsOverride", **size)
    scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
    await page.ask("Emulation.setEmulatedMedia", features=[scheme])


async def _address(file: Path) -> tuple[str, str]:
    """Port and path of the DevTools socket, which the browser writes to a file when it is ready."""

    def written() -> list[str]:
        return file.read_text().split() if file.exists() else []

    for _ in range(int(PATIENCE_S / 0.05)):
        match await asyncio.to_thread(written):
            case [port, path]:
                return port, path
            case _:
                await asyncio.sleep(0.05)
    raise TimeoutError("Chromium did not start")
