"""`flowengine graph` as an author runs it."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from flowengine.cli.graph import command

FLOW = """flow demo "Demo" inbound
  language en-GB
  agent "Amy" of "Hearth"

outcome finished success

intent agree "the caller agrees"
  "yes"

state start
  say "Shall we?"
  listen
    agree -> farewell
    silence or otherwise: again
    silence or otherwise 3 -> farewell

state farewell
  say "Goodbye."
  end finished

anywhere
  hangup: end hung_up
"""


@pytest.fixture
def demo(tmp_path: Path) -> Path:
    path = tmp_path / "demo.flow"
    path.write_text(FLOW)
    return path


def test_without_options_it_prints_mermaid(demo: Path) -> None:
    ran = CliRunner().invoke(command, [str(demo)])
    assert ran.exit_code == 0
    assert "flowchart TD" in ran.stdout


@pytest.mark.parametrize(("ending", "begins"), [(".svg", "<svg"), (".dot", "digraph"), (".gv", "digraph")])
def test_the_ending_of_the_file_says_the_format(demo: Path, ending: str, begins: str) -> None:
    out = demo.with_suffix(ending)
    ran = CliRunner().invoke(command, [str(demo), "-o", str(out)])
    assert ran.exit_code == 0
    assert out.read_text().startswith(begins)


def test_an_unknown_ending_is_a_plain_message(demo: Path) -> None:
    ran = CliRunner().invoke(command, [str(demo), "-o", "x.txt"])
    assert ran.exit_code == 2
    assert "say --format" in ran.stderr


def test_a_flow_with_errors_is_explained_and_not_drawn(demo: Path) -> None:
    demo.write_text(FLOW.replace("agree -> farewell", "agree -> farewel"))
    ran = CliRunner().invoke(command, [str(demo)])
    assert ran.exit_code == 1
    assert ran.stdout == ""
    assert "error[FL2" in ran.stderr


def test_a_file_that_cannot_be_written_is_a_plain_message(demo: Path) -> None:
    ran = CliRunner().invoke(command, [str(demo), "-o", str(demo.parent / "no" / "such" / "a.svg")])
    assert ran.exit_code == 1
    assert "cannot write" in ran.stderr
