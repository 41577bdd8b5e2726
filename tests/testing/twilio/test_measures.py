"""Listening by measuring."""

from __future__ import annotations

import pytest

from flowengine.adapters.scripted.code import encode
from flowengine.testing.twilio.measures import utterances, voice_after, voiced

QUIET = b"\xff" * 8000


def test_quiet_holds_no_utterance() -> None:
    assert utterances(QUIET) == []
    assert utterances(b"") == []
    assert voice_after(QUIET, 0.0) is None


def test_utterances_have_a_place_a_length_and_a_level() -> None:
    speech = encode("hello there")
    found = utterances(QUIET + speech + QUIET + speech)
    assert len(found) == 2
    assert found[0].start == 1.0
    assert abs(found[0].length - len(speech) / 8000) < 0.1
    assert -23 < found[0].level < -17


def test_a_short_pause_does_not_part_an_utterance() -> None:
    speech = encode("hello")
    assert len(utterances(speech + QUIET[:2400] + speech)) == 1


def test_the_longest_pause_inside_an_utterance_is_measured() -> None:
    speech = encode("hello")
    (found,) = utterances(speech + QUIET[:800] + speech + QUIET[:2400] + speech)
    assert found.longest_pause == pytest.approx(0.3, abs=0.02)


def test_the_first_sound_after_a_moment_is_found() -> None:
    sound = QUIET + encode("a") + QUIET + encode("b")
    assert voice_after(sound, 0.0) == 1.0
    assert voice_after(sound, 1.05) == 1.05
    assert voice_after(sound, 1.5) == pytest.approx(2.08, abs=0.03)
    assert voice_after(sound, 1.5, 2.0) is None


def test_a_clip_is_bounded_by_its_sounds() -> None:
    assert voiced(QUIET[:800] + encode("a") + QUIET) == pytest.approx((0.1, 0.18))
    assert voiced(QUIET[:800]) == (0.0, 0.1)
