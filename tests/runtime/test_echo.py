"""The agent's voice coming back does not count as the caller's; a caller who is louder than it does."""

from __future__ import annotations

import math

from flowengine.runtime.audio import FRAME_BYTES, SILENCE, pcm16_to_mulaw
from flowengine.runtime.echo import EXPECTED_LOSS_DB, Echo, EchoingLine
from tests.runtime.fake_line import FakeLine

QUIET = SILENCE * FRAME_BYTES


def tone(level_db: float, frames: int = 1) -> bytes:
    """A steady tone, so many dB below full scale."""
    size = 32000 * 10 ** (level_db / 20)
    samples = (round(size * math.sin(2 * math.pi * 440 * at / 8000)) for at in range(FRAME_BYTES * frames))
    return pcm16_to_mulaw(b"".join(each.to_bytes(2, "little", signed=True) for each in samples))


class Call:
    """An agent who talks at -15 dB without a pause; what comes in a fifth of a second later is given by the test."""

    def __init__(self) -> None:
        self.echo = Echo()
        self.now = 0.0

    def hears(self, level_db: float, frames: int) -> list[bytes]:
        """What the recogniser gets of so many frames at this level, while the agent talks on."""
        got = []
        for _ in range(frames):
            self.echo.played(tone(-15), self.now)
            self.now += 0.02
            got.append(self.echo.without(tone(level_db), self.now))
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


def test_when_nothing_has_been_played_for_a_while_everything_is_the_callers() -> None:
    call = Call()
    call.hears(-40, 50)
    assert call.echo.without(tone(-40), call.now + 0.3) == QUIET
    assert call.echo.without(tone(-40), call.now + 0.7) == tone(-40)


def test_what_was_cleared_before_it_was_played_cannot_come_back() -> None:
    echo = Echo()
    echo.played(tone(-15, frames=100), 10.0)
    echo.cleared(10.1)
    assert echo.without(tone(-45), 10.2) == QUIET
    assert echo.without(tone(-45), 10.8) == tone(-45)


def test_a_line_tells_the_echo_what_is_played_and_cleared_and_passes_all_of_it_on() -> None:
    echo, line = Echo(), FakeLine()
    echoing = EchoingLine(line, echo, clock=lambda: 5.0)
    echoing.play(tone(-15))
    echoing.mark("m1")
    assert echo.without(tone(-45), 5.1) == QUIET
    echoing.clear()
    assert line.marks == ["m1"]
    assert (bytes(line.audio), line.cleared) == (tone(-15), 1)
