from __future__ import annotations

import io
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from flowengine.cli.main import main
from tests.testing.made_flows import BOOKING, GUARDED


@pytest.fixture
def booking(tmp_path: Path) -> Path:
    path = tmp_path / "booking.flow"
    path.write_text(BOOKING)
    return path


@pytest.fixture
def guarded(tmp_path: Path) -> Path:
    path = tmp_path / "guarded.flow"
    path.write_text(GUARDED)
    return path


def chat(flow: Path, typed: str, *options: str) -> Result:
    return CliRunner().invoke(main, ["chat", str(flow), "--now", "2026-11-24T10:00", *options], input=typed)


def test_a_call_is_typed_to_its_end(booking: Path) -> None:
    result = chat(booking, "yes\nnext tuesday\n", "--contact", "name=Sam")
    assert result.exit_code == 0
    shown = result.output
    parts = ["connected → greeting", "Amy › Hello, Sam", "you › yes", "agree 1.00 (phrase) → choose"]
    parts += ["day = 2026-12-01", "Amy › That's booked. Goodbye.", "The call ended: booked ("]
    places = [shown.find(part) for part in parts]
    assert -1 not in places, shown
    assert places == sorted(places)
    assert "\x1b" not in shown


def test_silence_keys_and_hanging_up_have_commands(booking: Path) -> None:
    shown = chat(booking, "/silence 6s\n/silence\n/press 1\n/hangup\n", "--contact", "name=Sam").output
    assert shown.count("Amy › Are you still there?") == 2
    assert "Amy › Which day would suit you?" in shown
    assert "The call ended: hung_up" in shown


def test_the_end_of_input_hangs_up(booking: Path) -> None:
    result = chat(booking, "", "--contact", "name=Sam")
    assert result.exit_code == 0
    assert "(hangs up)" in result.output
    assert "The call ended: hung_up" in result.output


def test_an_interrupt_from_the_keyboard_hangs_up(booking: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def pressed(self: object) -> str | None:
        raise KeyboardInterrupt

    monkeypatch.setattr("flowengine.cli.chat.Chat._read", pressed)
    result = chat(booking, "", "--contact", "name=Sam")
    assert result.exit_code == 0
    assert "The call ended: hung_up" in result.output


def test_the_state_of_the_call_can_be_seen(booking: Path) -> None:
    shown = chat(booking, "/state\n", "--contact", "name=Sam").output
    assert "state greeting, 10:00:" in shown
    assert "agree                yes" in shown


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("/silense", "there is no /silense; did you mean /silence?"),
        ("/zzz", "there is no /zzz; /help lists what there is"),
        ("/press", "write the keys to press, for example: /press 1"),
        ("/press one", "write the keys to press, for example: /press 1"),
        ("/silence long", "'long' is not a time; write, for example: /silence 6s"),
        ("/help", "/hangup        hang up (so does Ctrl-D)"),
    ],
)
def test_commands_explain_themselves(booking: Path, typed: str, answer: str) -> None:
    assert answer in chat(booking, f"{typed}\n", "--contact", "name=Sam").output


def test_a_missing_contact_field_is_named_with_the_option(booking: Path) -> None:
    result = chat(booking, "yes\n")
    assert result.exit_code == 1
    assert "'name' is missing" in result.output
    assert "--contact NAME=VALUE" in result.output


def test_a_contact_option_without_a_value_is_refused(booking: Path) -> None:
    result = chat(booking, "", "--contact", "name")
    assert result.exit_code == 2
    assert "'name' is not NAME=VALUE" in result.output


def test_on_a_terminal_missing_contact_fields_are_asked_for(booking: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flowengine.cli.chat._on_terminal", lambda stream: True)
    monkeypatch.setattr("builtins.input", lambda prompt: "no")
    result = CliRunner().invoke(main, ["chat", str(booking)], input="Sam\n", color=True)
    assert "contact name (a text): Sam" in result.output
    assert "Hello, Sam" in result.output
    assert "\x1b[2m" in result.stdout_bytes.decode()


def test_a_refusal_for_the_hour_says_why_and_what_to_do(guarded: Path) -> None:
    shown = CliRunner().invoke(main, ["chat", str(guarded), "--now", "2026-11-22T22:00"], input="").output
    assert "The call ended: not_permitted" in shown
    assert "OUTSIDE_HOURS (H2)" in shown
    assert "--now 2026-11-23T08:00" in shown


def test_a_flow_with_errors_is_explained(tmp_path: Path) -> None:
    path = tmp_path / "booking.flow"
    path.write_text(BOOKING.replace("agree -> choose", "agree -> chose"))
    result = chat(path, "")
    assert result.exit_code == 1
    assert "agree -> chose" in result.output
    assert "did you mean 'choose'" in result.output


def test_a_moment_that_is_none_is_refused(guarded: Path) -> None:
    result = chat(guarded, "", "--now", "soon")
    assert result.exit_code == 2
    assert "'soon' is not a date and time such as 2026-11-24T10:00" in result.output


def test_input_may_come_from_a_pipe_without_a_last_newline(guarded: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("yes"))
    assert "The call ended: done" in chat(guarded, "yes").output
