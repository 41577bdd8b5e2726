"""Telephone keys as tones: measured as a receiver does, with Goertzel's algorithm; and sent in a call."""

from __future__ import annotations

import asyncio
import math

import pytest

from flowengine.conversation.commands import SendKeys
from flowengine.conversation.events import SpeechHeard
from flowengine.graph.compile import compile_text
from flowengine.runtime.audio import samples_of
from flowengine.runtime.dtmf import COLUMNS, ROWS, frequencies, tones
from flowengine.testing.player import Player
from flowengine.words.keys import KEYS, are_keys, keys_seconds
from tests.runtime.live_call import FLOW, Live, call

TONE, GAP = 800, 640
"""Samples: 100 ms and 80 ms."""


def level(samples: tuple[int, ...], hertz: float) -> float:
    """The level of one frequency in dBm0: 3.17 is the loudest sine of mu-law (ITU-T G.711)."""
    before = earlier = 0.0
    turn = 2 * math.cos(2 * math.pi * hertz / 8000)
    for sample in samples:
        before, earlier = sample + turn * before - earlier, before
    power = before * before + earlier * earlier - turn * before * earlier
    return 20 * math.log10(max(1e-9, 2 * math.sqrt(max(0.0, power)) / len(samples) / 32124)) + 3.17


@pytest.mark.parametrize("key", KEYS)
def test_each_key_is_its_two_tones_at_their_levels_and_no_other(key: str) -> None:
    samples = samples_of(tones(key))[:TONE]
    levels = {hertz: level(samples, hertz) for hertz in (*ROWS, *COLUMNS)}
    low, high = frequencies(key)
    assert (low in ROWS, high in COLUMNS) == (True, True)
    assert levels.pop(low) == pytest.approx(-10.0, abs=0.5)
    assert levels.pop(high) == pytest.approx(-8.0, abs=0.5)
    assert max(levels.values()) < -30.0
    # And no second harmonic that would be taken for speech.
    assert max(level(samples, 2 * low), level(samples, 2 * high)) < -30.0


def test_the_pad_is_that_of_a_telephone() -> None:
    assert [frequencies(key) for key in "159#*0"] == [
        (697, 1209),
        (770, 1336),
        (852, 1477),
        (941, 1477),
        (941, 1209),
        (941, 1336),
    ]


def test_a_tone_lasts_100_ms_and_quiet_of_80_ms_follows() -> None:
    samples = samples_of(tones("55"))
    assert len(samples) == 2 * (TONE + GAP)
    for start in (0, TONE + GAP):
        assert all(any(samples[start + at : start + at + 20]) for at in range(20, TONE - 20, 20))
        assert not any(samples[start + TONE : start + TONE + GAP])


def test_a_tone_begins_and_ends_without_a_click() -> None:
    samples = samples_of(tones("1"))
    assert max(map(abs, samples[:2])) < 300
    assert max(map(abs, samples[TONE - 2 : TONE])) < 300


def test_w_is_half_a_second_of_nothing() -> None:
    samples = samples_of(tones("1w2"))
    assert len(samples) == 2 * (TONE + GAP) + 4000
    assert not any(samples[TONE : TONE + GAP + 4000])
    assert len(samples) / 8000 == pytest.approx(keys_seconds("1w2"))


@pytest.mark.parametrize(("text", "are"), [("1ww23#", True), ("*", True), ("", False), ("AB12", False), ("1 2", False)])
def test_what_keys_are(text: str, are: bool) -> None:
    assert are_keys(text) == are
    assert are_keys("1" * 64)
    assert not are_keys("1" * 65)
    assert not are_keys("١")


MENU = FLOW.replace('say "Booked. Goodbye."', 'keys "1w2"\n  say "Booked. Goodbye."')


def test_keys_are_played_in_order_with_speech_and_proved_by_a_mark() -> None:
    async def act(live: Live) -> None:
        await asyncio.sleep(12)
        live.recogniser.stream.say("yes please")
        # Into the keys: nothing cuts them.
        await asyncio.sleep(0.4)
        live.recogniser.stream.say("yes yes yes")

    result, live = call(act, text=MENU)
    assert result.outcome == "booked"
    (sent,) = live.record.of(SendKeys)
    assert sent.keys == "1w2"
    assert sent.speech_id in [heard.speech_id for heard in live.record.of(SpeechHeard)]
    assert tones("1w2") in bytes(live.line.audio)


def test_a_played_call_shows_keys_among_what_is_said() -> None:
    compiled = compile_text(MENU)
    assert compiled.flow is not None
    player = Player(compiled.flow)
    player.say("yes please")
    assert player.listen().agent == "(keys 1w2) Booked. Goodbye."
