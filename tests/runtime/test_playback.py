"""What leaves for the caller, and what counts as heard."""

from flowengine.runtime.playback import LEAD_S, Cut, Heard, Playback
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
    assert LEAD_S <= line.seconds <= LEAD_S + 0.1
    playback.pump(10.2)
    assert LEAD_S + 0.2 <= line.seconds <= LEAD_S + 0.3


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
