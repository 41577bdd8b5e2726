"""`flowengine load`: what it refuses before anything is started, and one small load from the command to the page."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from flowengine.cli.load import KNEE_CALLS, _ladder
from flowengine.cli.main import main


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Away from this checkout's flows and any `.env`."""
    monkeypatch.chdir(tmp_path)


def load(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["load", *arguments])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--calls", "0"], "from 1 to 2000"),
        (["--calls", "many"], "several like 25,50,100"),
        (["--calls", "50,25"], "larger than the one before"),
        (["--calls", "25,50", "--knee"], "give --calls one number"),
        (["--persona", "angry"], "no persona is called 'angry'; there are agreeable"),
        (["--pid", "12"], "give its --server too"),
        (["--server", "http://127.0.0.1:9"], "--account and --token"),
        (["--server", "http://127.0.0.1:9", "--pid", "4194304"], "there is no such process on this machine"),
        (["--html", "nowhere/load.html"], "there is no folder 'nowhere'"),
        (["--speech", "loud"], "expected local, scripted, or two addresses"),
        (["nowhere.flow"], "there is no file 'nowhere.flow'"),
    ],
)
def test_what_cannot_be_run_is_said_at_once(arguments: list[str], said: str) -> None:
    result = load(*arguments)
    assert result.exit_code != 0
    assert said in " ".join(result.output.split())


def test_the_ladder_to_the_knee_ends_with_the_most_that_is_wanted() -> None:
    assert _ladder((60,)) == (10, 25, 50, 60)
    assert _ladder(None)[-1] == KNEE_CALLS


def test_a_load_from_the_command_to_the_page(tmp_path: Path) -> None:
    result = load("--calls", "2,3", "--minutes", "0.1", "--no-pin", "--json", "load.json", "--html", "load.html")
    assert "calls at once" in result.output, result.output
    found = json.loads((tmp_path / "load.json").read_text("utf-8"))
    assert [level["calls"] for level in found["levels"]] == [2, 3]
    assert all(level["frames"] > 250 for level in found["levels"])
    assert found["flow"] == "load_talk"
    assert "<svg" in (tmp_path / "load.html").read_text("utf-8")
    assert result.exit_code == (0 if all(level["holds"] for level in found["levels"]) else 1)


def test_a_port_that_is_taken_is_said_in_a_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        known = ("--server", "http://127.0.0.1:9", "--account", "AC" + "1" * 32, "--token", "2" * 32)
        result = load(*known, "--rest-port", str(port))
    assert isinstance(result.exception, SystemExit)
    assert f"cannot listen on port {port} of this machine" in " ".join(result.output.split())
    assert "--rest-port" in result.output
