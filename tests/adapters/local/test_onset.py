"""What a look of the detector says for a caller who begins to speak: no model, no clock."""

from __future__ import annotations

import random

import pytest

from flowengine.adapters.local.foreground import Foreground
from flowengine.adapters.local.onset import ENOUGH_EVIDENCE, Onset, is_behind, is_louder

SECOND = 31


def behind(probability: float, level: float) -> Foreground:
    """What four seconds of this have taught."""
    chance = random.Random(4)
    foreground = Foreground()
    for _ in range(4 * SECOND):
        foreground.weigh(probability, level + chance.uniform(-4, 4))
    return foreground


QUIET, BABBLE = (0.0, -62.0), (0.9, -40.0)


def hops_until_certain(line: tuple[float, float], probability: float, level: float, hops: int = 60) -> int | None:
    """After how many hops of such a sound there is enough to be certain of a voice."""
    onset, foreground, evidence = Onset(), behind(*line), 0.0
    for count in range(1, hops + 1):
        evidence = max(0.0, evidence + onset.hop(probability, level, foreground))
        foreground.weigh(probability, level)
        if evidence >= ENOUGH_EVIDENCE:
            return count
    return None


def test_a_sure_voice_is_certain_after_two_hops() -> None:
    assert hops_until_certain(QUIET, 0.99, -20.0) == 2


def test_a_doubtful_sound_that_has_just_begun_on_a_calm_line_is_believed() -> None:
    assert hops_until_certain(QUIET, 0.4, -30.0) == 3
    assert hops_until_certain(QUIET, 0.25, -30.0) == 5


def test_a_sound_that_the_detector_does_not_take_for_a_voice_never_is_certain() -> None:
    assert hops_until_certain(QUIET, 0.1, -12.0) is None


def test_a_doubtful_sound_that_hardly_stands_out_is_not_believed() -> None:
    assert hops_until_certain(QUIET, 0.25, -55.0) is None


def test_what_is_left_of_an_echo_on_a_silenced_line_does_not_stand_out() -> None:
    assert not Onset().stands_out(-55.0, behind(0.0, -100.0))
    assert Onset().stands_out(-45.0, behind(0.0, -100.0))


def test_a_doubtful_sound_that_goes_on_is_not_believed_for_having_begun() -> None:
    onset, foreground = Onset(), behind(*QUIET)
    for _ in range(40):
        onset.hop(0.1, -30.0, foreground)
    assert onset.hop(0.25, -30.0, foreground) < 0
    for _ in range(4):
        onset.hop(0.0, -62.0, foreground)
    assert onset.hop(0.25, -30.0, foreground) > 0


def test_among_voices_a_sure_voice_as_loud_as_they_are_is_no_caller() -> None:
    assert hops_until_certain(BABBLE, 0.97, -39.0) is None


def test_among_voices_who_stands_out_is_certain_after_two_hops() -> None:
    assert hops_until_certain(BABBLE, 0.97, -25.0) == 2


def test_among_voices_a_loud_sound_that_is_hardly_a_voice_is_no_caller() -> None:
    assert hops_until_certain(BABBLE, 0.3, -25.0) is None


def test_voices_behind_are_suspected_before_a_second_has_passed() -> None:
    foreground = Foreground()
    for _ in range(SECOND // 2):
        foreground.weigh(0.8, -40.0)
    assert foreground.suspected == 1.0
    assert behind(*QUIET).suspected == 0.0


def test_a_look_between_two_hops_halves_what_it_and_the_next_say() -> None:
    foreground = behind(*QUIET)
    alone, twice = Onset(), Onset()
    whole = alone.hop(0.9, -20.0, foreground)
    assert twice.between(0.9, -20.0, foreground) == whole / 2
    assert twice.hop(0.9, -20.0, foreground) == whole / 2
    assert twice.hop(0.9, -20.0, foreground) == whole


def test_a_voice_no_louder_than_those_behind_is_one_of_them_and_a_louder_one_is_the_callers() -> None:
    assert is_behind([(0.9, -38.0)] * 20, behind(*BABBLE))
    assert not is_behind([(0.9, -27.0)] * 4, behind(*BABBLE))


def test_on_a_quiet_line_and_in_noise_nobody_is_behind_the_caller() -> None:
    assert not is_behind([(0.5, -55.0)] * 2, behind(*QUIET))
    assert not is_behind([(0.5, -38.0)] * 2, behind(0.05, -40.0))


def test_before_anything_is_known_of_a_line_only_a_sure_voice_is_the_callers() -> None:
    assert is_behind([(0.56, -45.0)] * 3, Foreground())
    assert not is_behind([(0.95, -45.0)] * 2, Foreground())


def test_who_speaks_as_a_quiet_line_opens_is_not_behind_themselves() -> None:
    foreground, hello = Foreground(), [(0.9, -20.0)] * 14
    for look in (*hello, *[(0.1, -62.0)] * 6):
        foreground.weigh(*look)
    assert foreground.suspected > 0.25
    assert not is_behind(hello, foreground)


@pytest.mark.parametrize(("periodic", "least", "most"), [(0.95, 2, 4), (0.3, 7, 60)])
def test_among_voices_what_repeats_itself_as_a_vowel_does_counts_for_more(
    periodic: float, least: int, most: int
) -> None:
    onset, foreground, evidence, hops = Onset(), behind(*BABBLE), 0.0, 0
    while evidence < ENOUGH_EVIDENCE and hops < most:
        evidence = max(0.0, evidence + onset.hop(0.7, -22.0, foreground, periodic))
        hops += 1
    assert least <= hops
    assert (evidence >= ENOUGH_EVIDENCE) == (periodic > 0.6)


def test_on_a_quiet_line_and_at_the_level_of_the_voices_behind_it_does_not_matter() -> None:
    assert not is_louder(-20.0, behind(*QUIET))
    assert not is_louder(-40.0, behind(*BABBLE))
    assert is_louder(-25.0, behind(*BABBLE))
