"""`flowengine load`: what it refuses before anything is started, and one small load from the command to the page."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import ClassVar

import pytest
from click.testing import CliRunner, Result

from flowengine.cli import load as load_command_module
from flowengine.cli import load_run as load_run_module
from flowengine.cli.load import KNEE_CALLS, _ladder
from flowengine.cli.main import main
from flowengine.cli.writing import why_not_writable
from flowengine.testing.load.run import LoadRun, Stretch
from flowengine.testing.load.tally import Tally


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
        (["--html", "."], ". is a folder: give a file in it, like load.html"),
        (["--html", "load", "--json", "load"], "--json and --html both name load"),
        (["--minutes", "nan"], "'nan' is not a number"),
        (["--ramp", "nan"], "'nan' is not a number"),
        (["--minutes", "-1"], "not in the range"),
        (["--calls", "25,25"], "larger than the one before"),
        (["--calls", "0000100000"], "from 1 to 2000"),
        (["--contact", "name=Sam"], "name the FLOW"),
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
    assert all(level["frames"] > 0 and level["messages"] > 0 for level in found["levels"])
    assert found["flow"] == "load_talk"
    assert "<svg" in (tmp_path / "load.html").read_text("utf-8")
    assert result.exit_code == (0 if all(level["holds"] for level in found["levels"]) else 1)


def test_the_servers_account_may_stand_in_the_environment_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWILIO_ACCOUNT_SID", "AC" + "1" * 32)
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "2" * 32)
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        result = load("--server", f"http://127.0.0.1:{deaf.getsockname()[1]}")
    assert "nobody answers there (Connection refused)" in " ".join(result.output.split())


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


class _Rung(LoadRun):
    """A run that has measured 10 calls, and measures 25 until it is told to stop; `told` has a signal for each time."""

    told: ClassVar[list[signal.Signals]] = []

    def __init__(self) -> None:
        self.pid = None
        self._calls = 0

    async def raise_to(self, calls: int, *, a_second: float = 10.0, up_within_s: float = 30.0) -> None:
        self._calls = calls

    async def measure(
        self, seconds: float, *, settles_s: float = 3.0, cut: Callable[[Stretch], None] = lambda stretch: None
    ) -> Stretch:
        if self._calls == 25:
            os.kill(os.getpid(), self.told.pop(0))
            await asyncio.sleep(60)
        return Stretch(self._calls, seconds, Tally(messages=1), None, None, 0.0, [])

    async def end(self) -> Tally:
        """Hanging up takes a minute, unless there is a second signal."""
        if self.told:
            os.kill(os.getpid(), self.told.pop(0))
            await asyncio.sleep(60)
        return Tally()


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> None:
    @contextlib.asynccontextmanager
    async def server(work: load_run_module._Work, exchange: object) -> AsyncIterator[tuple[str, None]]:
        yield "http://127.0.0.1:9", None

    @contextlib.asynccontextmanager
    async def run(*_: object, **__: object) -> AsyncIterator[LoadRun]:
        made = _Rung()
        try:
            yield made
        finally:
            await made.end()

    monkeypatch.setattr(load_run_module._Work, "_server", server)
    monkeypatch.setattr(load_run_module, "load_run", run)
    monkeypatch.setattr(os, "_exit", sys.exit)


@pytest.mark.parametrize(
    ("signals", "status", "by"),
    [
        ([signal.SIGINT], 130, "Ctrl-C"),
        ([signal.SIGTERM], 143, "SIGTERM"),
        ([signal.SIGINT, signal.SIGINT], 130, "Ctrl-C"),
        ([signal.SIGTERM, signal.SIGINT], 143, "SIGTERM"),
    ],
)
@pytest.mark.usefixtures("rung")
def test_a_load_that_is_stopped_reports_what_is_finished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, signals: list[signal.Signals], status: int, by: str
) -> None:
    monkeypatch.setattr(_Rung, "told", signals)
    result = load("--calls", "10,25,50", "--json", "load.json", "--html", "load.html")
    assert result.exit_code == status
    assert f"25 and 50 calls not measured: stopped by {by}" in result.output
    found = json.loads((tmp_path / "load.json").read_text("utf-8"))
    assert [level["calls"] for level in found["levels"]] == [10]
    assert found["ended_early"]["not_measured"] == [25, 50]
    assert "before more were measured" in (tmp_path / "load.html").read_text("utf-8")


@pytest.mark.usefixtures("rung")
def test_a_load_that_is_stopped_before_all_has_nothing_to_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_Rung, "told", [signal.SIGINT])
    result = load("--calls", "25", "--json", "load.json")
    assert result.exit_code == 130
    assert "Stopped before anything was measured; load.json is not written." in result.output
    assert not (tmp_path / "load.json").exists()


@pytest.mark.parametrize(("protected", "said"), [("load.json", "it is protected"), (".", "its folder is protected")])
def test_a_file_that_cannot_be_written_is_said_before_anything_is_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, protected: str, said: str
) -> None:
    if protected == "load.json":
        (tmp_path / "load.json").touch()
    # Root may write anywhere.
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK or Path(path) != Path(protected))
    result = load("--json", "load.json")
    assert result.exit_code == 2
    assert f"load.json cannot be written: {said}" in result.output


@pytest.mark.skipif(sys.platform != "linux", reason="these places are Linux's")
@pytest.mark.parametrize(
    ("file", "why"), [("/proc/load.html", "No such file or directory"), ("/dev/full", "No space left on device")]
)
def test_a_place_that_takes_no_file_is_said_before_anything_is_started(file: str, why: str) -> None:
    result = load("--html", file)
    assert result.exit_code == 2
    assert f"{file} cannot be written: {why}; name another file" in " ".join(result.output.split())


def test_what_is_tried_before_a_load_leaves_no_trace(tmp_path: Path) -> None:
    kept, new, through = tmp_path / "kept", tmp_path / "new", tmp_path / "link"
    kept.write_text("as it was", "utf-8")
    through.symlink_to(new)
    assert [why_not_writable(file) for file in (kept, new, through)] == [None, None, None]
    assert kept.read_text("utf-8") == "as it was"
    assert (new.exists(), through.is_symlink()) == (False, True)


@pytest.mark.skipif(sys.platform != "linux", reason="this device is Linux's")
@pytest.mark.usefixtures("rung")
def test_a_file_that_fails_at_the_end_takes_nothing_from_the_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_Rung, "told", [signal.SIGINT])
    monkeypatch.setattr(load_command_module, "why_not_writable", lambda _: None)
    result = load("--calls", "10,25", "--json", "load.json", "--html", "/dev/full")
    assert result.exit_code == 130
    assert "calls at once" in result.output
    assert "/dev/full cannot be written: No space left on device" in result.output
    assert (tmp_path / "load.json").exists()
