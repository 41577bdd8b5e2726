"""The tree: what it keeps, where things stand, and how keywords may be names."""

from __future__ import annotations

import pytest

from flowengine.language import ast
from flowengine.language.diagnostics import Diagnostic
from flowengine.language.parser import MAX_LINE, parse
from flowengine.language.source import Source, Span

HEAD = 'flow x "X" inbound\n'


def tree(text: str) -> ast.File:
    file, problems = parse(Source("x.flow", text))
    assert problems == ()
    return file


def problems(text: str) -> tuple[Diagnostic, ...]:
    return parse(Source("x.flow", text))[1]


def only_state(text: str) -> ast.State:
    (state,) = (item for item in tree(text).items if isinstance(item, ast.State))
    return state


def test_spans_are_tight_and_count_from_one() -> None:
    state = only_state(HEAD + "state greeting is first, second\n  -> other  # on the way\n")
    assert state.span == Span("x.flow", 2, 1, 2, 32)
    assert state.name.span == Span("x.flow", 2, 7, 2, 15)
    assert [tag.text for tag in state.tags] == ["first", "second"]
    (goto,) = state.body
    assert goto.span == Span("x.flow", 3, 3, 3, 11)
    assert state.last_line == 3


def test_the_span_of_a_head_ends_before_its_block_and_comment() -> None:
    state = only_state(HEAD + "state a\n  listen 6s   # wait\n    silence -> a\n")
    (listen,) = state.body
    assert listen.span == Span("x.flow", 3, 3, 3, 12)


def test_comments_are_kept_with_their_places() -> None:
    file = tree("# above\n" + HEAD + 'state a  # beside\n  say "# in a text"\n  end failed\n')
    assert [(comment.text, comment.own_line, comment.span.line) for comment in file.comments] == [
        ("# above", True, 1),
        ("# beside", False, 3),
    ]


def test_keywords_may_be_names_where_only_a_name_fits() -> None:
    state = only_state(HEAD + "state end\n  set state = 1\n  listen\n    transfer or price -> say\n    stop -> end\n")
    assert state.name.text == "end"
    listen = state.body[1]
    assert isinstance(listen, ast.Listen)
    assert [event.value for branch in listen.branches for event in branch.events] == ["transfer", "price", "stop"]


def test_the_four_ways_to_write_a_branch() -> None:
    state = only_state(
        HEAD
        + 'state a\n  listen\n    one -> a\n    two: again "Two?"\n    three\n      say "3"\n      resume\n    four\n'
    )
    (listen,) = state.body
    assert isinstance(listen, ast.Listen)
    assert [branch.body.form for branch in listen.branches] == ["arrow", "inline", "block", "bare"]


def test_rungs_and_joined_events() -> None:
    state = only_state(HEAD + "state a\n  listen\n    silence or otherwise or press 1 3 -> a\n    press # -> a\n")
    (listen,) = state.body
    assert isinstance(listen, ast.Listen)
    first, second = listen.branches
    assert [event.kind for event in first.events] == ["silence", "otherwise", "press"]
    assert first.rung is not None
    assert first.rung.text == "3"
    assert second.events[0].value == "#"


@pytest.mark.parametrize(
    ("written", "seconds"), [("250ms", 0.25), ("6s", 6.0), ("1.5s", 1.5), ("8m", 480.0), ("1h", 3600.0)]
)
def test_durations(written: str, seconds: float) -> None:
    (wait, _) = only_state(HEAD + f"state a\n  wait {written}\n  -> a\n").body
    assert isinstance(wait, ast.Wait)
    assert wait.duration.seconds == pytest.approx(seconds)


def test_an_expression_is_a_slice_of_the_source() -> None:
    text = "set x = (a / b / c if plan in ['basic', \"full\"] else d[1:2]) % 3"
    (first, _) = only_state(HEAD + f"state a\n  {text}\n  -> a\n").body
    assert isinstance(first, ast.Set)
    assert first.value.text == text.removeprefix("set x = ")
    assert first.value.span.column == 11


def test_an_expression_in_brackets_may_go_on_in_deeper_lines() -> None:
    (first, _) = only_state(HEAD + "state a\n  set x = (1 +\n    2)\n  -> a\n").body
    assert isinstance(first, ast.Set)
    assert first.value.text == "(1 +\n    2)"
    assert first.value.span.end_line == 4


def test_escapes_in_texts() -> None:
    (say, _) = only_state(HEAD + 'state a\n  say "He said \\"no\\" \\\\ \\n."\n  -> a\n').body
    assert isinstance(say, ast.Say)
    assert say.texts[0].value == 'He said "no" \\ \n.'


def test_a_slot_with_everything() -> None:
    (_, slot) = tree(
        HEAD
        + 'slot day: one of (mon, "next week", 3) secret\n  ask "A?"\n  again "B?"\n  confirm "C?"\n'
        + '  valid day != "x" else "D."\n  tries 2\n'
    ).items
    assert isinstance(slot, ast.Slot)
    assert [choice.value for choice in slot.type.choices] == ["mon", "next week", "3"]
    assert slot.valid is not None
    assert slot.valid.text == 'day != "x"'
    assert slot.secret


def test_whole_constructs_that_come_later_have_their_nodes() -> None:
    file = tree(
        HEAD
        + "action book(day: date) -> reference: text\n  timeout 4s\n"
        + "policy p\n  at most 20 turns\n  never pitch after refuse\n"
        + 'state a\n  llm "Task."\n    facts\n      "One."\n    done "It is done." -> b\n    limit 3 turns 45s -> b\n'
        + "state b\n  split s\n    warm 50% -> a\n    direct 50% -> a\n"
        + "state c\n  do book(today)\n    ok -> a\n"
    )
    kinds = [type(item).__name__ for item in file.items]
    assert kinds == ["Flow", "Action", "Policy", "State", "State", "State"]
    bodies = [type(item.body[0]).__name__ for item in file.items if isinstance(item, ast.State)]
    assert bodies == ["Llm", "Split", "Do"]


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        ("", "FL117", 1, 1),
        ("\n\n# only a comment\n", "FL117", 1, 1),
        (HEAD + "state a\0\n", "FL100", 2, 8),
        (HEAD + "x" * (MAX_LINE + 1), "FL118", 2, MAX_LINE + 1),
        (HEAD + "state a\n" + "".join("  " * depth + "if x\n" for depth in range(1, 40)), "FL115", 26, 1),
        (HEAD + "state a\n  set x = " + "(" * 100 + "\n  end failed\n", "FL115", 3, 1),
    ],
)
def test_a_text_that_is_not_worth_reading_on_gets_one_diagnostic(text: str, code: str, line: int, column: int) -> None:
    (problem,) = problems(text)
    assert (problem.code, problem.span.line, problem.span.column) == (code, line, column)


def test_a_mistake_does_not_hide_the_lines_around_it() -> None:
    file, found = parse(Source("x.flow", HEAD + "state a\n  sya hello\n  -> b\n\nstate b\n  end = 3\n  end failed\n"))
    assert [problem.span.line for problem in found] == [3, 7]
    states = [item for item in file.items if isinstance(item, ast.State)]
    assert [state.name.text for state in states] == ["a", "b"]
    assert [type(statement).__name__ for statement in states[0].body] == ["Say", "Goto"]


def test_what_was_lost_is_told() -> None:
    file, _ = parse(Source("x.flow", HEAD + "state a\n  listen to caller\n    agree -> b\n  end failed\n"))
    assert 3 in file.damage.lines
    assert "caller" in file.damage.names
