"""Clips of published flows: made at the start and after an edit, for the backup too, and counted by the doctor."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncGenerator, Callable
from datetime import UTC, datetime
from pathlib import Path

from flowengine.adapters.scripted.synthesiser import ScriptedSynthesiser
from flowengine.errors import SynthesiserError
from flowengine.runtime.last_words import LAST_WORDS, NO_VOICE
from flowengine.runtime.spare_voice import SpareVoice
from flowengine.runtime.speech_cache import CachedSynthesiser
from flowengine.runtime.ticker import Ticker
from flowengine.service.calls import Engines
from flowengine.service.clips import Rendering
from flowengine.service.doctor import clips
from flowengine.service.doctor.finding import Case
from flowengine.service.library import FlowLibrary
from flowengine.service.settings import Settings
from tests.virtual_time import run_virtually

FLOW = """\
flow small "Small" inbound
  agent "Amy" of "Us"

contact
  name: text = "Sam"

outcome done

state a
  say "{text}" "Goodbye, {{{{ contact.name }}}}."
  end done
"""


class Away(ScriptedSynthesiser):
    """A voice that fails until `back_at`, on the loop's clock counted from its first sentence."""

    def __init__(self, back_at: float) -> None:
        super().__init__()
        self._back_at = back_at
        self._began: float | None = None
        self.failed_at: list[float] = []

    async def speak(self, text: str, *, voice: str | None = None) -> AsyncGenerator[bytes, None]:
        now = asyncio.get_running_loop().time()
        self._began = now if self._began is None else self._began
        if now - self._began < self._back_at:
            self.failed_at.append(now - self._began)
            raise SynthesiserError("away")
        async for chunk in super().speak(text, voice=voice):
            yield chunk


def write(folder: Path, text: str) -> None:
    (folder / "small.flow").write_text(FLOW.format(text=text), "utf-8")


def engines() -> tuple[Engines, ScriptedSynthesiser, ScriptedSynthesiser]:
    first, second = ScriptedSynthesiser(), ScriptedSynthesiser()
    synthesiser = CachedSynthesiser(first)
    spare = SpareVoice(synthesiser, CachedSynthesiser(second))
    return Engines(None, first, synthesiser, Ticker(), spare), first, second


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(120):
        while not holds():  # noqa: ASYNC110 - it looks at what another task does
            await asyncio.sleep(0.01)


def test_lines_are_rendered_at_the_start_and_when_a_flow_is_edited(tmp_path: Path) -> None:
    async def main() -> tuple[list[str], list[str]]:
        write(tmp_path, "Hello.")
        library = FlowLibrary(tmp_path)
        library.refresh()
        made, first, _ = engines()
        rendering, ready, told = Rendering(library, made, is_busy=lambda: False), asyncio.Event(), list[str]()
        rendering.flows_changed()
        running = asyncio.create_task(rendering.run(ready, told.append))
        await asyncio.sleep(0.05)
        assert first.said == [], "the voice is not loaded yet"
        ready.set()
        await until(lambda: len(told) == 1)
        assert made.speaks.at_hand("Hello.") is not None
        write(tmp_path, "Good morning to you.")
        library.refresh()
        rendering.flows_changed()
        await until(lambda: len(told) == 2)
        assert made.speaks.at_hand("Good morning to you.") is not None
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        return first.said, told

    said, told = asyncio.run(main())
    assert set(said[: len(LAST_WORDS)]) == LAST_WORDS, "what is left to say when the voice has failed comes first"
    assert said[len(LAST_WORDS)] == "Hello.", "then a flow's own lines"
    assert said[-1] == "Good morning to you."
    assert len(said) == len(set(said)), "nothing is made twice"
    assert not any("Sam" in text for text in said)
    assert told[1].startswith("fixed lines ready: 1 made")


def test_the_backup_has_the_last_words_alone(tmp_path: Path) -> None:
    async def main() -> list[str]:
        write(tmp_path, "Hello.")
        library = FlowLibrary(tmp_path)
        library.refresh()
        made, _, second = engines()
        rendering, ready = Rendering(library, made, is_busy=lambda: False), asyncio.Event()
        ready.set()
        rendering.flows_changed()
        running = asyncio.create_task(rendering.run(ready, lambda text: None))
        spare = made.spare
        assert spare is not None
        await until(lambda: spare.second.at_hand(NO_VOICE) is not None and len(second.said) == len(LAST_WORDS))
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        return second.said

    assert set(asyncio.run(main())) == LAST_WORDS


