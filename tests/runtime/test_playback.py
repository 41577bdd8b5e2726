"""What leaves for the caller, and what counts as heard."""

from collections.abc import Iterable
from itertools import cycle, pairwise

import pytest

from flowengine.runtime.audio import mulaw_to_pcm16
from flowengine.runtime.levels import FADE_BYTES
from flowengine.runtime.playback import LEAD_S, Cut, Heard, Playback
from flowengine.testing.load.schedule import Run
from tests.runtime.fake_line import FakeLine

SECOND = b"\x55" * 8000


def _speaking(*texts: str) -> tuple[FakeLine, Playback]:
    line = FakeLine()
    playback = Playback(line)
    for number, text in enumerate(texts, 1):
        passage = playback.add("u1", text, last=number == len(texts))
        playback.feed(passage, SECOND)
        playback.finish(passage)
    return line, playback


def test_audio_leaves_only_a_little_ahead_of_the_caller() -> None:
    line, playback = _speaking("One second.")
    playback.pump(10.0)
    assert line.seconds == pytest.approx(LEAD_S)
    playback.pump(10.2)
    assert line.seconds == pytest.approx(LEAD_S + 0.2)
    playback.pump(10.3)
    assert line.seconds == pytest.approx(LEAD_S + 0.4)


def test_a_speech_is_heard_when_its_last_mark_comes_back() -> None:
    line, playback = _speaking("First.", "Second.")
    for step in range(130):
        playback.pump(10.0 + step * 0.02)
    first, second = line.marks
    assert playback.on_mark(first) == []
    assert playback.on_mark(second) == [Heard("u1")]
    assert playback.idle


def test_a_mark_that_got_lost_is_passed_by_the_next() -> None:
    line, playback = _speaking("First.", "Second.")
    for step in range(130):
        playback.pump(10.0 + step * 0.02)
    assert playback.on_mark(line.marks[-1]) == [Heard("u1")]


def test_an_unknown_mark_proves_nothing() -> None:
    _, playback = _speaking("First.")
    playback.pump(10.0)
    assert playback.on_mark("somebody else's") == []
    assert not playback.idle


def test_clear_tells_what_was_heard_to_the_word() -> None:
    line, playback = _speaking("one two three four five six seven eight nine ten")
    for step in range(26):
        playback.pump(10.0 + step * 0.02)
    assert playback.clear(10.5) == [Cut("u1", "one two three four five")]
    assert line.cleared == 1
    assert playback.idle


def test_marks_echoed_by_a_clear_prove_nothing() -> None:
    line, playback = _speaking("Short.")
    for step in range(40):
        playback.pump(10.0 + step * 0.02)
    (mark,) = line.marks
    playback.clear(10.8)
    assert playback.on_mark(mark) == []


def test_interrupted_before_the_first_frame_nothing_was_said() -> None:
    line = FakeLine()
    playback = Playback(line)
    playback.add("u1", "Hello there.", last=True)
    assert playback.clear(5.0) == [Cut("u1", "")]


def test_a_mark_two_seconds_late_ends_the_speech_by_the_clock() -> None:
    _, playback = _speaking("One second.")
    for step in range(60):
        playback.pump(10.0 + step * 0.02)
    assert playback.overdue(12.9) == []
    assert playback.overdue(13.01) == [Cut("u1", "One second.")]
    assert playback.idle


def test_a_gap_in_a_sentence_is_counted() -> None:
    line = FakeLine()
    playback = Playback(line)
    passage = playback.add("u1", "Slow engine.", last=True)
    playback.feed(passage, SECOND[:1600])
    playback.pump(10.0)
    playback.feed(passage, SECOND[:1600])
    playback.pump(11.0)
    assert playback.underruns == 1
    assert line.seconds == 0.4


def _sent_at(line: FakeLine, playback: Playback, ticks: Iterable[float]) -> list[float]:
    """The tick at which each message left."""
    moments: list[float] = []
    for now in ticks:
        before = line.seconds
        playback.pump(now)
        moments += [now] * round((line.seconds - before) * 5)
    return moments


def test_audio_leaves_as_steadily_as_it_is_played_however_the_clock_jitters() -> None:
    line, playback = _speaking("one", "two")
    # The lead is reached exactly at a tick, so that jitter decides on which side of it each tick lies.
    jitter = cycle((0.0, 0.0009, -0.0009, 0.0004))
    moments = _sent_at(line, playback, (10.0 + step * 0.02 + next(jitter) for step in range(100)))
    gaps = [later - earlier for earlier, later in pairwise(moments[-8:])]
    assert all(abs(gap - 0.2) < 0.002 for gap in gaps), gaps


