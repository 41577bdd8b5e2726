"""The caller who listens, on the page in a real browser, before a server that only knows a sound from quiet."""

from __future__ import annotations

import asyncio

import pytest

from flowengine.adapters.scripted.synthesiser import ScriptedSynthesiser
from tests.console import chromium
from tests.console.fake_server import Hear, Step, Tone
from tests.console.listening_caller import MOST, Answer, listening_caller
from tests.console.test_page import choose, served

pytestmark = pytest.mark.skipif(chromium.found() is None, reason="Chromium is not installed")

ANSWERS = (Answer(("shall i begin",), "yes"), Answer(("which day", "what day"), "today"))


def said(number: int, text: str) -> Step:
    return {"event": "agent", "speech_id": str(number), "text": text}


def heard(number: int, text: str) -> tuple[Step, ...]:
    """The page plays it, and it has been heard."""
    return Tone(0.1, f"m{number}"), {"event": "heard", "speech_id": str(number), "text": text, "complete": True}


def asked(number: int, text: str) -> tuple[Step, ...]:
    return said(number, text), *heard(number, text)


def understood(text: str) -> Step:
    return {"event": "caller", "text": text, "intent": None, "score": None, "tier": "slot"}


def test_an_answer_is_given_again_when_asked_again_but_not_for_ever() -> None:
    questions = ["Shall I begin?", "Sorry? Shall I begin?", "Which day?", *["What day was that?"] * MOST]
    script: list[Step] = []
    for number, question in enumerate(questions):
        if question == "Which day?":
            script.append(understood("yes"))
        script += [*asked(number, question), Hear()]

    async def run() -> dict[str, object]:
        before = await listening_caller(ANSWERS, ScriptedSynthesiser())
        async with served(script) as url, chromium.opened(url, before=before) as page:
            await page.until("document.querySelector('#call-start')?.disabled === false")
            await choose(page, "reception", "voice")
            await page.click("#call-start")
            await page.until("listeningCaller.problem")
            caller: dict[str, object] = await page.run("listeningCaller")
            assert page.complaints == []
            return caller

    caller = asyncio.run(run())
    assert caller["said"] == [0, 0, *[1] * MOST]
    assert caller["problem"] == f"asked more than {MOST} times: which day, what day"


def test_what_is_asked_is_the_last_that_was_said_since_the_caller_was_understood() -> None:
    script: list[Step] = [
        *asked(0, "Shall I begin?"),
        Hear(),
        understood("yes"),
        # Two sentences of one turn: the answer waits for the end of the second.
        said(1, "Fine."),
        said(2, "Which day?"),
        *heard(1, "Fine."),
        *heard(2, "Which day?"),
        Hear(),
        understood("today"),
        *asked(3, "I know nothing of that."),
        *asked(4, "Goodbye."),
        {"event": "note", "text": "All is said."},
    ]

    async def run() -> object:
        before = await listening_caller(ANSWERS, ScriptedSynthesiser())
        async with served(script) as url, chromium.opened(url, before=before) as page:
            await page.until("document.querySelector('#call-start')?.disabled === false")
            await choose(page, "reception", "voice")
            await page.click("#call-start")
            await page.until("document.querySelector('#transcript').innerText.includes('All is said.')")
            return await page.run("listeningCaller.said")

    assert asyncio.run(run()) == [0, 1]
