"""`flowengine new`: what it writes holds at once, and nothing is lost by it."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from flowengine.cli.main import main
from flowengine.graph.compile import compile_file

DIRECTIONS = ["--inbound", "--outbound"]


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_what_is_written_validates_without_a_word_and_is_in_its_layout(direction: str) -> None:
    assert run("new", "my_call", direction).exit_code == 0
    compiled = compile_file("my_call.flow")
    assert compiled.diagnostics == ()
    assert compiled.flow is not None
    assert (compiled.flow.name, compiled.flow.title) == ("my_call", "My call")
    assert f"--{compiled.flow.direction}" == direction
    assert run("fmt", "--check", "my_call.flow").exit_code == 0


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_its_tests_pass(direction: str) -> None:
    run("new", "my_call", direction)
    result = run("test", "my_call.flowtest")
    assert (result.exit_code, "4 passed, 0 failed" in result.output) == (0, True)


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_every_next_step_can_be_taken(direction: str) -> None:
    steps = re.findall(r"^  flowengine (.+)$", run("new", "my_call", direction).output, re.MULTILINE)
    assert [shlex.split(step)[0] for step in steps] == ["validate", "test", "chat", "graph"]
    for step in steps:
        result = CliRunner().invoke(main, shlex.split(step), input="/hangup\n")
        assert (step, result.exit_code) == (step, 0)


def test_inbound_is_the_default_and_folders_are_made() -> None:
    result = run("new", "first", "--path", "deep/er")
    assert "inbound" in Path("deep/er/first.flow").read_text("utf-8")
    assert result.output.startswith("wrote deep/er/first.flow and deep/er/first.flowtest\n")


@pytest.mark.parametrize("there", ["taken.flow", "taken.flowtest"])
def test_nothing_is_overwritten_and_nothing_is_left_half_written(there: str) -> None:
    Path(there).write_text("mine", "utf-8")
    result = run("new", "taken")
    assert (result.exit_code, f"{there} is there already" in result.output) == (1, True)
    assert {path.name: path.read_text("utf-8") for path in Path().iterdir()} == {there: "mine"}


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("boiler-cover", "boiler_cover"),
        ("flows/hello.flow", "hello; --path"),
        ("2nd", "flow_2nd"),
        ("", "flow"),
        ("../x", "x; --path"),
        ("a b", "a_b"),
    ],
)
def test_what_is_no_name_is_refused_with_one_that_is(name: str, near: str) -> None:
    result = run("new", name)
    assert (result.exit_code, f"such as {near}" in result.output) == (2, True)
    assert list(Path().iterdir()) == []


@pytest.mark.parametrize("name", ["end", "flow", "état", "x"])
def test_a_keyword_may_be_a_name_too(name: str) -> None:
    assert run("new", name).exit_code == 0
    assert run("test", f"{name}.flowtest").exit_code == 0


def test_a_folder_that_cannot_be_made_is_said_to_be_so() -> None:
    Path("file").write_text("", "utf-8")
    result = run("new", "x", "--path", "file/deeper")
    assert (result.exit_code, "cannot write file/deeper: Not a directory" in result.output) == (1, True)
