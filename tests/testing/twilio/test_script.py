"""What a simulated caller is told to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from flowengine.runtime.wav import write_wav
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
    write_wav(tmp_path / "hello.wav", b"\x80" * 8000)
    (step,) = parse([f"(plays {tmp_path / 'hello.wav'})"])
    assert isinstance(step, PlayClip)
    assert described(step) == "[hello.wav]"
    assert len(step.mulaw) == 8000


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
