"""The formatter, three ways: the text that is expected, the same text twice, the same tree.

A case is `tests/cases/format/NAME.flow` with `NAME.formatted` beside it; run with FLOWENGINE_WRITE_CASES=1 to write
the latter, and read what it wrote.
"""

from __future__ import annotations

import os
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from flowengine.graph.compile import compile_text
from flowengine.language import ast
from flowengine.language.formatter import format_text
from flowengine.language.grammar import raw_tokens
from flowengine.language.layout import lay_out
from flowengine.language.parser import parse
from flowengine.language.reading import text_source
from flowengine.language.same_tree import same_tree
from flowengine.language.tokens import lex
from tests.examples import examples

ROOT = Path(__file__).parent.parent.parent
CASES = sorted((ROOT / "tests" / "cases" / "format").glob("*.flow"))
FLOWS = sorted([*(ROOT / "flows").rglob("*.flow"), *(ROOT / "tests" / "cases").rglob("*.flow")])
SHIPPED = [path.read_text("utf-8") for path in (ROOT / "flows").rglob("*.flow") if path.name != "uk_callers.flow"]
WHOLE = [*SHIPPED, *(path.read_text("utf-8") for path in CASES)]
PATIENT = settings(max_examples=examples(25), deadline=None, suppress_health_check=[HealthCheck.too_slow])


def tree(text: str) -> ast.File:
    file, problems = parse(text_source(text, "x.flow"))
    assert problems == ()
    return file


def comments(text: str) -> list[str]:
    return [comment.text.rstrip() for comment in tree(text).comments]


def formatted(text: str) -> str:
    """The text in its layout, once it is known to be stable, to mean the same and to keep every comment."""
    once = format_text(text)
    assert once.problems == ()
    assert format_text(once.text).text == once.text
    assert same_tree(tree(text), tree(once.text))
    assert comments(once.text) == comments(text)
    return once.text


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_case_is_formatted_as_written_beside_it(path: Path) -> None:
    result = formatted(path.read_text("utf-8"))
    expected = path.with_suffix(".formatted")
    if os.environ.get("FLOWENGINE_WRITE_CASES"):
        expected.write_text(result, "utf-8")
    assert result == expected.read_text("utf-8")


