"""The whole telemarketing call in headless Chromium: a WAV is its microphone, the embedded engines hear and speak.

Set FLOWENGINE_SCREENSHOTS to a folder to keep pictures of it (docs/images/console.png is one).
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

import flowengine
from flowengine.adapters.registry import synthesiser_from, warm_up
from flowengine.errors import MissingExtra
from flowengine.graph.compile import compile_file
from tests.console import chromium
from tests.console.chromium import Page
from tests.end_to_end.caller_voice import record_caller, write_microphone

pytestmark = pytest.mark.skipif(chromium.found() is None, reason="Chromium is not installed")

FLOWS = Path(flowengine.__file__).parents[1] / "flows"
LINES = (
    "Yes, go ahead.",
    "Yes, go on then.",
    "About thirty.",
    "Evenings, I'd say.",
    "Yes, please.",
    "Next Tuesday.",
    "Half past ten in the morning.",
)
READY_S = 120.0


async def microphone(path: Path) -> None:
    """The caller's side as a WAV. Skips where the embedded engines are not installed."""
    flow = compile_file(FLOWS / "telemarketing.flow").flow
    assert flow is not None
    try:
        voice = synthesiser_from(None)
        await warm_up(voice)
    except MissingExtra as missing:
        pytest.skip(str(missing))
    try:
        track = await record_caller(flow, LINES, {"name": "Sam"}, voice)
    finally:
        await voice.close()
    await asyncio.to_thread(write_microphone, path, track)


@contextlib.asynccontextmanager
async def serving(folder: Path) -> AsyncIterator[str]:
    """A service of our own on a free port; its address, once its speech is ready."""
    quiet = {key: value for key, value in os.environ.items() if not key.startswith(("TWILIO_", "NOVA_", "FLOWENGINE_"))}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "flowengine", "serve", "--port", "0", "--flows", str(FLOWS)),
        *("--db", f"sqlite:///{folder}/record.db"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={**quiet, "PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout is not None
    told: list[str] = []
    address = ""
    try:
        async with asyncio.timeout(READY_S):
            while "speech ready" not in (line := (await process.stdout.readline()).decode()):
                assert line, "the service did not start:\n" + "".join(told)
                told.append(line)
                address = match[0] if (match := re.search(r"http://\S+:\d+/", line)) else address
        draining = asyncio.create_task(process.stdout.read())
        yield address
        draining.cancel()
    finally:
        process.terminate()
        await process.wait()


async def keep(page: Page, name: str) -> None:
    if folder := os.environ.get("FLOWENGINE_SCREENSHOTS"):
        await page.shoot(Path(folder) / f"{name}.png")


async def call(page: Page) -> dict[str, str]:
    """The call from the press of the button to its outcome; what the page then shows."""
    await page.until("document.querySelector('[name=flow][value=telemarketing]') && document.querySelector('svg.flow')")
    await page.click("[name=flow][value=telemarketing]")
    await page.click("[name=mode][value=voice]")
    await page.click("#call-start")
    await page.until("document.querySelector('.stage').dataset.phase === 'live'", seconds=20)
    await page.until("document.querySelector('#where').innerText === 'closing'", seconds=90)
    await page.until("document.querySelector('.is-agent.is-speaking')")
    await asyncio.sleep(0.7)
    await keep(page, "console")
    await page.until("!document.querySelector('#outcome').hidden", seconds=90)
    await asyncio.sleep(0.7)
    await keep(page, "console-ended")
    shown = ("#outcome-name", "#path", "#slots", "#transcript", "#latency")
    return {part: await page.text(part) for part in shown}


def test_a_whole_call_is_spoken_in_the_browser(tmp_path: Path) -> None:
    async def run() -> tuple[dict[str, str], list[str]]:
        wav = tmp_path / "caller.wav"
        await microphone(wav)
        flags = (
            "--use-fake-device-for-media-stream",
            "--use-fake-ui-for-media-stream",
            f"--use-file-for-fake-audio-capture={wav}%noloop",
        )
        async with serving(tmp_path) as url, chromium.opened(url, *flags) as page:
            return await call(page), page.complaints

    began = time.monotonic()
    shown, complaints = asyncio.run(run())
    print(f"{time.monotonic() - began:.0f} s", shown)
    assert complaints == []
    assert shown["#outcome-name"] == "Demo agreed"
    visited = re.findall(r"^[a-z_]+$", shown["#path"], re.MULTILINE)
    assert [state for state in visited if state in ("greeting", "introduction", "questions", "closing")] == [
        "greeting",
        "introduction",
        "questions",
        "closing",
    ]
    assert "30" in shown["#slots"]
    assert re.fullmatch(r"\d+ ms", shown["#latency"])
