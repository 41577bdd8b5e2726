"""What a call may expect of any synthesiser."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

from flowengine.runtime.audio import duration_ms, level_dbfs
from tests.contracts.conftest import Engines
from tests.contracts.listening import largest_step, longest_gap_ms, spoken

SENTENCE = "Good morning, this is Anna calling from Northgate Heating about your boiler."


def test_speech_is_as_long_as_people_take(engines: Engines) -> None:
    length = duration_ms(engines.run(spoken(engines.synthesiser, SENTENCE)))
    assert 35 <= length / len(SENTENCE) <= 110


def test_speech_has_a_telephones_level(engines: Engines) -> None:
    assert -26 <= level_dbfs(engines.run(spoken(engines.synthesiser, SENTENCE))) <= -14


def test_speech_is_not_clipped(engines: Engines) -> None:
    audio = engines.run(spoken(engines.synthesiser, SENTENCE))
    assert audio.count(0x00) + audio.count(0x80) == 0


def test_speech_begins_and_ends_without_a_click(engines: Engines) -> None:
    assert largest_step(engines.run(spoken(engines.synthesiser, SENTENCE))) < 1500


def test_there_is_no_hole_in_a_sentence(engines: Engines) -> None:
    assert longest_gap_ms(engines.run(spoken(engines.synthesiser, SENTENCE))) <= 500


def test_nothing_to_say_is_no_audio(engines: Engines) -> None:
    assert engines.run(spoken(engines.synthesiser, " ")) == b""


def test_the_same_words_are_as_long_each_time(engines: Engines) -> None:
    async def run() -> list[int]:
        return [len(await spoken(engines.synthesiser, "See you tomorrow.")) for _ in range(2)]

    first, second = engines.run(run())
    assert abs(first - second) <= 160


def test_a_cancelled_sentence_does_not_leak_into_the_next(engines: Engines) -> None:
    async def run() -> tuple[int, int]:
        whole = len(await spoken(engines.synthesiser, "See you tomorrow."))
        for _ in range(3):
            async with aclosing(engines.synthesiser.speak(SENTENCE)) as stream:
                await anext(stream)
        return whole, len(await spoken(engines.synthesiser, "See you tomorrow."))

    whole, after = engines.run(run())
    assert abs(whole - after) <= 160


def test_sentences_may_be_spoken_at_once(engines: Engines) -> None:
    async def run() -> list[bytes]:
        return await asyncio.gather(*(spoken(engines.synthesiser, text) for text in ("One.", SENTENCE, "Goodbye now.")))

    one, sentence, goodbye = map(duration_ms, engines.run(run()))
    assert one < goodbye < sentence
