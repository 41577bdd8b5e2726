"""How diagnostics look to a person."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from flowengine.language.diagnostics import Diagnostic, Related
from flowengine.language.render import render
from flowengine.language.source import Source, Span


def shown(line: str, column: int, end: int, *, colour: bool = False, related: tuple[Related, ...] = ()) -> str:
    source = Source("flows/a.flow", "\n" * 8 + line)
    span = Span("flows/a.flow", 9, column, 9, end)
    problem = Diagnostic(
        "FL201", "undefined-state", "error", span, "no state is called 'b'", "did you mean 'c'?", related
    )
    return render([problem], {source.path: source}, colour=colour)


def test_a_diagnostic_shows_the_line_and_the_remedy_at_the_caret() -> None:
    assert shown("  -> b", 6, 7) == (
        "error[FL201] undefined-state: no state is called 'b'\n"
        "  flows/a.flow:9:6\n"
        "9 │   -> b\n"
        "  │      ^ did you mean 'c'?"
    )


def test_tabs_and_wide_characters_keep_the_caret_in_place() -> None:
    assert shown("\tsay 株式 b", 9, 10).split("\n")[-2:] == [
        "9 │     say 株式 b",
        "  │              ^ did you mean 'c'?",
    ]


def test_a_combining_sign_takes_no_column() -> None:
    assert shown("e\u0301 b", 4, 5).split("\n")[-1] == "  │   ^ did you mean 'c'?"


def test_a_long_line_is_cut_around_the_mistake() -> None:
    line = shown("x" * 500 + " b " + "y" * 500, 502, 503).split("\n")[2]
    assert len(line) < 130
    assert " b " in line
    assert line.count("…") == 2


def test_a_caret_after_the_end_of_the_line_is_shown() -> None:
    assert shown("  ->", 5, 6).split("\n")[-1] == "  │     ^ did you mean 'c'?"


def test_related_places_follow() -> None:
    near = Related(Span("flows/a.flow", 2, 1, 2, 2), "first defined")
    far = Related(Span("flows/lib/b.flow", 3, 1, 3, 2), "replaced in")
    assert shown("b", 1, 2, related=(near, far)).split("\n")[-2:] == [
        "  first defined: line 2",
        "  replaced in: flows/lib/b.flow:3",
    ]


def test_colours_only_when_asked() -> None:
    assert "\x1b[" not in shown("b", 1, 2)
    assert "\x1b[1;31merror[FL201]\x1b[0m" in shown("b", 1, 2, colour=True)


def test_a_file_that_could_not_be_read_has_no_line_to_show() -> None:
    problem = Diagnostic("FL100", "unreadable-file", "error", Span("a.flow", 1, 1, 1, 1), "there is no such file")
    assert render([problem], {}, colour=False) == "error[FL100] unreadable-file: there is no such file\n  a.flow"


def test_a_long_stretch_late_in_a_long_line_is_cut_at_both_ends() -> None:
    line, carets = shown("x" * 100 + " " + "b" * 100 + " y", 102, 202).split("\n")[2:4]
    assert line.startswith("9 │ …x")
    assert line.endswith("b…")
    assert carets.count("^") > 50


@given(
    line=st.text(st.sampled_from("ab \t株é\u0301\u200b\x07"), max_size=300),
    column=st.integers(min_value=1, max_value=320),
    length=st.integers(min_value=0, max_value=320),
)
def test_any_stretch_of_any_line_is_shown_in_bounded_width(line: str, column: int, length: int) -> None:
    text = shown(line, column, column + length).split("\n")
    assert len(text) == 4
    assert len(text[2]) < 400


LONG = "count the rounds and leave after some, or limit the call as a whole, which is the simplest of all remedies"


def narrow(line: str, column: int, end: int, columns: int) -> list[str]:
    source = Source("a.flow", line)
    near = Related(Span("a.flow", 1, 1, 1, 2), "a path that takes every one of the words in this long sentence, twice")
    message = "'booked' can be reached before heard(who), and that is a long sentence too, longer than the terminal"
    problem = Diagnostic("FL703", "policy-broken", "error", Span("a.flow", 1, column, 1, end), message, LONG, (near,))
    return render([problem], {"a.flow": source}, colour=False, columns=columns).split("\n")


def test_sentences_are_wrapped_to_the_terminal() -> None:
    assert narrow("  -> b", 6, 7, 60) == [
        "error[FL703] policy-broken: 'booked' can be reached before",
        "  heard(who), and that is a long sentence too, longer than",
        "  the terminal",
        "  a.flow:1:6",
        "1 │   -> b",
        "  │      ^ count the rounds and leave after some, or limit",
        "  │        the call as a whole, which is the simplest of all",
        "  │        remedies",
        "  a path that takes every one of the words in this long",
        "    sentence, twice: line 1",
    ]


def test_where_there_is_little_room_at_the_caret_the_remedy_stands_below() -> None:
    assert narrow("x" * 60 + " b", 62, 63, 80)[4:7] == [
        "  │ " + " " * 61 + "^",
        "  │ " + " " * 16 + "count the rounds and leave after some, or limit the call as",
        "  │ " + " " * 16 + "a whole, which is the simplest of all remedies",
    ]


@given(st.integers(40, 200), st.integers(1, 200), st.integers(1, 100))
def test_no_row_is_wider_than_the_terminal(columns: int, column: int, marked: int) -> None:
    rows = narrow("x" * 180 + " y" * 30, column, column + marked, columns)
    assert max(map(len, rows)) <= columns
    assert " ".join(" ".join(rows).replace("│", " ").split()).count("simplest of all remedies") == 1
