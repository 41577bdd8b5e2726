"""The tutorials hold: commands print what the pages show, every step compiles, the last one is the flow that ships."""

from __future__ import annotations

from pathlib import Path

import pytest

from flowengine.graph.compile import compile_file
from tests import tutorial
from tests.tutorial import BLOCK, FLOW, PAGE, PAGES, ROOT, Desk, Draft, written

BROKEN_STEPS = 1
"""Steps that the page shows with errors on purpose: the broken policy."""


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_page_shows_what_its_commands_print(path: Path, tmp_path: Path) -> None:
    page = path.read_text("utf-8")
    assert written(page, Desk(tmp_path)) == page, "run: python -m tests.tutorial"


def test_every_step_compiles_but_the_one_that_is_broken_on_purpose(tmp_path: Path) -> None:
    desk, broken = Desk(tmp_path), []
    for match in BLOCK.finditer(PAGE.read_text("utf-8")):
        if match["mark"].startswith("flow step"):
            desk.take(match["mark"], match["text"])
            problems = compile_file(tmp_path / "cover" / FLOW).errors
            broken += [sorted({problem.code for problem in problems})] if problems else []
    assert broken == [["FL703"]] * BROKEN_STEPS


def test_the_last_step_is_the_shipped_flow() -> None:
    draft = Draft()
    for match in BLOCK.finditer(PAGE.read_text("utf-8")):
        if match["mark"].startswith("flow step"):
            draft.step(match["mark"], match["text"])
    assert draft.text() == (ROOT / "flows" / FLOW).read_text("utf-8")


def test_steps_replace_add_insert_and_take_out() -> None:
    draft = Draft()
    draft.step("flow step", "outcome good\noutcome bad\n\nstate b\n  end good\n\nline x: y\n")
    draft.step("flow step before=b", "# Why.\nstate a\n  -> b\n")
    draft.step("flow step without=outcome:bad", "state b\n  end failed\n")
    assert draft.text() == "outcome good\n\nline x: y\n\n# Why.\nstate a\n  -> b\n\nstate b\n  end failed\n"


@pytest.mark.parametrize(
    ("shown", "printed", "alike"),
    [
        ("a\nb\n", "a\nb\n", True),
        ("1 flow in 0.1 s\n", "1 flow in 12.7 s\n", True),
        ("a\n…\nd\n", "a\nb\nc\nd\n", True),
        ("a\n  …\nd\n", "a\nd\n", True),
        ("a\n…\nd\n", "a\nb\nc\n", False),
        ("a\n", "a\nb\n", False),
        ("line 3\n", "line 4\n", False),
    ],
)
def test_what_is_shown_is_held_against_what_is_printed(shown: str, printed: str, alike: bool) -> None:
    assert tutorial.same(shown, printed) is alike


def test_a_slip_lasts_as_long_as_its_commands(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.take("flow save=flows/a.flow", "right -> right\n")
    assert desk.take("text slip=right:wrong", "$ cat flows/a.flow\n") == "$ cat flows/a.flow\nwrong -> right\n"
    assert desk.take("text", "$ cat flows/a.flow\n") == "$ cat flows/a.flow\nright -> right\n"
