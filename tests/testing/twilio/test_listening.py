"""Sentences, pauses and clicks, found in what was heard."""

from __future__ import annotations

import pytest

from flowengine.adapters.scripted.code import encode
from flowengine.runtime.audio import SILENCE, pcm16_to_mulaw
from flowengine.runtime.levels import faded, with_gain
from flowengine.testing.twilio.listening import clicks, pauses, sentences_heard
from flowengine.testing.twilio.playout import Playout

SOUND = faded(encode("hello there, this is said aloud"))


def _loudest(mulaw: bytes) -> int:
    """Where a wave is at a peak: mu-law is loudest at 0x00 and 0x80."""
    return max(range(100, 400), key=lambda at: 0x7F - (mulaw[at] & 0x7F))


def test_sentences_are_told_apart_by_their_marks() -> None:
    playout, quiet = Playout(10.0), SILENCE * 800
    playout.media(quiet + SOUND + quiet, 11.0)
    playout.mark("a", 11.0)
    playout.media(with_gain(SOUND, -6) + quiet, 11.0)
    playout.mark("b", 11.0)
    first, second = sentences_heard(playout.audio, playout.sentences)
    assert (first.start, second.start) == pytest.approx((1.0, 1.2 + len(SOUND) / 8000))
    assert (first.quiet_before, second.quiet_before) == pytest.approx((0.1, 0.0), abs=0.011)
    assert first.level - second.level == pytest.approx(6.0, abs=0.3)
    assert pauses([first, second]) == [pytest.approx(0.1, abs=0.011)]


def test_a_sentence_of_the_next_turn_follows_no_pause() -> None:
    playout = Playout(10.0)
    for at in (10.0, 20.0):
        playout.media(SOUND, at)
        playout.mark(str(at), at)
    assert pauses(sentences_heard(playout.audio, playout.sentences)) == []


def test_what_was_cleared_was_not_heard() -> None:
    playout = Playout(10.0)
    for name in ("a", "b", "c"):
        playout.media(SOUND, 10.0)
        playout.mark(name, 10.0)
    length = len(SOUND) / 8000
    playout.clear(10.0 + 1.5 * length)
    spans = [moment for span in playout.sentences for moment in span]
    assert spans == pytest.approx([0.0, length, length, 1.5 * length])


def test_speech_that_begins_and_ends_softly_does_not_click() -> None:
    assert clicks(SILENCE * 400 + SOUND + SILENCE * 400) == []


def test_speech_that_begins_ends_or_goes_on_in_mid_wave_clicks() -> None:
    peak = _loudest(SOUND)
    begins = SILENCE * 800 + SOUND[peak:]
    assert clicks(begins) == [0.1]
    ends = SOUND[: peak + 1] + SILENCE * 800
    assert clicks(ends) == [pytest.approx((peak + 1) / 8000, abs=0.001)]
    hum = bytes(0x90 if at % 80 < 40 else 0x91 for at in range(1600))
    assert clicks(hum[:800] + b"\x01" + hum[800:]) == [0.1]


def test_a_plosive_that_rises_out_of_quiet_does_not_click() -> None:
    # A "t" of the embedded voice, sample by sample: its first step is over the limit, and so are those after it.
    rises = (-132, 80, 1692, -356, -924, 1244, -428, -748, -112, 396, -524, -812, 1244, -524, -684, 1372, -748)
    burst = (*rises, -780, 1244, -588, -684, 1116, -588, -812, 844, 428, -460, -292, 684, 1628, 1052, -396)
    pcm = b"".join(each.to_bytes(2, "little", signed=True) for each in burst)
    assert clicks(SILENCE * 400 + pcm16_to_mulaw(pcm) + faded(SOUND)[400:]) == []
    assert clicks(SILENCE * 400 + b"\x10" + SILENCE * 400) != []


def test_where_the_far_end_was_cleared_nothing_of_ours_clicks() -> None:
    peak = _loudest(SOUND)
    assert clicks(SILENCE * 800 + SOUND[peak:], cuts=[0.11]) == []
