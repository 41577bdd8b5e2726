"""A voice that fails, or is silent: the second speaks, and a call does not hear much of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import pytest

from flowengine.adapters.scripted.code import decode
from flowengine.adapters.scripted.synthesiser import ScriptedSynthesiser
from flowengine.errors import SynthesiserError
from flowengine.runtime.breaker import FAILURES, REST_S
from flowengine.runtime.clips import Line
from flowengine.runtime.last_words import NO_VOICE
from flowengine.runtime.rendering import render
from flowengine.runtime.spare_voice import PATIENCE_S, SpareVoice
from flowengine.runtime.speech_cache import CachedSynthesiser
from tests.runtime.live_call import Live, call
from tests.virtual_time import run_virtually

SENTENCE = "Your cover ends on Friday."


class Broken(ScriptedSynthesiser):
    """Works until told otherwise. `how`: "raises", "hangs", "is busy", "is empty", "breaks off"."""

    def __init__(self, how: str = "", times: int = 10_000) -> None:
        super().__init__()
        self.how = how
        self.times = times
        self.asked = 0

    async def speak(self, text: str, *, voice: str | None = None) -> AsyncGenerator[bytes, None]:
        self.asked += 1
        ill = self.how if self.asked <= self.times else ""
        if ill == "raises":
            raise SynthesiserError("no voice")
        if ill == "is busy":
            while True:
                await asyncio.sleep(0.3)
                yield b""
        if ill == "hangs":
            await asyncio.sleep(3600)
        if ill == "is empty":
            return
        async for chunk in super().speak(text, voice=voice):
            yield chunk
            if ill == "breaks off":
                raise SynthesiserError("lost in the middle")


def spoken(first: Broken, second: ScriptedSynthesiser, times: int = 1, between_s: float = 0.0) -> tuple[str, float]:
    """What was heard of a sentence the last time it was asked for, and after how long."""

    async def main() -> tuple[str, float]:
        voice = SpareVoice(CachedSynthesiser(first), CachedSynthesiser(second))
        loop = asyncio.get_running_loop()
        for number in range(times):
            if number:
                await asyncio.sleep(between_s)
            began = loop.time()
            audio = b"".join([chunk async for chunk in voice.speak(SENTENCE)])
        return decode(audio), loop.time() - began

    return run_virtually(main())


@pytest.mark.parametrize("how", ["raises", "hangs", "is busy", "is empty"])
def test_the_first_is_asked_once_more_then_the_second_speaks(how: str) -> None:
    first, second = Broken(how), ScriptedSynthesiser()
    heard, took = spoken(first, second)
    assert heard == SENTENCE
    assert (first.asked, second.said) == (2, [SENTENCE])
    assert took <= 2 * PATIENCE_S + 0.01


def test_a_voice_that_fails_once_speaks_the_second_time() -> None:
    first, second = Broken("raises", times=1), ScriptedSynthesiser()
    assert spoken(first, second)[0] == SENTENCE
    assert (first.asked, second.said) == (2, [])


def test_a_voice_that_keeps_failing_is_left_alone_and_tried_again_later() -> None:
    first = Broken("hangs")
    _, took = spoken(first, ScriptedSynthesiser(), times=5)
    assert first.asked == FAILURES
    assert took == pytest.approx(0.0, abs=0.01), "nobody waits for it any more"
    first = Broken("raises", times=FAILURES)
    spoken(first, second := ScriptedSynthesiser(), times=3, between_s=REST_S + 1)
    assert second.said == [SENTENCE] * 2, "then the first is well again"


def test_a_clip_is_played_whatever_the_engine_does() -> None:
    first = Broken()

    async def main() -> str:
        cache = CachedSynthesiser(first)
        cache.remember([Line(SENTENCE)])
        await render(cache, cache.fixed)
        first.how = "raises"
        voice = SpareVoice(cache, CachedSynthesiser(Broken("raises")))
        return decode(b"".join([chunk async for chunk in voice.speak(SENTENCE)]))

    assert run_virtually(main()) == SENTENCE


def test_what_was_made_by_the_second_is_not_kept_as_the_firsts() -> None:
    async def main() -> bytes | None:
        cache = CachedSynthesiser(Broken("raises"))
        cache.remember([Line(SENTENCE)])
        voice = SpareVoice(cache, CachedSynthesiser(ScriptedSynthesiser()))
        assert [chunk async for chunk in voice.speak(SENTENCE)]
        return voice.at_hand(SENTENCE)

    assert run_virtually(main()) is None


# In a call.


async def goes_on(live: Live) -> None:
    await asyncio.sleep(15)
    live.recogniser.stream.say("yes")


@pytest.mark.parametrize("how", ["raises", "hangs", "is busy", "is empty"])
def test_a_call_goes_on_with_the_second_voice(how: str) -> None:
    second = ScriptedSynthesiser()
    voice = SpareVoice(CachedSynthesiser(Broken(how)), CachedSynthesiser(second))
    result, live = call(goes_on, synthesiser=voice, clips=voice)
    assert (result.outcome, result.abnormal) == ("booked", False)
    assert second.said[-1] == "Booked. Goodbye."
    assert decode(bytes(live.line.audio)).startswith("Hello, this is an automated assistant")


def test_a_sentence_that_breaks_off_is_said_again_from_its_beginning() -> None:
    result, live = call(goes_on, synthesiser=Broken("breaks off", times=1))
    assert result.outcome == "booked"
    greeting = "Hello, this is an automated assistant with a rather long greeting."
    heard = decode(bytes(live.line.audio))
    assert heard.startswith(f"He {greeting} Shall I book it?")


def test_where_nothing_speaks_the_last_words_come_from_their_clip() -> None:
    engine = Broken()

    class Rendered(CachedSynthesiser):
        """Was whole when the clips were made; not any more."""

        async def ready(self) -> None:
            self.remember([Line(NO_VOICE)])
            await render(self, self.fixed)
            engine.how = "raises"

    voice = Rendered(engine)
    run_virtually(voice.ready())
    result, live = call(goes_on, synthesiser=voice, clips=voice)
    assert (result.reason, result.abnormal) == ("speech synthesis failed", True)
    assert decode(bytes(live.line.audio)) == NO_VOICE
    assert live.line.hung_up == 1
