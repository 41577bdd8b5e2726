"""What a synthesiser remembers, and what it must not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from flowengine.adapters.scripted.code import encode
from flowengine.adapters.scripted.synthesiser import ScriptedSynthesiser
from flowengine.errors import SynthesiserError
from flowengine.graph.compile import compile_text
from flowengine.graph.walk import fixed_lines
from flowengine.runtime.audio import SILENCE
from flowengine.runtime.clips import Line
from flowengine.runtime.edges import AFTER_BYTES, BEFORE_BYTES
from flowengine.runtime.speech_cache import CachedSynthesiser


def _said(*texts: str, fixed: tuple[str, ...], limit: int = 1_000_000) -> list[str]:
    """What the engine behind the cache had to say when these were asked for, one after the other."""

    async def main() -> list[str]:
        engine = ScriptedSynthesiser()
        cache = CachedSynthesiser(engine, limit)
        cache.remember(map(Line, fixed))
        clips = [b"".join([chunk async for chunk in cache.speak(text)]) for text in texts]
        assert len({(text, clip) for text, clip in zip(texts, clips, strict=True)}) == len(set(texts))
        return list(engine.said)

    return asyncio.run(main())


def test_a_fixed_line_is_synthesised_once() -> None:
    assert _said("Hello.", "Hello.", fixed=("Hello.",)) == ["Hello."]


def test_a_sentence_with_a_name_in_it_is_not_kept() -> None:
    assert _said("Hello Sam.", "Hello Sam.", fixed=("Hello.",)) == ["Hello Sam.", "Hello Sam."]


def test_the_least_used_clip_leaves_first() -> None:
    lines = ("Aa.", "Bb.", "Cc.")
    one = 50_000
    assert _said("Aa.", "Bb.", "Aa.", "Cc.", "Aa.", fixed=lines, limit=one) == ["Aa.", "Bb.", "Cc."]


def test_calls_that_begin_together_share_one_synthesis() -> None:
    async def main() -> tuple[list[str], set[bytes]]:
        engine = ScriptedSynthesiser()
        cache = CachedSynthesiser(engine)
        cache.remember([Line("Hello.")])

        async def clip() -> bytes:
            return b"".join([chunk async for chunk in cache.speak("Hello.")])

        clips = await asyncio.gather(*(clip() for _ in range(20)))
        return list(engine.said), set(clips)

    said, clips = asyncio.run(main())
    assert said == ["Hello."]
    assert len(clips) == 1


def test_one_who_leaves_in_the_middle_leaves_the_next_to_make_it() -> None:
    async def main() -> bytes:
        cache = CachedSynthesiser(ScriptedSynthesiser())
        cache.remember([Line("Hello there.")])
        first = cache.speak("Hello there.")
        await anext(first)
        second = asyncio.create_task(_whole(cache))
        await asyncio.sleep(0)
        await first.aclose()
        return await second

    assert len(asyncio.run(main())) > 1000


async def _whole(cache: CachedSynthesiser) -> bytes:
    return b"".join([chunk async for chunk in cache.speak("Hello there.")])


def test_fixed_lines_are_those_with_nothing_of_the_callers_in_them() -> None:
    flow = compile_text(
        'flow small "Small" inbound\n  agent "Amy" of "Us"\n\ncontact\n  name: text = "Sam"\n\noutcome done\n\n'
        'state a\n  say "This is {{ agent.name }} from {{agent.company}}." "Hello {{ contact.name }}." "Bye."\n'
        "  end done\n"
    ).flow
    assert flow is not None
    assert fixed_lines(flow) == {"This is Amy from Us.", "Bye."}


PERSONAL = "Hello Sam, your cover ends on Friday."


def test_the_same_words_at_the_same_moment_are_spoken_once_and_then_forgotten() -> None:
    async def main() -> tuple[list[str], set[bytes], list[str]]:
        engine = ScriptedSynthesiser(delay_s=0.001)
        cache = CachedSynthesiser(engine)
        clips = await asyncio.gather(*(_all_of(cache, PERSONAL) for _ in range(100)))
        together = list(engine.said)
        await _all_of(cache, PERSONAL)
        return together, set(clips), list(engine.said)

    together, clips, afterwards = asyncio.run(main())
    assert together == [PERSONAL]
    assert len(clips) == 1
    assert afterwards == [PERSONAL, PERSONAL]


def test_who_waits_for_anothers_sentence_makes_it_when_that_one_leaves() -> None:
    async def main() -> tuple[bytes, bytes]:
        cache = CachedSynthesiser(ScriptedSynthesiser(delay_s=0.001))
        first = cache.speak(PERSONAL)
        await anext(first)
        second = asyncio.create_task(_all_of(cache, PERSONAL))
        await asyncio.sleep(0.01)
        await first.aclose()
        return await second, await _all_of(cache, PERSONAL)

    second, whole = asyncio.run(main())
    assert second == whole


def test_a_sentence_that_cannot_be_spoken_fails_once_for_all_who_wait() -> None:
    async def main() -> tuple[list[str], list[object]]:
        engine = ScriptedSynthesiser(delay_s=0.001, fails=[PERSONAL])
        cache = CachedSynthesiser(engine)
        came = await asyncio.gather(*(_all_of(cache, PERSONAL) for _ in range(5)), return_exceptions=True)
        return list(engine.said), [type(each) for each in came]

    said, came = asyncio.run(main())
    assert said == [PERSONAL]
    assert came == [SynthesiserError] * 5


async def _all_of(cache: CachedSynthesiser, text: str) -> bytes:
    return b"".join([chunk async for chunk in cache.speak(text)])


def test_a_voice_is_given_figures_in_words_and_a_clip_is_found_by_what_was_written() -> None:
    assert _said("It is £5.", "At 5pm.", fixed=("It is £5.",)) == ["It is five pounds.", "At five pm."]


def test_a_voice_of_another_language_is_given_what_was_written() -> None:
    async def main() -> list[str]:
        engine = ScriptedSynthesiser()
        cache = CachedSynthesiser(engine)
        cache.remember([Line("Bis 17.30.", "hans", "de-DE")])
        for voice in ("hans", "amy"):
            async for _ in cache.speak("3. 5. um 10:30", voice=voice):
                pass
        return list(engine.said)

    assert asyncio.run(main()) == ["3. 5. um 10:30", "3. 5. um ten thirty"]


class PaddedSynthesiser(ScriptedSynthesiser):
    """A third of a second of quiet before every sentence, and half of one after it."""

    async def speak(self, text: str, *, voice: str | None = None) -> AsyncGenerator[bytes, None]:
        yield SILENCE * 2400
        async with aclosing(super().speak(text, voice=voice)) as chunks:
            async for chunk in chunks:
                yield chunk
        yield SILENCE * 3840


def test_the_quiet_around_a_sentence_is_taken_off_a_clip_and_what_is_said_live() -> None:
    async def main() -> list[bytes]:
        cache = CachedSynthesiser(PaddedSynthesiser())
        cache.remember([Line("Hello.")])
        made = await _all_of(cache, "Hello.")
        return [made, await _all_of(cache, "Hello."), await _all_of(cache, PERSONAL)]

    made, clip, live = asyncio.run(main())
    for audio, text in ((made, "Hello."), (clip, "Hello."), (live, PERSONAL)):
        assert audio.strip(SILENCE) in encode(text)
        assert len(audio) - len(encode(text)) == BEFORE_BYTES + AFTER_BYTES