def test_what_comes_between_two_ticks_leaves_at_once_only_if_nothing_is_left_to_play() -> None:
    line, playback = _speaking("one", "two")
    playback.hasten(10.007)
    assert LEAD_S - 0.1 <= line.seconds <= LEAD_S
    playback.pump(10.02)
    sent = line.seconds
    # By now the next piece is due, but the far end has enough until the next tick.
    playback.hasten(10.13)
    assert line.seconds == sent
    playback.pump(10.14)
    assert line.seconds > sent


def test_a_tick_that_was_late_is_made_up_for() -> None:
    line, playback = _speaking("one", "two")
    _sent_at(line, playback, (10.0 + step * 0.02 for step in range(10)))
    playback.pump(10.6)
    assert line.seconds >= 0.6 + LEAD_S - 0.02


# Held.


def _varied(seconds: int) -> bytes:
    """Audio of which each byte tells where it stands: a hundredth of a second is one value."""
    return bytes(place // 80 % 251 for place in range(8000 * seconds))


def _played(playback: Playback, began: float, ended: float) -> float:
    """Tick from one moment to another; when that was."""
    now = began
    while now < ended:
        playback.pump(now)
        now = round(now + 0.02, 2)
    return now


@pytest.mark.parametrize("held_at", [10.72, 10.78, 10.8, 10.86])
def test_what_is_held_goes_on_from_where_it_was_heard(held_at: float) -> None:
    line = FakeLine()
    playback = Playback(line)
    passage = playback.add("u1", "one two three four", last=True)
    playback.feed(passage, _varied(2))
    playback.finish(passage)
    now = _played(playback, 10.0, held_at)
    playback.hold(now)
    assert line.cleared == 1
    assert playback.is_held
    sent = len(line.audio)
    _played(playback, now, now + 3)
    assert len(line.audio) == sent
    heard = int((now - 10.0) * 8000)
    line.audio.clear()
    playback.go_on(15.0)
    _played(playback, 15.0, 18.0)
    again = bytes(line.audio)
    # Whole steps are taken back: what is said twice is a tenth of a second at most.
    # Where it begins again it is faded in.
    assert _varied(2).endswith(again[FADE_BYTES:])
    assert 0 <= len(again) - (16000 - heard) <= 800
    assert playback.on_mark(line.marks[-1]) == [Heard("u1")]
    assert playback.underruns == 0


def test_a_sentence_that_had_left_and_was_not_heard_is_said_after_all() -> None:
    line = FakeLine()
    playback = Playback(line)
    for text, last in (("First.", False), ("Second.", True)):
        passage = playback.add("u1", text, last=last)
        playback.feed(passage, SECOND[:1600])
        playback.finish(passage)
    _played(playback, 10.0, 10.04)
    first, second = line.marks
    playback.hold(10.1)
    assert playback.on_mark(first) == []
    assert playback.on_mark(second) == []
    assert not playback.idle
    playback.go_on(12.0)
    _played(playback, 12.0, 13.0)
    assert line.marks[2:] != []
    assert playback.on_mark(line.marks[-1]) == [Heard("u1")]


def test_what_is_given_up_while_held_counts_as_heard_up_to_the_hold() -> None:
    _line, playback = _speaking("one two three four five six seven eight nine ten")
    for step in range(26):
        playback.pump(10.0 + step * 0.02)
    playback.hold(10.5)
    assert playback.clear(14.0) == [Cut("u1", "one two three four five")]
    assert not playback.is_held


def test_what_was_heard_to_its_end_is_not_held() -> None:
    line, playback = _speaking("First.")
    _played(playback, 10.0, 10.6)
    playback.hold(11.2)
    assert not playback.is_held
    assert line.cleared == 0


def test_held_again_loses_and_repeats_no_more() -> None:
    line = FakeLine()
    playback = Playback(line)
    passage = playback.add("u1", "one two three four", last=True)
    playback.feed(passage, _varied(2))
    playback.finish(passage)
    now = _played(playback, 10.0, 10.6)
    playback.hold(now)
    playback.hold(now + 0.1)
    playback.go_on(now + 1)
    playback.hold(now + 1.02)
    line.audio.clear()
    playback.go_on(now + 2)
    _played(playback, now + 2, now + 5)
    assert _varied(2).endswith(bytes(line.audio)[FADE_BYTES:])
    assert len(line.audio) >= 16000 - int(0.6 * 8000)


def test_what_goes_on_in_the_middle_of_a_word_begins_without_a_click() -> None:
    line = FakeLine()
    playback = Playback(line)
    loud = bytes([0x90, 0x10] * 8000)
    passage = playback.add("s1", "Hello there.", last=True)
    playback.feed(passage, loud)
    playback.finish(passage)
    now = _played(playback, 10.0, 11.0)
    playback.hold(now)
    before = len(line.audio)
    playback.go_on(12.0)
    resumed = bytes(line.audio[before:])
    assert resumed[:FADE_BYTES] != loud[:FADE_BYTES]
    assert abs(int.from_bytes(mulaw_to_pcm16(resumed[:1]), "little", signed=True)) < 330
    assert resumed[FADE_BYTES:] == loud[: len(resumed) - FADE_BYTES]


def test_a_gap_in_a_sentence_is_not_counted_as_heard() -> None:
    line = FakeLine()
    playback = Playback(line)
    passage = playback.add("u1", "one two three four five six seven eight nine ten", last=True)
    playback.feed(passage, SECOND[:1600])
    _played(playback, 10.0, 10.6)
    # For 400 ms there was nothing to play.
    playback.feed(passage, SECOND[:6400])
    playback.finish(passage)
    _played(playback, 10.6, 10.9)
    assert playback.clear(10.9) == [Cut("u1", "one two three four five")]


def test_a_sentence_that_broke_off_counts_from_its_new_beginning() -> None:
    line = FakeLine()
    playback = Playback(line)
    text = "one two three four five six seven eight nine ten"
    passage = playback.add("u1", text, last=True)
    playback.feed(passage, SECOND)
    now = _played(playback, 10.0, 11.4)
    playback.begin_again(passage)
    playback.feed(passage, SECOND + SECOND)
    playback.finish(passage)
    # A second of it was heard, then a short quiet, then three fifths of the sentence.
    _played(playback, now, now + 1.4)
    assert playback.clear(now + 1.4) == [Cut("u1", "one two three four five six")]


def test_the_last_tenth_before_a_hold_counts_though_it_is_said_again() -> None:
    _line, playback = _speaking("one two three four five six seven eight nine ten")
    for step in range(26):
        playback.pump(10.0 + step * 0.02)
    # The far end is in the middle of a piece: the whole piece will leave again.
    playback.hold(10.55)
    playback.go_on(12.0)
    assert playback.clear(12.0) == [Cut("u1", "one two three four five")]


def test_audio_never_leaves_more_than_600_ms_ahead() -> None:
    line = FakeLine()
    playback = Playback(line)
    passage = playback.add("u1", "in small pieces", last=True)
    for _ in range(200):
        playback.feed(passage, SECOND[:200])
    ahead = 0.0
    for step in range(200):
        playback.pump(10.0 + step * 0.02)
        ahead = max(ahead, line.seconds - step * 0.02)
    assert ahead <= 0.6 + 1e-6


class TimedLine(FakeLine):
    """Measures how steadily audio comes."""

    def __init__(self) -> None:
        super().__init__()
        self.now, self.run = 0.0, Run()

    def play(self, mulaw: bytes) -> None:
        self.run.add(self.now, len(mulaw) / 8000)


@pytest.mark.parametrize("begins_ms", range(0, 20, 2))
@pytest.mark.parametrize("length", [8000, 8011, 8080, 8150])
def test_audio_leaves_as_steadily_as_it_is_played_wherever_in_a_tick_it_began(begins_ms: int, length: int) -> None:
    line, jitter = TimedLine(), cycle([0.0, 0.0011, 0.0004, 0.0019, 0.0002])
    playback = Playback(line)
    for _ in range(5):
        passage = playback.add("u1", "One of five.", last=False)
        playback.feed(passage, (SECOND * 2)[:length])
        playback.finish(passage)
    line.now = 10.0 + begins_ms / 1000
    playback.hasten(line.now)
    for step in range(1, 300):
        line.now = 10.0 + step * 0.02 + next(jitter)
        playback.pump(line.now)
    assert playback.has_passages is False
    assert max(line.run.lateness()) < 0.01