@pytest.mark.parametrize("path", FLOWS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_flow_keeps_its_meaning_or_is_left_as_it_is(path: Path) -> None:
    text = path.read_text("utf-8")
    _, problems = parse(text_source(text, str(path)))
    if problems:
        result = format_text(text, str(path))
        assert (result.text, result.problems) == (text, problems)
    else:
        formatted(text)


def diagnosed(text: str, path: Path) -> list[tuple[str, str]]:
    return sorted((problem.code, problem.message) for problem in compile_text(text, str(path)).diagnostics)


@pytest.mark.parametrize("path", FLOWS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_formatting_changes_no_diagnostic_and_no_comment_that_allows_one(path: Path) -> None:
    text = path.read_text("utf-8")
    assert diagnosed(format_text(text).text, path) == diagnosed(text, path)


@pytest.mark.parametrize("path", sorted((ROOT / "flows").rglob("*.flow")), ids=lambda path: path.name)
def test_shipped_flows_are_in_their_layout(path: Path) -> None:
    assert format_text(path.read_text("utf-8")).text == path.read_text("utf-8")


@PATIENT
@given(st.sampled_from(WHOLE), st.data())
def test_indentation_and_blanks_make_no_difference(text: str, data: st.DataObject) -> None:
    """Other indents, more free lines where one is, blanks at line ends: the result is the same to the letter."""
    text = format_text(text).text
    widths = data.draw(st.lists(st.integers(1, 7), min_size=12, max_size=12), "widths")
    free = data.draw(st.lists(st.integers(1, 4), min_size=1, max_size=9), "free lines")
    ends = data.draw(st.lists(st.sampled_from(["", " ", "  ", "\t", " \t "]), min_size=1, max_size=9), "line ends")
    changed = []
    for number, line in enumerate(text.split("\n")):
        depth = (len(line) - len(line.lstrip())) // 2
        indent = " " * sum(widths[:depth])
        end = ends[number % len(ends)]
        changed += [indent + line.lstrip() + end] if line.strip() else [end] * free[number % len(free)]
    assume(not any("  # " in line for line in text.split("\n")))  # a column that its author chose is kept
    assert formatted("\n".join(changed)) == text


def loosened(text: str, data: st.DataObject) -> str:
    """A flow laid out at random: indents, blanks between tokens and at line ends, free lines, comments everywhere."""
    source = text_source(text, "x.flow")
    tokens, _, _ = lex(source)
    rows, _ = lay_out(source, tokens)
    widths = data.draw(st.lists(st.integers(1, 6), min_size=12, max_size=12))
    choices = data.draw(st.lists(st.integers(0, 11), min_size=40, max_size=200))
    drawn = iter(choices * (len(tokens) // len(choices) * 4 + 8))
    lines = []
    for row in rows:
        margin = " " * sum(widths[: row.depth])
        lines += [""] * max(0, next(drawn) - 8)
        if next(drawn) == 0:
            lines.append(" " * next(drawn) + f"#note {len(lines)} ")
        code = str(row.tokens[0])
        for before, token in pairwise(row.tokens):
            touching = before.end_pos == token.start_pos
            room = (
                "" if touching else "\n" + margin + "       " if before.line != token.line else " " * (next(drawn) or 1)
            )
            room = " " if "HASH" in (before.type, token.type) else room
            code += room + str(token)
        lines.append(
            margin + code + (f"{' ' * next(drawn)} # beside" if next(drawn) == 1 else " " * (next(drawn) // 5))
        )
    return "\n".join(lines) + "\n" * (next(drawn) % 3)


@PATIENT
@given(st.sampled_from(WHOLE), st.data())
def test_any_layout_keeps_meaning_and_comments(text: str, data: st.DataObject) -> None:
    changed = loosened(text, data)
    assert same_tree(tree(text), tree(changed))
    result = formatted(changed)
    assert "\n\n\n" not in result
    assert not any(line != line.rstrip() for line in result.split("\n"))


ATOMS = ["a", "if", "1", "1.5", "2s", "9:30", "50%", '"t"', "'q'", "/p/", "-", "+", "*", "**", "/", "//", "%", ".", "|"]
SIGNS = ["<", "=", "==", ">", "(", ")", "[", "]", "{", "}", ",", ":", "not", "e5", "_", "2026", "12", "else", "->"]


@settings(max_examples=examples(300), deadline=None)
@given(st.lists(st.tuples(st.sampled_from(ATOMS + SIGNS), st.sampled_from(["", " ", "  "])), min_size=1, max_size=10))
def test_blanks_in_an_expression_never_make_other_tokens(words: list[tuple[str, str]]) -> None:
    expression = "".join(word + gap for word, gap in words)
    text = f"state start\n  set x = ({expression})\n  end failed\n"
    _, problems = parse(text_source(text, "x.flow"))
    assume(not problems)
    result = formatted(text)
    assert [str(token) for token in raw_tokens(result)] == [str(token) for token in raw_tokens(text)]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("line a \"x\"\n", "line a\n  \"x\"  # c\n", True),
        ("line a \"x\"\n", "line a \"y\"\n", False),
        ("state s\n  set a = 1+2\n  end b\n", "state s\n  set a = 1 + 2\n  end b\n", True),
        ("state s\n  set a = 1+2\n  end b\n", "state s\n  set a = 1 - 2\n  end b\n", False),
        ("state s\n  end b\n", "state s\n  -> b\n", False),
    ],
)  # fmt: skip
def test_trees_are_told_apart_by_what_they_say(one: str, other: str, same: bool) -> None:
    assert same_tree(tree(one), tree(other)) is same


def test_a_comment_right_above_a_definition_goes_with_it() -> None:
    text = "state a\n  end x\n  # about b\nstate b\n  end x\n"
    assert formatted(text) == "state a\n  end x\n\n# about b\nstate b\n  end x\n"


def test_comments_in_a_column_of_the_authors_stay_there() -> None:
    text = 'line a "x"         # one\n\nline bcd "x"       # two\n\nline e "x"    # three\n'
    assert formatted(text) == text.replace("    # three", "  # three")


def test_windows_line_ends_and_a_byte_order_mark_are_dropped() -> None:
    assert format_text('\ufeffline a "x"\r\nline b "y"\r\n').text == 'line a "x"\nline b "y"\n'
