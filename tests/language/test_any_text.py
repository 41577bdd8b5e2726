"""Whatever the text, the compiler answers with diagnostics or a flow; it never raises, and it does not take long."""

from __future__ import annotations

import re
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flowengine.graph.compile import Compilation, compile_text
from flowengine.language.parser import parse
from flowengine.language.reading import text_source
from tests.examples import examples

CASES = Path(__file__).parent.parent / "cases"
VALID = (CASES / "every_core_construct.flow").read_text("utf-8")
TOKENS = re.findall(r"\s+|\w+|\W", VALID)
SIGNS = ["\t", "\n", '"', "'", "{{", "}}", "{%", "->", "=", "==", "(", ")", "/", "\\", "#", "é", "🙂", "\x0b"]
PIECES = st.sampled_from([*sorted(set(TOKENS)), *SIGNS])
QUICK = settings(max_examples=examples(75), deadline=None, suppress_health_check=[HealthCheck.too_slow])


def sound(compiled: Compilation, text: str) -> None:
    """Either a flow or a reason; each diagnostic stands inside the text, and none is reported twice."""
    assert (compiled.flow is None) == any(problem.severity == "error" for problem in compiled.diagnostics)
    lines = text_source(text, "flow.flow").lines
    seen = [(problem.code, problem.span) for problem in compiled.diagnostics]
    assert len(set(seen)) == len(seen)
    for problem in compiled.diagnostics:
        span = problem.span
        assert 1 <= span.line <= span.end_line <= len(lines)
        assert 1 <= span.column <= len(lines[span.line - 1]) + 1
        assert (span.line, span.column) <= (span.end_line, span.end_column)
        assert problem.help


@QUICK
@given(st.integers(0, len(TOKENS) - 1), st.integers(0, 3), st.lists(PIECES, max_size=3))
def test_a_valid_flow_with_a_few_words_changed(at: int, taken: int, put: list[str]) -> None:
    text = "".join([*TOKENS[:at], *put, *TOKENS[at + taken :]])
    sound(compile_text(text, libraries={}), text)


@QUICK
@given(st.integers(0, len(VALID)), st.integers(0, 40), st.text(max_size=10))
def test_a_valid_flow_with_some_characters_changed(at: int, taken: int, put: str) -> None:
    text = VALID[:at] + put + VALID[at + taken :]
    sound(compile_text(text, libraries={}), text)


@QUICK
@given(st.lists(PIECES, max_size=60))
def test_words_of_the_language_in_any_order(words: list[str]) -> None:
    text = "".join(words)
    sound(compile_text(text, libraries={}), text)


@QUICK
@given(st.text())
def test_any_text_at_all(text: str) -> None:
    sound(compile_text(text, libraries={}), text)


@QUICK
@given(st.lists(st.integers(0, VALID.count("\n")), max_size=4))
def test_a_valid_flow_without_some_of_its_lines(dropped: list[int]) -> None:
    text = "\n".join(line for number, line in enumerate(VALID.split("\n")) if number not in dropped)
    sound(compile_text(text, libraries={}), text)


@QUICK
@given(st.text(alphabet="ab :=->()[]{}\"'/#\n\t 1s|%.,"))
def test_the_tree_keeps_every_comment_and_reports_each_mistake_once(text: str) -> None:
    _, problems = parse(text_source(text, "x.flow"))
    places = [(problem.code, problem.span) for problem in problems]
    assert len(set(places)) == len(places)
