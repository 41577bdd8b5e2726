"""The page in a real browser, against a server that tells a call from a script under a policy stricter than ours."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

import pytest
import uvicorn

from tests.console import chromium
from tests.console.chromium import Page
from tests.console.fake_server import SCRIPT, Step, app_telling

pytestmark = pytest.mark.skipif(chromium.found() is None, reason="Chromium is not installed")

MICROPHONE = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
SCROLLING = """[...document.querySelectorAll(".facts, .facts *")]
    .filter((each) => each.scrollHeight > each.clientHeight + 1 && /auto|scroll/.test(getComputedStyle(each).overflowY))
    .map((each) => each.id || each.className)"""
LAST_PARTIAL = "document.querySelector('.is-partial')?.innerText.includes('Well I think')"


@contextlib.asynccontextmanager
async def served(script: Sequence[Step] = SCRIPT) -> AsyncIterator[str]:
    server = uvicorn.Server(uvicorn.Config(app_telling(script), log_level="error", ws="websockets-sansio"))
    listener = socket.create_server(("127.0.0.1", 0))
    running = asyncio.create_task(server.serve([listener]))
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
    finally:
        server.should_exit = True
        await running


def on_page(
    act: Callable[[Page], Awaitable[None]],
    *flags: str,
    width: int = 1440,
    height: int = 900,
    script: Sequence[Step] = SCRIPT,
) -> list[str]:
    """Run `act` on a freshly opened page; what the page complained of."""

    async def run() -> list[str]:
        async with served(script) as url, chromium.opened(url, *flags, width=width, height=height) as page:
            await page.until("document.querySelector('#call-start')?.disabled === false")
            await act(page)
            return page.complaints

    return asyncio.run(run())


async def choose(page: Page, flow: str, mode: str) -> None:
    await page.click(f"[name=flow][value={flow}]")
    await page.click(f"[name=mode][value={mode}]")
    await page.until("document.querySelector('svg.flow')")


async def say(page: Page, words: str) -> None:
    await page.run(f"document.querySelector('#words').value = {json.dumps(words)}")
    await page.click("#composer button")


def test_a_typed_call_shows_what_was_said_and_where_the_call_is() -> None:
    async def act(page: Page) -> None:
        await choose(page, "boiler_cover", "text")
        await page.click("#call-start")
        await page.until(LAST_PARTIAL)
        said = await page.text("#transcript")
        assert "Am I speaking with Sam?" in said
        assert "agree" in said
        assert "cut off" in said
        assert await page.text("#where") == "introduction"
        assert await page.run("document.querySelector('.state.is-live').dataset.state") == "introduction"
        last = "document.querySelector('.edge.is-last').dataset"
        assert await page.run(f"{last}.source + ' ' + {last}.target") == "greeting introduction"
        assert await page.text("#latency") == "910 ms"
        assert (
            await page.text("#latency-note") == "to a filler, the answer after 2,910 ms; median 775 ms over 2 replies"
        )
        parts = (await page.text("#latency-parts")).split("\n")
        assert parts[::2] == ["hearing you out", "understanding", "acting", "voice"]
        assert parts[1::2] == ["480 ms", "2 ms", "2,408 ms", "20 ms"]
        assert (await page.text("#transcript")).count("action price") == 1
        assert "action price: ok" in said
        assert "2026-12-01" in await page.text("#slots")
        assert "£14.50" in await page.text("#slots")
        assert await page.run("document.querySelector('#summary-fact').hidden")
        await say(page, "bye")
        await page.until("!document.querySelector('#outcome').hidden")
        assert await page.text("#outcome-name") == "Booked"
        assert not await page.run("document.querySelector('#summary-fact').hidden")
        assert (await page.text("#summary")).split() == ["Booked", "yes", "Visit", "at", "10:30", "Reason", "–"]
        assert "is-success" in await page.run("document.querySelector('#outcome').className")
        # The details do not fit any more, and still there is one scroll bar to them.
        for width in (1280, 1000, 390):
            size = {"width": width, "height": 400, "deviceScaleFactor": 1, "mobile": False}
            await page.ask("Emulation.setDeviceMetricsOverride", **size)
            await page.until(f"innerWidth === {width} && innerHeight === 400")
            assert await page.run(SCROLLING) == ["facts"]

    assert on_page(act) == []


def test_all_of_a_wide_drawing_is_in_view_before_the_call() -> None:
    async def act(page: Page) -> None:
        await choose(page, "telemarketing", "text")
        await page.run("window.canvas = document.querySelector('#canvas')")
        await page.run("window.drawing = document.querySelector('svg.flow')")
        # It grows to its width.
        await page.until("Math.abs(drawing.getBoundingClientRect().width - parseFloat(drawing.style.width)) < 0.5")
        assert await page.run("canvas.scrollWidth <= canvas.clientWidth")
        right = "document.querySelector('svg.flow .panel .frame').getBoundingClientRect().right"
        assert await page.run(f"{right} <= canvas.getBoundingClientRect().left + canvas.clientWidth")

    assert on_page(act) == []


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1024, 768)])
def test_the_state_of_the_call_is_in_the_middle_once_the_drawing_has_grown(width: int, height: int) -> None:
    async def act(page: Page) -> None:
        await choose(page, "boiler_cover", "text")
        await page.run("window.canvas = document.querySelector('#canvas')")
        await page.run("window.drawing = document.querySelector('svg.flow')")
        await page.click("#call-start")
        await page.until("document.querySelector('.state.is-live')?.dataset.state === 'greeting'")
        # Nothing moves any more.
        box = "JSON.stringify([drawing.getBoundingClientRect(), canvas.scrollTop])"
        still = "Math.abs(drawing.getBoundingClientRect().width - parseFloat(drawing.style.width)) < 0.5"
        await page.until(f"(now => [{still} && now === window.before, window.before = now][0])({box})")
        middle = (
            "(({left, right}) => (left + right) / 2 - canvas.getBoundingClientRect().left - canvas.clientWidth / 2)"
            "(document.querySelector('.state.is-live').getBoundingClientRect())"
        )
        # Half a scroll bar, whose gutter is the canvas's own.
        assert abs(await page.run(middle)) < 10
        edges = "(({top, bottom}) => [top, bottom])(document.querySelector('%s').getBoundingClientRect())"
        live, view = await page.run(edges % ".state.is-live"), await page.run(edges % "#canvas")
        assert view[0] <= live[0] <= live[1] <= view[1]

    begins: Sequence[Step] = SCRIPT[:2]
    assert on_page(act, width=width, height=height, script=begins) == []


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1024, 768), (375, 800)])
def test_what_stands_beside_a_call_begins_at_its_top_and_nothing_of_its_title_is_cut(width: int, height: int) -> None:
    async def act(page: Page) -> None:
        await choose(page, "boiler_cover", "voice")
        await page.click("#call-start")
        await page.until(LAST_PARTIAL)
        await page.until("document.querySelector('#path').children.length === 3")
        scrolled = "[...document.querySelectorAll('#facts, .fact-column')].map(({scrollTop}) => scrollTop)"
        assert await page.run(scrolled) == [0, 0, 0]
        assert await page.text("#call-engines") == "Voice: hibari, embedded\nRecogniser: Moonshine base-en, embedded"
        who = "document.querySelector('#call-engines')"
        assert await page.run(f"{who}.scrollWidth <= {who}.clientWidth && {who}.scrollHeight <= {who}.clientHeight")
        if width == 1440:
            first = "document.querySelector('#path').firstElementChild.getBoundingClientRect().top"
            assert await page.run(f"{first} >= document.querySelector('#path-heading').getBoundingClientRect().bottom")
        if width > 760:
            path = "document.querySelector('#path').lastElementChild.getBoundingClientRect().bottom"
            assert await page.run(f"{path} <= document.querySelector('#facts').getBoundingClientRect().bottom")

    assert on_page(act, *MICROPHONE, width=width, height=height) == []


def test_on_a_low_screen_the_last_field_stands_whole_above_the_button() -> None:
    async def act(page: Page) -> None:
        await choose(page, "boiler_cover", "text")
        last = "document.querySelector('#contact-fields').lastElementChild.getBoundingClientRect().bottom"
        assert await page.run(f"{last} <= document.querySelector('.setup-scroll').getBoundingClientRect().bottom")

    assert on_page(act, width=1024, height=768) == []


def test_a_spoken_call_opens_the_microphone_and_answers_marks_in_time() -> None:
    async def act(page: Page) -> None:
        await choose(page, "reception", "voice")
        await page.click("#call-start")
        await page.until(LAST_PARTIAL)
        assert "Recogniser: Moonshine" in await page.text("#call-engines")
        # Chromium's own device beeps once a second: what the page sends is what the device gives.
        await page.until("document.querySelector('#transcript').innerText.includes('The microphone is heard.')")
        await page.click("#mute")
        assert await page.text("#mute") == "Muted"
        await page.click("#hang-up")
        await page.until("!document.querySelector('#outcome').hidden")

    assert on_page(act, *MICROPHONE) == []


def test_without_a_microphone_the_call_goes_on_by_typing_and_says_why() -> None:
    async def act(page: Page) -> None:
        await page.run(
            "navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', 'NotAllowedError') }"
        )
        await choose(page, "reception", "voice")
        await page.click("#call-start")
        await page.until(LAST_PARTIAL)
        assert await page.text("#call-problem") == (
            "The browser was not allowed to use the microphone, so this call is typed."
        )
        assert await page.run("document.querySelector('#mute').disabled")
        assert await page.run("document.activeElement.id") == "words"

    assert on_page(act) == []


def test_a_lost_line_is_told_in_one_sentence_and_leaves_the_transcript() -> None:
    async def act(page: Page) -> None:
        await choose(page, "reception", "text")
        await page.click("#call-start")
        await page.until(LAST_PARTIAL)
        await say(page, "break")
        await page.until("!document.querySelector('#outcome').hidden")
        assert await page.text("#call-problem") == "The line to the server was lost, so the call is over."
        assert "Am I speaking with Sam?" in await page.text("#transcript")
        assert await page.run("document.querySelector('.is-partial')") is None
        assert await page.run("document.querySelector('#path .is-live')") is None

    assert on_page(act) == []


def test_a_flow_with_errors_cannot_be_called_and_shows_why() -> None:
    async def act(page: Page) -> None:
        await page.click("[name=flow][value=half_written]")
        assert await page.run("document.querySelector('#call-start').disabled")
        assert "undefined-state" in await page.text("#trouble-text")
        assert "no graph" in await page.text("#canvas")
        inner = "document.querySelector('.setup-scroll').scrollWidth"
        outer = "document.querySelector('.setup').clientWidth"
        assert await page.run(f"{inner} <= {outer}")
        assert await page.run("document.querySelector('.stage').getBoundingClientRect().bottom === innerHeight")

    assert on_page(act) == []


def test_the_keypad_is_worked_by_keys_and_tells_what_was_pressed() -> None:
    async def act(page: Page) -> None:
        await choose(page, "reception", "text")
        await page.click("#call-start")
        await page.until(LAST_PARTIAL)
        await page.run("document.dispatchEvent(new KeyboardEvent('keydown', {code: 'KeyK', altKey: true}))")
        assert await page.run("document.activeElement.getAttribute('aria-label')") == "1"
        press = "document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {key: '5', bubbles: true}))"
        await page.run(press)
        assert await page.run("document.querySelector('.is-key kbd').innerText") == "5"

    assert on_page(act) == []


def test_on_a_phone_nothing_is_wider_than_the_screen_and_tabs_show_one_part_at_a_time() -> None:
    async def act(page: Page) -> None:
        await choose(page, "telemarketing", "text")
        await page.click("#call-start")
        await page.until(LAST_PARTIAL)
        assert await page.run("document.documentElement.scrollWidth <= innerWidth")
        await page.click("#tab-map")
        seen = "(part) => part.checkVisibility({visibilityProperty: true})"
        parts = f"[...document.querySelectorAll('.stage > *')].filter({seen}).map(({{id}}) => id)"
        assert await page.run(parts) == ["map"]

    assert on_page(act, width=375) == []


def test_every_control_has_a_name_and_every_field_a_label() -> None:
    async def act(page: Page) -> None:
        await choose(page, "boiler_cover", "text")
        await page.click("#call-start")
        await page.until(LAST_PARTIAL)
        tree = await page.ask("Accessibility.getFullAXTree")
        wanted = {"button", "textbox", "tab", "radio", "combobox", "log", "dialog", "main"}
        nameless = [
            node["role"]["value"]
            for node in tree["nodes"]
            if node.get("role", {}).get("value") in wanted - {"main"}
            and not node.get("ignored")
            and not node.get("name", {}).get("value")
        ]
        assert nameless == []

    assert on_page(act) == []
