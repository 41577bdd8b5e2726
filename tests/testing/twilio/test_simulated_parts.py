"""The simulator's parts that need no socket: script, playout, measures, recording."""

from __future__ import annotations

import wave
from pathlib import Path

import pytest

from flowengine.adapters.scripted.code import encode
from flowengine.runtime.audio import SILENCE
from flowengine.runtime.wav import write_wav
from flowengine.testing.twilio.measures import utterances, voice_after, voiced
from flowengine.testing.twilio.playout import Playout
from flowengine.testing.twilio.recording import write_stereo
from flowengine.testing.twilio.report import CallReport, Spoken
from flowengine.testing.twilio.script import (
    HangUp,
    PlayClip,
    PressKeys,
    SayLine,
    ScriptError,
    StaySilent,
    Step,
    described,
    parse,
)

SECOND = 8000


@pytest.mark.parametrize(
    ("line", "step"),
    [
        ("yes speaking", SayLine("yes speaking")),
        ("  (interrupts after 1.5s)  no thanks ", SayLine("no thanks", interrupts_after=1.5)),
        ("(silence 6s)", StaySilent(6.0)),
        ("(Wait 2 s)", StaySilent(2.0)),
        ("(press 1)", PressKeys("1")),
        ("(press 07*#)", PressKeys("07*#")),
        ("(hangs up)", HangUp()),
        ("(hang up)", HangUp()),
        ("(hangs up after 0.5s)", HangUp(after=0.5)),
        ("(drops)", HangUp(abruptly=True)),
        ("(drops after 2s)", HangUp(abruptly=True, after=2.0)),
    ],
)
def test_a_cue_is_read(line: str, step: Step) -> None:
    assert parse([line]) == [step]


@pytest.mark.parametrize(
    "line", ["", "  ", "(laughs)", "(press x)", "(silence)", "(interrupts after 1s)", "(drops) yes", "(hangs up after"]
)
def test_a_cue_that_cannot_be_read_is_shown_with_those_that_can(line: str) -> None:
    with pytest.raises(ScriptError, match=r"\(silence 6s\)"):
        parse([line])


def test_a_recording_is_a_line(tmp_path: Path) -> None:
    write_wav(tmp_path / "hello.wav", b"\x80" * SECOND)
    (step,) = parse([f"(plays {tmp_path / 'hello.wav'})"])
    assert isinstance(step, PlayClip)
    assert described(step) == "[hello.wav]"
    assert len(step.mulaw) == SECOND


@pytest.mark.parametrize("content", [None, b"no sound at all"])
def test_a_recording_that_cannot_be_played_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "hello.wav"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ScriptError, match=r"hello\.wav cannot be (read|played)"):
        parse([f"(plays {path})"])


@pytest.mark.parametrize("line", ["yes", "(silence 6s)", "(press 1)", "(hangs up)", "(drops)"])
def test_a_step_is_written_as_it_is_read(line: str) -> None:
    assert described(parse([line])[0]) == line


def test_the_buffer_drains_eight_thousand_bytes_a_second() -> None:
    playout = Playout(began=100.0)
    playout.media(b"\x80" * SECOND, now=101.0)
    playout.mark("end", now=101.0)
    assert playout.due(101.9) == []
    assert playout.due(102.0) == ["end"]
    assert playout.audio == SILENCE * SECOND + b"\x80" * SECOND


def test_media_of_any_size_plays_without_a_break() -> None:
    playout = Playout(began=0.0)
    for size in (1, 159, 8000, 40):
        playout.media(b"\x80" * size, now=0.0)
    assert playout.until == pytest.approx(8200 / SECOND)
    assert playout.gaps == []


def test_a_gap_is_counted_inside_a_sentence_only() -> None:
    playout = Playout(began=0.0)
    playout.media(b"\x80" * 800, now=0.0)
    playout.media(b"\x80" * 800, now=0.15)
    playout.mark("end", now=0.15)
    playout.media(b"\x80" * 800, now=2.0)
    assert [(gap.at, gap.seconds) for gap in playout.gaps] == [pytest.approx((0.1, 0.05))]


def test_what_a_clear_drops_was_never_heard() -> None:
    playout = Playout(began=0.0)
    playout.media(b"\x80" * SECOND, now=0.0)
    playout.mark("one", now=0.0)
    playout.media(b"\x70" * SECOND, now=0.0)
    playout.mark("two", now=0.0)
    assert playout.clear(now=0.5) == ["one", "two"]
    assert playout.due(9.0) == []
    assert playout.audio == b"\x80" * 4000
    assert playout.until == 0.5


def test_speech_is_found_with_its_pauses() -> None:
    sound = SILENCE * 4000 + encode("ab") + SILENCE * 1600 + encode("cd") + SILENCE * 16000 + encode("ef")
    first, second = utterances(sound)
    assert (first.start, first.longest_pause) == (0.5, 0.2)
    assert first.length == pytest.approx(0.12 * 2 + 0.2, abs=0.03)
    assert second.longest_pause == 0.0
    assert -25 < second.level < -15


def test_quiet_is_no_speech() -> None:
    assert utterances(SILENCE * SECOND) == []
    assert utterances(b"") == []
    assert voice_after(SILENCE * SECOND, 0.0) is None


def test_a_clip_is_bounded_by_its_sounds() -> None:
    assert voiced(SILENCE * 800 + encode("a") + SILENCE * 8000) == pytest.approx((0.1, 0.18))
    assert voiced(SILENCE * 800) == (0.0, 0.1)


def test_a_reply_is_the_first_sound_after_the_callers_last() -> None:
    report = CallReport(
        "CA1",
        caller=[Spoken("yes", 0.0, 0.5), Spoken("and", 2.0, 2.1), Spoken("hello?", 2.2, 2.5)],
        agent_audio=SILENCE * (SECOND + 800) + encode("a") + SILENCE * (2 * SECOND),
    )
    assert report.replies == [pytest.approx(0.6)]


def test_marks_that_share_a_name_are_not_in_order() -> None:
    assert CallReport("CA1", marks_asked=["a", "b", "c"], marks_echoed=["b", "c"]).marks_in_order
    assert not CallReport("CA1", marks_asked=["a", "b"], marks_echoed=["b", "a"]).marks_in_order
    assert not CallReport("CA1", marks_asked=["a", "a"], marks_echoed=["a", "a"]).marks_in_order


def test_a_recording_has_the_caller_on_the_left(tmp_path: Path) -> None:
    write_stereo(tmp_path / "call.wav", b"\x80" * 160, b"\xff" * 320)
    with wave.open(str(tmp_path / "call.wav"), "rb") as file:
        assert (file.getnchannels(), file.getframerate(), file.getnframes()) == (2, 8000, 320)
        frames = file.readframes(320)
    left, right = frames[0:2], frames[2:4]
    assert int.from_bytes(left, "little", signed=True) > 30000
    assert right == b"\x00\x00"
    assert frames[-4:] == b"\x00\x00\x00\x00"