def test_a_voice_that_is_away_is_said_and_rendering_goes_on_later(tmp_path: Path) -> None:
    async def main() -> list[str]:
        write(tmp_path, "Hello.")
        library = FlowLibrary(tmp_path)
        library.refresh()
        lines = {line.text for shelf in library.shelves() for line in shelf.lines}
        dead = ScriptedSynthesiser(fails=lines)
        made = Engines(None, dead, CachedSynthesiser(dead), Ticker())
        rendering, ready, told = Rendering(library, made, is_busy=lambda: False), asyncio.Event(), list[str]()
        ready.set()
        rendering.flows_changed()
        running = asyncio.create_task(rendering.run(ready, told.append))
        await until(lambda: len(told) == 1)
        assert len(dead.said) == 3
        rendering.flows_changed()
        await until(lambda: len(told) == 2)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        return told

    assert asyncio.run(main()) == ["the fixed lines could not be rendered: they are made when they are first said"] * 2


def test_a_voice_that_comes_back_is_asked_again_after_a_growing_pause(tmp_path: Path) -> None:
    async def main() -> tuple[list[float], list[str]]:
        write(tmp_path, "Hello.")
        library = FlowLibrary(tmp_path)
        library.refresh()
        voice = Away(back_at=100.0)
        made = Engines(None, voice, CachedSynthesiser(voice), Ticker())
        rendering, ready, told = Rendering(library, made, is_busy=lambda: False), asyncio.Event(), list[str]()
        ready.set()
        rendering.flows_changed()
        running = asyncio.create_task(rendering.run(ready, told.append))
        # On a clock that takes no time.
        async with asyncio.timeout(3600):
            while len(told) < 2:  # noqa: ASYNC110 - it looks at what another task does
                await asyncio.sleep(1)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert made.speaks.at_hand(NO_VOICE) is not None
        return voice.failed_at, told

    failed_at, told = run_virtually(main())
    # Three sentences each time: at the start, after 30 s, after 60 more; the next comes after 120.
    assert [round(at / 30) for at in failed_at] == [0, 0, 0, 1, 1, 1, 3, 3, 3]
    assert told[1].startswith("fixed lines ready: ")


def test_the_backup_gets_its_last_words_though_the_first_voice_is_away(tmp_path: Path) -> None:
    async def main() -> None:
        write(tmp_path, "Hello.")
        library = FlowLibrary(tmp_path)
        library.refresh()
        first, second = Away(back_at=math.inf), ScriptedSynthesiser()
        synthesiser = CachedSynthesiser(first)
        spare = SpareVoice(synthesiser, CachedSynthesiser(second))
        made = Engines(None, first, synthesiser, Ticker(), spare)
        rendering, ready, told = Rendering(library, made, is_busy=lambda: False), asyncio.Event(), list[str]()
        ready.set()
        rendering.flows_changed()
        running = asyncio.create_task(rendering.run(ready, told.append))
        await until(lambda: len(told) == 1)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert spare.at_hand(NO_VOICE) is not None

    asyncio.run(main())


def test_the_doctor_says_how_much_is_rendered(tmp_path: Path) -> None:
    (tmp_path / "flows").mkdir()
    write(tmp_path / "flows", "Hello.")
    env = {
        "FLOWENGINE_FLOWS": str(tmp_path / "flows"),
        "NOVA_TTS_WS_URL": "scripted:",
        "FLOWENGINE_CLIPS": str(tmp_path / "clips"),
    }
    settings = Settings.from_env(env, dotenv=Path("none"))
    case = Case(settings, env, datetime(2026, 11, 24, tzinfo=UTC), speaks=False, reaches=False)
    (before,) = clips.check(case)
    assert (before.subject, before.verdict) == ("clips", "note")
    assert before.says.startswith("0 of ")

    async def render_all() -> None:
        library = FlowLibrary(tmp_path / "flows")
        library.refresh()
        cache = CachedSynthesiser(ScriptedSynthesiser(), folder=settings.speech.folder())
        cache.remember(line for shelf in library.shelves() for line in shelf.lines)
        for line in cache.fixed:
            await cache.fetch(line)

    asyncio.run(render_all())
    (after,) = clips.check(case)
    assert after.verdict == "ok"
    count = after.says.split()[0]
    assert after.says.startswith(f"{count} of {count} fixed lines are rendered")
