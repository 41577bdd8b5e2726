"""`flowengine call`: what it refuses before anything is started. Whole calls are in tests/end_to_end."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from flowengine.cli.main import main

FLOW = """
flow door "Door" inbound
  agent "Amy" of "Us"

contact
  name: text

outcome done

state hello
  say "Hello {{ contact.name }}."
  end done
"""


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Away from this checkout's flows and any `.env`."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def flow(tmp_path: Path) -> Path:
    path = tmp_path / "door.flow"
    path.write_text(FLOW, "utf-8")
    return path


def call(*arguments: str, env: dict[str, str] | None = None) -> Result:
    return CliRunner().invoke(main, ["call", *arguments], env=env)


def test_a_missing_input_names_the_option(flow: Path) -> None:
    result = call(str(flow), "--say", "yes")
    assert result.exit_code == 1
    assert "'name' is missing" in result.output
    assert "--contact NAME=VALUE" in result.output


def test_a_name_is_looked_for_in_the_folder(flow: Path) -> None:
    assert "'name' is missing" in call("door", "--flows", str(flow.parent)).output


def test_a_flow_that_is_not_there_is_named() -> None:
    result = call("nowhere")
    assert result.exit_code == 1
    assert "nowhere.flow" in result.output
    assert "--flows" in result.output


def test_a_flow_with_errors_shows_its_diagnostics(flow: Path) -> None:
    flow.write_text(FLOW.replace("say ", "say oops "), "utf-8")
    result = call(str(flow))
    assert result.exit_code == 1
    assert "error[" in result.output


def test_a_flow_whose_name_another_file_has_too_is_refused_with_both(flow: Path) -> None:
    (flow.parent / "old").mkdir()
    other = flow.parent / "old" / "door_2.flow"
    other.write_text(FLOW, "utf-8")
    result = call(str(flow), "--contact", "name=Sam")
    assert result.exit_code == 1
    assert f"{flow} and {other} both hold a flow 'door'" in result.output.replace("\n", " ")


def test_a_library_cannot_be_rung(tmp_path: Path) -> None:
    path = tmp_path / "callers.flow"
    path.write_text('intent agree "yes"\n  "yes"\n', "utf-8")
    result = call(str(path))
    assert result.exit_code == 1
    assert "library" in result.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--say", "(laughs)"], "(silence 6s)"),
        (["--say-wav", "nothing.wav"], "nothing.wav cannot be read"),
        (["--wav", "nowhere/call.wav"], "nowhere/call.wav cannot be written: No such file or directory"),
        (["--contact", "Sam"], "NAME=VALUE"),
        (["--speech", "mars"], "local, scripted"),
        (["--speech", "ws://a/stt"], "local, scripted"),
        (["--server", "http://127.0.0.1:9"], "--token"),
    ],
)
def test_what_cannot_be_used_is_explained(flow: Path, arguments: list[str], said: str) -> None:
    credentials = {"TWILIO_ACCOUNT_SID": "", "TWILIO_AUTH_TOKEN": "", "SERVER_BASE_URL": ""}
    result = call(str(flow), "--contact", "name=Sam", *arguments, env=credentials)
    assert result.exit_code != 0
    assert said in result.output
    assert "Traceback" not in result.output


def test_a_server_that_is_not_there_is_one_clear_error(flow: Path) -> None:
    account = ("--account", "AC1", "--token", "12345")
    result = call(
        str(flow), "--contact", "name=Sam", "--speech", "scripted", "--server", "http://127.0.0.1:9", *account
    )
    assert result.exit_code == 1
    assert "127.0.0.1:9 does not answer" in result.output


def test_a_colleague_who_is_not_known_is_refused_with_those_who_are(flow: Path) -> None:
    result = call(str(flow), "--contact", "name=Sam", "--colleague", "sleeps")
    assert result.exit_code == 1
    assert "'sleeps': a colleague is busy, no-answer" in result.output


@pytest.mark.parametrize(("by", "status"), [(asyncio.CancelledError, 143), (KeyboardInterrupt, 130)])
def test_a_call_that_is_stopped_says_how_to_go_on(
    flow: Path, monkeypatch: pytest.MonkeyPatch, by: type[BaseException], status: int
) -> None:
    async def stopped(*_: object) -> None:
        raise by

    monkeypatch.setattr("flowengine.cli.call._ring", stopped)
    result = call(str(flow), "--contact", "name=Sam")
    assert result.exit_code == status
    assert result.output.startswith("Error: stopped before the call was over")
    assert "(hangs up)" in result.output
