"""`flowengine model simulate` as a process, and a typed call that asks what it says."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from flowengine.cli.main import main
from flowengine.testing.model.server import ModelServer
from flowengine.testing.model.turns import Turn
from tests.cli.test_chat_outside import FLOW


@contextlib.contextmanager
def simulating(*options: str) -> Iterator[str]:
    """Its address, as it prints it."""
    command = [sys.executable, "-m", "flowengine", "model", "simulate", "--port", "0", *options]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        try:
            yield next(line.partition("=")[2].strip() for line in process.stdout if "FLOWENGINE_MODEL_URL=" in line)
        finally:
            process.terminate()
            process.stdout.read()


@pytest.fixture
def flow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("FLOWENGINE_MODEL", "FLOWENGINE_MODEL_URL", "FLOWENGINE_MODEL_KEY"):
        monkeypatch.delenv(name, raising=False)
    path = tmp_path / "visit.flow"
    path.write_text(FLOW, "utf-8")
    return path


def chat(flow: Path, typed: str, url: str | None, *options: str) -> str:
    env = {"FLOWENGINE_MODEL_UNDERSTANDING": "off"}
    if url is not None:
        env |= {"FLOWENGINE_MODEL": "simulated", "FLOWENGINE_MODEL_URL": url}
    words = ["chat", str(flow), "--now", "2026-11-24T10:00", "--model", *options]
    return CliRunner().invoke(main, words, input=typed, env=env).output


def test_a_process_answers_as_scripted_and_then_from_the_facts(flow: Path, tmp_path: Path) -> None:
    script = tmp_path / "turns.json"
    script.write_text('[{"text": "It really is. Shall we?"}]', "utf-8")
    with simulating("--script", str(script)) as url:
        shown = chat(flow, "well\nis it hard\nyes\n", url)
    assert "Amy › It really is. Shall we?" in shown
    assert "It is easy. Would you like to go ahead?" in shown
    assert "→ ask\nAmy › Your PIN?" in shown
    assert "model simulated: " in shown


def test_a_script_and_a_port_that_cannot_be_used_are_explained(tmp_path: Path) -> None:
    script = tmp_path / "turns.json"
    script.write_text('[{"kind": "letter"}]', "utf-8")
    assert (
        "these turns cannot be read" in CliRunner().invoke(main, ["model", "simulate", "--script", str(script)]).output
    )
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        assert "take another --port" in CliRunner().invoke(main, ["model", "simulate", "--port", port]).output


def test_a_model_that_fails_takes_the_fallback(flow: Path) -> None:
    with ModelServer([Turn(status=400)]) as server:
        shown = chat(flow, "well\n", server.url)
    assert "Amy › I see." in shown
    assert "note: model: simulated: the service answered HTTP 400" in shown


def test_a_model_that_dies_has_said_what_was_whole(flow: Path) -> None:
    with ModelServer([Turn("It is easy. And it", ends="cut")]) as server:
        shown = chat(flow, "well\n", server.url)
    assert "Amy › It is easy. I see." in shown
    assert "model failed" not in shown


def test_a_model_is_told_what_the_caller_has_typed(flow: Path) -> None:
    with ModelServer([Turn("It is easy.")]) as server:
        chat(flow, "well now\n", server.url)
        (asked,) = server.asked
    assert asked.body["messages"][-1] == {"role": "user", "content": "well now"}
    assert asked.body["messages"][-2]["content"].endswith("Shall I?")


def test_lines_of_the_options_come_before_the_model(flow: Path) -> None:
    with ModelServer() as server:
        shown = chat(flow, "well\n", server.url, "--llm", 'says "As the option says."')
        assert not server.asked
    assert "As the option says." in shown


def test_without_a_model_in_the_settings_that_is_said(flow: Path) -> None:
    shown = chat(flow, "well\n", None)
    assert "--model needs FLOWENGINE_MODEL" in shown
