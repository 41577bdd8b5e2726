"""What a simulated caller is told to do."""

from __future__ import annotations

import pytest

from flowengine.testing.twilio.script import HangUp, PressKeys, SayLine, ScriptError, StaySilent, Step, parse


@pytest.mark.parametrize(
    ("line", "step"),
    [
        ("yes speaking", SayLine("yes speaking")),
        ("(silence 6s)", StaySilent(6)),
        ("(wait 1.5 s)", StaySilent(1.5)),
        ("(press 12#)", PressKeys("12#")),
        ("(hangs up)", HangUp()),
        ("(drops)", HangUp(abruptly=True)),
        ("(interrupts after 1.5s) no thanks", SayLine("no thanks", interrupts_after=1.5)),
    ],
)
def test_lines_and_cues(line: str, step: Step) -> None:
    assert parse([line]) == [step]


@pytest.mark.parametrize("line", ["", "(dances)", "(press A)", "(silence)", "(interrupts after 1s)", "(hangs up) now"])
def test_what_is_not_understood_shows_what_is(line: str) -> None:
    with pytest.raises(ScriptError, match="silence 6s"):
        parse([line])
