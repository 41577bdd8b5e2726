"""The whole telemarketing call in headless Chromium: a caller who listens, the embedded engines.

Set FLOWENGINE_SCREENSHOTS to a folder to keep pictures of it (docs/images/console.png is one).
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

import flowengine
from flowengine.adapters.registry import synthesiser_from, warm_up
from flowengine.errors import MissingExtra
from tests.console import chromium
from tests.console.chromium import Page
from tests.console.listening_caller import Answer, listening_caller
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.skipif(chromium.found() is None, reason="Chromium is not installed")

FLOWS = Path(flowengine.__file__).parents[1] / "flows"
ANSWERS = (
    Answer(("good time",), "Yes, go ahead."),
    Answer(("two quick questions",), "Yes, of course."),
    Answer(("how many calls",), "About thirty."),
    Answer(("which is hardest", "which one"), "Evenings, I'd say."),
    Answer(("one of our specialists",), "Yes, please."),
    Answer(("which day",), "Next Tuesday."),
    Answer(("what time",), "Half past ten in the morning."),
)

MILLISECONDS = r"[1-9][\d,]* ms"


async def caller() -> str:
    """The caller's script. Skips where the embedded engines are not installed."""
    voice = synthesiser_from(None)
    try:
        await warm_up(voice)
        return await listening_caller(ANSWERS, voice)
    except MissingExtra as missing:
        pytest.skip(str(missing))
    finally:
        await voice.close()


@contextlib.asynccontextmanager
async def serving(folder: Path) -> AsyncIterator[str]:
    """A service of our own on a free port; its address, once its speech is ready."""
    settings = ("TWILIO_", "NOVA_", "FLOWENGINE_")
    theirs = {key: value for key, value in os.environ.items() if not key.startswith(settings)}
    # Of ours those of all tests (tests/conftest.py): a busy machine's service refuses the call otherwise.
    ours = {key: os.environ[key] for key in ("FLOWENGINE_CLIPS", "FLOWENGINE_MAX_LAG")}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "flowengine", "serve", "--port", "0", "--flows", str(FLOWS)),
        *("--db", f"sqlite:///{folder}/record.db"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={**theirs, **ours, "PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout is not None
    told: list[str] = []
    address = ""
    try:
        async with asyncio.timeout(PATIENCE_S):
            while "speech ready" not in (line := (await process.stdout.readline()).decode()):
                assert line, "the service did not start:\n" + "".join(told)
                told.append(line)
                address = match[0] if (match := re.search(r"http://\S+:\d+/", line)) else address
        draining = asyncio.create_task(process.stdout.read())
        yield address
        process.terminate()
        # To its end: a pipe that is left open complains in whichever test comes later.
        await draining
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


async def keep(page: Page, name: str) -> None:
    if folder := os.environ.get("FLOWENGINE_SCREENSHOTS"):
        # The picture moves a little until it is whole.
        await asyncio.sleep(0.7)
        await page.shoot(Path(folder) / f"{name}.png")


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page shows at the end of the call. `said`: the numbers of the caller's answers, in order."""

    outcome: str
    path: list[str]
    slots: dict[str, str]
    transcript: str
    latency: str
    latency_note: str
    said: list[int]
    problem: str | None


async def call(page: Page) -> Shown:
    """The call from the press of the button to its outcome."""
    await page.until("document.querySelector('[name=flow][value=telemarketing]') && document.querySelector('svg.flow')")
    await page.click("[name=flow][value=telemarketing]")
    await page.click("[name=mode][value=voice]")
    await page.click("#call-start")
    states = "[...document.querySelectorAll('#path b')].map((state) => state.innerText)"
    over = "!document.querySelector('#outcome').hidden"
    await page.until(f"{states}.includes('closing') || {over}")
    await keep(page, "console")
    await page.until(over)
    await keep(page, "console-ended")
    facts = (
        "[...document.querySelectorAll('#slots div')].map((each) => [...each.children].map((part) => part.innerText))"
    )
    return Shown(
        outcome=await page.text("#outcome-name"),
        path=await page.run(states),
        slots=dict(await page.run(facts)),
        transcript=await page.text("#transcript"),
        latency=await page.text("#latency"),
        latency_note=await page.text("#latency-note"),
        **await page.run("listeningCaller"),
    )


def test_a_whole_call_is_spoken_in_the_browser(tmp_path: Path) -> None:
    async def run() -> tuple[Shown, list[str]]:
        before = await caller()
        async with serving(tmp_path) as url, chromium.opened(url, before=before) as page:
            return await call(page), page.complaints

    today = datetime.now(UTC).date()
    shown, complaints = asyncio.run(run())
    print(shown)
    assert (complaints, shown.problem) == ([], None)
    assert list(dict.fromkeys(shown.said)) == list(range(len(ANSWERS)))
    assert shown.outcome == "Demo agreed"
    assert list(dict.fromkeys(shown.path)) == [
        "start",
        "greeting",
        "introduction",
        "questions",
        "closing",
        "demonstration",
        "demo_agreed",
    ]
    day = date.fromisoformat(shown.slots.pop("Demo day"))
    assert (day.strftime("%A"), day > today) == ("Tuesday", True)
    assert shown.slots == {"Objections": "0", "Calls a day": "30", "Hardest part": "evenings", "Demo time": "10:30"}
    assert re.fullmatch(MILLISECONDS, shown.latency)
    replies = re.search(rf"median {MILLISECONDS} over (\d+) replies", shown.latency_note)
    assert replies is not None
    assert int(replies[1]) >= len(ANSWERS)
