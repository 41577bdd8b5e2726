"""Warnings that a comment allows: which, where, and what is said of the comment itself."""

from __future__ import annotations

import pytest

from flowengine.graph.checks.reference import entries
from flowengine.graph.compile import check_file, compile_text
from flowengine.graph.suppressions import severities

HEAD = 'flow x "X" inbound\n\n'
LOOSE = "state start\n  end failed\n\n"


def codes(body: str) -> list[str]:
    return [problem.code for problem in compile_text(HEAD + body, libraries={}).diagnostics]


@pytest.mark.parametrize(
    "spare",
    [
        "state spare  # allow FL301: kept\n  end failed\n",
        "# allow FL301: kept\nstate spare\n  end failed\n",
        "# allow FL301: kept\n# for spring\nstate spare\n  end failed\n",
        "state spare  # kept  # allow FL301: for spring\n  end failed\n",
    ],
)
def test_a_warning_is_allowed_beside_its_line_and_right_above(spare: str) -> None:
    assert codes(LOOSE + "state spare\n  end failed\n") == ["FL301"]
    assert codes(LOOSE + spare) == []


def test_one_line_may_allow_several() -> None:
    body = 'state start\n  say "Hello?"\n{}  listen\n    hangup: end failed\n'
    both = codes(body.format(""))
    assert {"FL601", "FL602"} <= set(both)
    rest = [code for code in both if code not in ("FL601", "FL602")]
    assert codes(body.format("  # allow FL602, FL601: the caller only listens\n")) == rest


def test_only_that_line_is_meant() -> None:
    two = "state spare  # allow FL301: kept\n  end failed\n\nstate other\n  end failed\n"
    assert codes(LOOSE + two) == ["FL301"]


@pytest.mark.parametrize("comment", ["# allow FL301: kept\n\n", "state a  # allow FL301: kept\n  -> spare\n\n"])
def test_a_comment_elsewhere_allows_nothing_and_is_unused(comment: str) -> None:
    assert "FL301" in codes(LOOSE + comment + "state spare\n  end failed\n")


def test_an_unused_one_is_a_warning_of_its_own() -> None:
    found = compile_text(HEAD + "state start  # allow FL301, FL601: kept\n  end failed\n", libraries={})
    assert [(problem.code, problem.severity, problem.help) for problem in found.diagnostics] == [
        ("FL805", "warning", "take FL301 out"),
        ("FL805", "warning", "take FL601 out"),
    ]
    assert found.flow is not None


def test_while_there_are_errors_no_comment_is_called_unused() -> None:
    body = "state start  # allow FL301: kept\n  -> nowhere\n"
    assert codes(body) == ["FL201"]
    assert codes("state start  # allow FL301: kept\n  sya x\n  end failed\n") == ["FL102"]


def test_an_error_cannot_be_allowed() -> None:
    assert codes("state start\n  -> nowhere  # allow FL201: it will come\n") == ["FL201", "FL808"]
    assert codes("state start\n  wait 2  # allow FL121: seconds, of course\n  end failed\n") == ["FL121", "FL808"]


def test_the_check_of_comments_itself_cannot_be_allowed() -> None:
    assert codes("state start  # allow FL805, FL301: never mind\n  end failed\n") == ["FL808"]


@pytest.mark.parametrize(
    "comment", ["# allow FL301", "# allow FL301:", "# allow FL301:   ", "# allow FL301 for spring"]
)
def test_without_a_reason_it_is_an_error_and_the_warning_is_not_shown_besides(comment: str) -> None:
    assert codes(LOOSE + f"state spare  {comment}\n  end failed\n") == ["FL806"]


def test_an_unknown_code_names_the_nearest() -> None:
    (problem,) = compile_text(HEAD + LOOSE.replace("start", "start  # allow FL3011: kept"), libraries={}).diagnostics
    assert (problem.message, problem.help) == ("there is no diagnostic 'FL3011'", "did you mean 'FL301'?")
    assert (problem.span.column, problem.span.end_column) == (22, 28)


@pytest.mark.parametrize(
    "comment", ["# allow callers to go on", "# we allow FL301: kept", "# disallow FL301: x", "# FL301"]
)
def test_other_comments_are_only_comments(comment: str) -> None:
    assert codes(LOOSE.replace("start", f"start  {comment}")) == []


LIBRARY = 'state shared\n  say "Call 0123456."{}\n  end failed\n'


def test_a_librarys_comment_holds_for_the_flows_that_use_it() -> None:
    text = 'flow x "X" inbound\n  use lib\n\nstate start\n  -> shared\n'
    alone = [problem.code for problem in compile_text(text, libraries={"lib": LIBRARY.format("")}).diagnostics]
    allowed = LIBRARY.format("  # allow FL515: read digit by digit on purpose")
    assert alone == ["FL515"]
    assert compile_text(text, libraries={"lib": allowed}).diagnostics == ()


def test_a_librarys_unused_comment_is_not_reported_in_the_flows_that_use_it() -> None:
    text = 'flow x "X" inbound\n  use lib\n\nstate start\n  -> shared\n'
    unused = LIBRARY.replace("0123456", "us").format("  # allow FL515: no more")
    assert compile_text(text, libraries={"lib": unused}).diagnostics == ()


def test_a_library_alone_is_asked_only_what_it_can_know(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("library") / "lib.flow"
    path.write_text(
        'state shared  # allow FL301: used by some\n  say "Hello."  # allow FL515: no more\n  end hung_up\n'
    )
    assert [problem.message for problem in check_file(path).diagnostics] == ["there is no FL515 to allow on line 2"]


def test_every_code_is_known_with_its_severity() -> None:
    assert dict(severities()) == {entry.code: entry.severity for entry in entries()}
