"""The agent's voice coming back does not count as the caller's; a caller who is louder than it does."""

from __future__ import annotations

import asyncio
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowengine.adapters.scripted.recogniser import ScriptedStream
from flowengine.runtime.audio import BYTES_A_SECOND, FRAME_BYTES, SILENCE, pcm16_to_mulaw, rough_level
from flowengine.runtime.echo import EXPECTED_LOSS_DB, LATEST_S, MOST_LOSS_DB, PIECE_BYTES, Echo, EchoingLine
from tests.runtime.fake_line import FakeLine
from tests.runtime.live_call import Live, call

VOWELS_AND_PAUSES_DB = (0, 1, 8, 16)
QUIET = SILENCE * FRAME_BYTES


def tone(level_db: float, frames: int = 1) -> bytes:
    """A steady tone, so many dB below full scale."""
    size = 32000 * 10 ** (level_db / 20)
    samples = (round(size * math.sin(2 * math.pi * 440 * at / 8000)) for at in range(FRAME_BYTES * frames))
    return pcm16_to_mulaw(b"".join(each.to_bytes(2, "little", signed=True) for each in samples))


def heard(echo: Echo, level_db: float, now: float) -> bytes:
    """What a recogniser hears of a frame that comes in at this moment, if it can't tell an echo apart."""
    return QUIET if echo.may_be(tone(level_db), now) else tone(level_db)


class Call:
    """An agent who talks at -15 dB without a pause, and what comes in meanwhile, as loud as the test says."""

    def __init__(self) -> None:
        self.echo = Echo()
        self.now = 0.0

    def hears(self, level_db: float, frames: int, *, steady: bool = False) -> list[bytes]:
        """What the recogniser gets of so many frames, at most so loud, while the agent talks on."""
        got = []
        for number in range(frames):
            self.echo.played(tone(-15), self.now)
            self.now += 0.02
            level = level_db if steady else level_db - VOWELS_AND_PAUSES_DB[number % 4]
            got.append(heard(self.echo, level, self.now))
        return got


def test_what_comes_back_softer_than_it_was_played_is_quiet_to_the_recogniser() -> None:
    assert set(Call().hears(-15 - 25, 100)) == {QUIET}


def test_a_caller_over_the_agent_is_heard_from_their_first_loud_frame() -> None:
    call = Call()
    call.hears(-60, 20)
    assert QUIET not in call.hears(-20, 10)


def test_the_soft_frames_between_a_callers_loud_ones_are_theirs_too() -> None:
    call = Call()
    call.hears(-60, 20)
    call.hears(-20, 5)
    assert QUIET not in call.hears(-45, 10)
    assert QUIET in call.hears(-45, 20)


def test_the_noise_of_a_line_before_a_sentence_is_no_caller_whose_soft_frames_follow() -> None:
    echo, noise, now = Echo(), tone(-60), 0.0
    echo.played(tone(-80, frames=5) + tone(-15, frames=20), now)
    passed = []
    for number in range(20):
        now += 0.02
        passed.append(not echo.may_be(noise if number < 4 else tone(-15 - 35), now))
    assert passed == [True] * 4 + [False] * 16


def test_on_a_line_that_gives_nothing_back_a_soft_caller_is_heard_after_a_second() -> None:
    assert set(Call().hears(-45, 3)) == {QUIET}
    call = Call()
    call.hears(-65, 60)
    assert call.echo.loss_db > EXPECTED_LOSS_DB
    assert QUIET not in call.hears(-45, 5)


def test_an_echo_that_is_louder_than_expected_is_learnt() -> None:
    call = Call()
    call.hears(-15 - 18, 60)
    assert call.echo.loss_db < EXPECTED_LOSS_DB
    assert set(call.hears(-15 - 16, 20)) == {QUIET}


def test_the_noise_of_a_line_is_no_echo_and_raises_nothing() -> None:
    call = Call()
    call.hears(-15 - 20, 200, steady=True)
    assert QUIET not in call.hears(-15 - 20, 60, steady=True)
    assert call.echo.loss_db == MOST_LOSS_DB


def test_when_nothing_has_been_played_for_a_while_everything_is_the_callers() -> None:
    call = Call()
    call.hears(-40, 50)
    assert heard(call.echo, -40, call.now + 0.3) == QUIET
    assert heard(call.echo, -40, call.now + 0.7) == tone(-40)


def test_what_was_cleared_before_it_was_played_cannot_come_back() -> None:
    echo = Echo()
    echo.played(tone(-15, frames=100), 10.0)
    echo.cleared(10.1)
    assert heard(echo, -45, 10.2) == QUIET
    assert heard(echo, -45, 10.8) == tone(-45)


def test_a_line_tells_the_echo_what_is_played_and_cleared_and_passes_all_of_it_on() -> None:
    echo, line = Echo(), FakeLine()
    echoing = EchoingLine(line, echo, clock=lambda: 5.0)
    echoing.play(tone(-15))
    echoing.mark("m1")
    assert heard(echo, -45, 5.1) == QUIET
    echoing.clear()
    assert line.marks == ["m1"]
    assert (bytes(line.audio), line.cleared) == (tone(-15), 1)


def test_in_a_live_call_the_recogniser_does_not_hear_what_comes_back_of_the_agent() -> None:
    heard: dict[str, list[bytes]] = {"while it speaks": [], "after it has spoken": []}

    async def act(live: Live) -> None:
        await asyncio.sleep(0.3)
        for when, got in heard.items():
            live.recogniser.stream.push = got.append  # type: ignore[method-assign, assignment]
            for _ in range(3):
                live.session.on_audio(tone(-45))
                await asyncio.sleep(0.02)
            if when == "while it speaks":
                await asyncio.sleep(8)
        live.session.on_gone("hung up")

    call(act)
    assert tone(-45) not in heard["while it speaks"]
    assert heard["after it has spoken"].count(tone(-45)) == 3


def test_a_recogniser_that_tells_an_echo_apart_gets_it_as_that(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[bytes] = []
    monkeypatch.setattr(ScriptedStream, "push_echo", lambda stream, mulaw: told.append(mulaw), raising=False)

    async def act(live: Live) -> None:
        await asyncio.sleep(0.3)
        for level in (-45, -5):
            live.session.on_audio(tone(level))
        live.session.on_gone("hung up")

    call(act)
    assert tone(-45) in told
    assert tone(-5) not in told


@given(st.lists(st.tuples(st.sampled_from([0.0, 0.02, 0.1, 0.5, 0.9]), st.integers(0, 5), st.booleans()), max_size=40))
def test_the_loudest_that_may_be_echoing_is_found_without_looking_through_all_of_it(
    steps: list[tuple[float, int, bool]],
) -> None:
    echo, now, until, played = Echo(), 100.0, 0.0, list[tuple[float, float]]()
    for passed, loudness, clears in steps:
        now += passed
        mulaw = bytes([0xFF - 10 * loudness]) * PIECE_BYTES * 3
        if clears:
            echo.cleared(now)
            played, until = [each for each in played if each[0] < now], min(until, now)
        else:
            echo.played(mulaw, now)
            start = max(until, now)
            level = rough_level(mulaw[:PIECE_BYTES])
            played += [(start + index * PIECE_BYTES / BYTES_A_SECOND, level) for index in range(3)]
            until = start + 3 * PIECE_BYTES / BYTES_A_SECOND
        now += 0.01
        levels = [level for start, level in played if now <= start + LATEST_S and start < now]
        if now <= echo._changes_at:
            assert echo._loudest_now == max(levels, default=0.0)
        assert echo._loudest(now) == max(levels, default=0.0)
