"""Twilio's playout, on a clock that the test holds."""

from __future__ import annotations

from flowengine.testing.twilio.playout import Gap, Playout

SECOND = b"\x10" * 8000


def test_audio_drains_8000_bytes_a_second() -> None:
    playout = Playout(100.0)
    playout.media(SECOND, 100.0)
    playout.media(SECOND, 100.1)
    assert playout.until == 102.0


def test_a_mark_comes_back_when_the_audio_before_it_has_played() -> None:
    playout = Playout(100.0)
    playout.media(SECOND, 100.0)
    playout.mark("a", 100.0)
    playout.media(SECOND, 100.5)
    playout.mark("b", 100.5)
    assert playout.due(100.99) == []
    assert playout.due(101.0) == ["a"]
    assert playout.due(102.0) == ["b"]


def test_a_mark_with_nothing_buffered_comes_back_at_once() -> None:
    playout = Playout(100.0)
    playout.mark("a", 105.0)
    assert playout.due(105.0) == ["a"]


def test_clear_flushes_marks_in_order_and_what_was_not_heard() -> None:
    playout = Playout(100.0)
    playout.media(SECOND, 100.0)
    playout.mark("a", 100.0)
    playout.media(SECOND, 100.0)
    playout.mark("b", 100.0)
    assert playout.clear(100.5) == ["a", "b"]
    assert playout.due(200.0) == []
    assert len(playout.audio) == 4000
    assert playout.until == 100.5


def test_a_gap_counts_only_inside_a_sentence() -> None:
    playout = Playout(100.0)
    playout.media(SECOND, 100.0)
    playout.media(SECOND, 101.25)
    playout.mark("end", 101.25)
    playout.media(SECOND, 110.0)
    assert playout.gaps == [Gap(1.0, 0.25)]


def test_what_was_heard_has_its_quiet_in_place() -> None:
    playout = Playout(100.0)
    playout.media(b"\x10" * 80, 101.0)
    assert playout.audio[:8000] == b"\xff" * 8000
    assert playout.audio[8000:] == b"\x10" * 80


def test_media_of_any_size_plays_without_a_break() -> None:
    playout = Playout(100.0)
    for size in (1, 159, 8000, 40):
        playout.media(SECOND[:size], 100.0)
    assert len(playout.audio) == 8200
    assert playout.gaps == []
