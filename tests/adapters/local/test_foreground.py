"""A caller stands out from the voices behind them; where there are none, nothing changes."""

from __future__ import annotations

import random

from flowengine.adapters.local.foreground import Foreground

SECOND = 31


def weighed(foreground: Foreground, probability: float, level: float, hops: int, spread: float = 2.0) -> list[float]:
    """So many hops near this level."""
    chance = random.Random(hops)
    return [foreground.weigh(probability, level + chance.uniform(-spread, spread)) for _ in range(hops)]


def test_on_a_quiet_line_every_voice_counts_however_soft() -> None:
    foreground = Foreground()
    weighed(foreground, 0.02, -62, 4 * SECOND)
    assert min(weighed(foreground, 0.9, -50, 2 * SECOND)) == 0.9


def test_noise_that_is_no_voice_takes_nothing_from_a_caller_in_it() -> None:
    foreground = Foreground()
    weighed(foreground, 0.05, -35, 4 * SECOND)
    assert min(weighed(foreground, 0.8, -23, SECOND)) == 0.8


def test_voices_behind_stop_counting_within_a_second_or_so() -> None:
    foreground = Foreground()
    first = weighed(foreground, 0.9, -40, SECOND)
    after = weighed(foreground, 0.9, -40, 3 * SECOND)
    assert first[0] == 0.9
    assert max(after) < 0.35


def test_who_stands_out_from_them_counts_at_once_and_ends_with_their_last_word() -> None:
    foreground = Foreground()
    weighed(foreground, 0.9, -40, 4 * SECOND)
    assert min(weighed(foreground, 0.95, -27, SECOND)) == 0.95
    assert max(weighed(foreground, 0.9, -40, SECOND)) < 0.35


def test_a_long_turn_does_not_become_the_background() -> None:
    foreground = Foreground()
    weighed(foreground, 0.02, -62, 2 * SECOND)
    words = [each for _ in range(20) for each in (*[(0.97, -22.0)] * 10, *[(0.6, -45.0)] * 3)]
    counted = [foreground.weigh(*hop) for hop in words]
    assert sum(each >= 0.35 for each in counted) > 0.95 * len(words)


def test_a_line_that_sends_nothing_between_words_has_a_quiet_background() -> None:
    foreground = Foreground()
    weighed(foreground, 0.0, -100, SECOND, spread=0)
    assert min(weighed(foreground, 0.9, -20, 2 * SECOND)) == 0.9


def test_a_voice_on_a_quiet_line_is_over_where_the_line_is_quiet_again() -> None:
    foreground = Foreground()
    weighed(foreground, 0.02, -62, 2 * SECOND)
    weighed(foreground, 0.95, -20, SECOND)
    assert foreground.weigh(0.8, -61.5) < 0.35
    assert foreground.weigh(0.8, -45) == 0.8
