"""Clips of fixed lines, made before anybody calls."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from flowengine.adapters.scripted.synthesiser import ScriptedSynthesiser
from flowengine.errors import SynthesiserError
from flowengine.graph.compile import compile_file, compile_text
from flowengine.graph.model import Flow
from flowengine.runtime.clips import ClipFolder, Line
from flowengine.runtime.last_words import BAD_LINE
from flowengine.runtime.levels import speech_level, with_gain
from flowengine.runtime.rendering import Rendered, lines_of, render
from flowengine.runtime.speech_cache import CachedSynthesiser

LINES = tuple(Line(text) for text in ("Hello.", "Goodbye.", "One moment, please."))


class Uneven(ScriptedSynthesiser):
    """Each sentence at another level, as some services speak."""

    async def speak(self, text: str, *, voice: str | None = None) -> AsyncGenerator[bytes, None]:
        async for chunk in super().speak(text, voice=voice):
            yield with_gain(chunk, {"Hello.": -9.0, "Goodbye.": 5.0}.get(text, 0.0))


def rendered(engine: ScriptedSynthesiser, folder: Path, *, again: bool = False) -> tuple[Rendered, list[bytes | None]]:
    async def main() -> tuple[Rendered, list[bytes | None]]:
        cache = CachedSynthesiser(engine, folder=ClipFolder(folder))
        cache.remember(LINES)
        made = await render(cache, LINES, again=again)
        return made, [cache.at_hand(line.text) for line in LINES]

    return asyncio.run(main())


def test_the_next_start_finds_the_clips_and_asks_the_engine_for_nothing(tmp_path: Path) -> None:
    first, second = ScriptedSynthesiser(), ScriptedSynthesiser()
    made, clips = rendered(first, tmp_path)
    found, same = rendered(second, tmp_path)
    assert (made.made, made.kept, found.made, found.kept) == (3, 0, 0, 3)
    assert second.said == []
    assert clips == same
    assert made.audio_bytes == found.audio_bytes == sum(len(clip or b"") for clip in clips)


def test_again_makes_what_is_there_anew(tmp_path: Path) -> None:
    rendered(ScriptedSynthesiser(), tmp_path)
    engine = ScriptedSynthesiser()
    assert rendered(engine, tmp_path, again=True)[0].made == 3
    assert len(engine.said) == 3


def test_clips_are_within_two_decibels_of_each_other(tmp_path: Path) -> None:
    levels = [speech_level(clip or b"") for clip in rendered(Uneven(), tmp_path)[1]]
    assert max(levels) - min(levels) < 2


def test_a_damaged_clip_is_made_anew(tmp_path: Path) -> None:
    rendered(ScriptedSynthesiser(), tmp_path)
    min(tmp_path.iterdir()).write_bytes(b"nothing")
    again, clips = rendered(ScriptedSynthesiser(), tmp_path)
    assert (again.made, again.kept) == (1, 2)
    assert all(clips)


def test_a_line_that_cannot_be_spoken_is_counted_and_the_rest_is_made(tmp_path: Path) -> None:
    result, clips = rendered(ScriptedSynthesiser(fails={"Goodbye."}), tmp_path)
    assert (result.made, result.failed) == (2, 1)
    assert clips[1] is None


def test_an_engine_that_is_away_is_not_asked_for_every_line(tmp_path: Path) -> None:
    engine = ScriptedSynthesiser(fails={f"Line {number}." for number in range(20)})

    async def main() -> None:
        cache = CachedSynthesiser(engine, folder=ClipFolder(tmp_path))
        await render(cache, [Line(f"Line {number}.") for number in range(20)])

    with pytest.raises(SynthesiserError):
        asyncio.run(main())
    assert len(engine.said) == 3


def test_what_is_filled_in_never_reaches_the_folder(tmp_path: Path) -> None:
    async def main() -> None:
        cache = CachedSynthesiser(ScriptedSynthesiser(), folder=ClipFolder(tmp_path))
        cache.remember(LINES)
        for text in ("Hello Sam.", "Hello."):
            assert [chunk async for chunk in cache.speak(text)]
        await cache.prepare("Hello Kim.")

    asyncio.run(main())
    assert [path.name for path in tmp_path.iterdir()] == [ClipFolder.name(LINES[0], "scripted 1")]


def test_callers_go_before_what_is_only_made_ready() -> None:
    """While a caller's sentence is being spoken no clip is begun."""

    async def main() -> list[str]:
        engine = ScriptedSynthesiser(delay_s=0.001)
        cache = CachedSynthesiser(engine)
        cache.remember(LINES)
        live = cache.speak("Your cover ends on Friday.")
        await anext(live)
        rendering = asyncio.create_task(render(cache, LINES))
        await asyncio.sleep(0.02)
        during = list(engine.said)
        await live.aclose()
        await rendering
        assert len(engine.said) == 4
        return during

    assert asyncio.run(main()) == ["Your cover ends on Friday."]


def shipped(name: str) -> Flow:
    flow = compile_file(Path("flows") / f"{name}.flow").flow
    assert flow is not None
    return flow


def test_the_lines_of_a_flow_are_its_own_the_engines_and_the_last_words() -> None:
    lines = lines_of(shipped("reception"))
    texts = {line.text for line in lines}
    assert BAD_LINE in texts
    assert not any("{" in text for text in texts)
    assert len(texts) == len(lines)
    assert {line.language for line in lines} == {"en-GB"}


def test_another_voice_gives_other_lines() -> None:
    flow = compile_text('flow a "A" inbound\n  agent "Amy" of "Us"\n\noutcome done\n\nstate a\n  end done\n').flow
    assert flow is not None
    assert {line.voice for line in lines_of(flow, "bob")} == {"bob"}
