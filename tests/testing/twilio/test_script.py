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
        ("(interrupts after 3s) (press 0)", PressKeys("0", interrupts_after=3.0)),
        ("(interrupts after 9s) (hangs up)", HangUp(after=9.0)),
        ("(interrupts after 9 s)(drops)", HangUp(abruptly=True, after=9.0)),
        ("(drops)", HangUp(abruptly=True)),
        ("(drops after 2s)", HangUp(abruptly=True, after=2.0)),
    ],
)
def test_a_cue_is_read(line: str, step: Step) -> None:
    assert parse([line]) == [step]


@pytest.mark.parametrize(
    "line",
    [
        "",
        "  ",
        "(laughs)",
        "(press x)",
        "(silence)",
        "(interrupts after 1s)",
        "(drops) yes",
        "(hangs up after",
        "(interrupts after 1s) (laughs)",
    ],
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


def test_a_recording_is_played_over_the_agent(tmp_path: Path) -> None:
    write_wav(tmp_path / "cough.wav", b"\x80" * 8000)
    (step,) = parse([f"(interrupts after 9s) (plays {tmp_path / 'cough.wav'})"])
    assert isinstance(step, PlayClip)
    assert (step.text, step.interrupts_after) == ("[cough.wav]", 9.0)


@pytest.mark.parametrize(
    "cue", ["(silence 2s)", "(machine) leave a message", "(hangs up after 1s)", "(interrupts after 1s) no"]
)
def test_a_cue_that_cannot_interrupt_is_refused(cue: str) -> None:
    with pytest.raises(ScriptError, match=r"does not go with \(interrupts after 3s\); write words, \(press 1\)"):
        parse([f"(interrupts after 3s) {cue}"])


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
