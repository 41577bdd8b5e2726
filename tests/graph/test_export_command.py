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


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--only", "start,farewel"], "no state is called 'farewel'; did you mean 'farewell'?"),
        (["--around", "nowhere"], "no state is called 'nowhere'; the flow has "),
        (["--policy", "careful"], "no policy is called 'careful'"),
        (["--only", "start", "--around", "start"], "--only and --around exclude each other"),
    ],
)
def test_what_the_flow_has_not_is_a_plain_message(demo: Path, options: list[str], message: str) -> None:
    ran = CliRunner().invoke(command, [str(demo), *options])
    assert ran.exit_code == 2
    assert message in ran.stderr


def test_a_part_of_a_flow_is_drawn(demo: Path) -> None:
    ran = CliRunner().invoke(command, [str(demo), "--around", "farewell", "--depth", "0", "--no-libraries"])
    assert ran.exit_code == 0
    assert "from start" in ran.stdout
    assert "Shall we?" not in ran.stdout


def test_a_flow_that_breaks_its_policy_is_drawn_and_fails(demo: Path) -> None:
    policy = (
        'line notice "This call is recorded."\n\npolicy careful\n  require heard(notice) before farewell\n\nstate start'
    )
    demo.write_text(FLOW.replace("state start", policy, 1))
    ran = CliRunner().invoke(command, [str(demo), "--policy", "careful"])
    assert ran.exit_code == 1
    assert "error[FL703]" in ran.stderr
    assert "✗ require heard(notice) before farewell" in ran.stdout


def test_a_library_is_a_plain_message(demo: Path) -> None:
    demo.write_text('intent agree "the caller agrees"\n  "yes"\n')
    ran = CliRunner().invoke(command, [str(demo)])
    assert ran.exit_code == 1
    assert "it is a library" in ran.stderr


def test_a_flow_with_errors_is_explained_and_not_drawn(demo: Path) -> None:
    demo.write_text(FLOW.replace("agree -> farewell", "agree -> farewel"))
    ran = CliRunner().invoke(command, [str(demo)])
    assert ran.exit_code == 1
    assert ran.stdout == ""
    assert "error[FL2" in ran.stderr
    assert "not drawn: " in ran.stderr


def test_a_file_that_cannot_be_written_is_a_plain_message(demo: Path) -> None:
    ran = CliRunner().invoke(command, [str(demo), "-o", str(demo.parent / "no" / "such" / "a.svg")])
    assert ran.exit_code == 1
    assert "cannot write" in ran.stderr


def test_the_file_that_was_written_says_how_many_states_are_drawn_in_it(demo: Path, tmp_path: Path) -> None:
    output = str(tmp_path / "demo.svg")
    whole = CliRunner().invoke(command, [str(demo), "-o", output])
    assert whole.stderr.splitlines()[-1] == f"{output}: svg, 2 states"
    part = CliRunner().invoke(command, [str(demo), "-o", output, "--only", "start"])
    assert part.stderr.splitlines()[-1] == f"{output}: svg, 1 of 2 states"
    assert "1 of 2 states" in Path(output).read_text("utf-8")
