"""The fence around the model: what must stand in it, and what need not."""

from __future__ import annotations

import pytest

from tests.graph.findings import everything, messages, reported

WHOLE = """\
state first
  llm "Answer."
    facts "It is free."
    never "discounts"
    convinced "the caller agrees": end booked
    limit 3 turns -> goodbye
    fallback "I understand." -> goodbye
"""


@pytest.mark.parametrize("code", ["FL511", "FL512", "FL513", "FL514", "FL521", "FL606"])
def test_a_whole_fence_has_nothing_to_report(code: str) -> None:
    assert not reported(WHOLE, code)


@pytest.mark.parametrize(
    ("part", "code"),
    [("facts", "FL511"), ("limit", "FL512"), ("fallback", "FL513"), ("convinced", "FL514"), ("never", "FL521")],
)
def test_each_part_that_is_missing_is_one_finding_at_the_model(part: str, code: str) -> None:
    text = "\n".join(line for line in WHOLE.split("\n") if not line.strip().startswith(part)) + "\n"
    assert [problem.span.line for problem in reported(text, code)] == [21]


@pytest.mark.parametrize("limit", ["3 turns", "45s", "3 turns 45s"])
def test_turns_or_a_time_are_a_limit(limit: str) -> None:
    assert not reported(WHOLE.replace("3 turns", limit), "FL512")


def test_a_limit_without_a_number_is_none() -> None:
    assert reported(WHOLE.replace("limit 3 turns", "limit"), "FL512")


def test_exits_that_are_described_alike_are_reported() -> None:
    alike = '    convinced "the caller agrees": end booked\n    sold "The caller  agrees" -> goodbye\n'
    text = WHOLE.replace('    convinced "the caller agrees": end booked\n', alike)
    assert messages(text, "FL514") == ["the model cannot tell 'sold' from 'convinced': they are described alike"]


def test_one_exit_written_twice_is_a_duplicate_branch_and_nothing_else() -> None:
    line = '    convinced "the caller agrees": end booked\n'
    text = WHOLE.replace(line, line + line)
    assert reported(text, "FL309")
    assert not reported(text, "FL514")


def test_a_state_that_lost_a_line_is_not_asked_for_what_may_have_stood_there() -> None:
    text = WHOLE.replace('    facts "It is free."\n', "    facst It is free.\n")
    assert not reported(text, "FL511")


def filled(*said: str) -> str:
    fillers = "".join(f'    filler "{each}"\n' for each in said)
    return WHOLE.replace("    fallback", f"{fillers}    fallback")


@pytest.mark.parametrize(
    ("said", "code"),
    [("I am a real person, one moment.", "FL709"), ("Let me look at {{ nothing_of_the_kind }}.", "FL502")],
)
def test_the_filler_is_spoken_and_checked_as_such(said: str, code: str) -> None:
    assert [problem.span.line for problem in reported(filled(said), code)] == [26]
    assert not everything(filled("Let me look."))


def test_one_filler_is_enough() -> None:
    assert messages(filled("One moment.", "Well."), "FL116") == ["'filler' is written twice"]


def test_a_secret_is_not_spoken_in_a_filler() -> None:
    pin = 'slot pin: digits(4) secret\n  ask "Your PIN?"\n\n'
    assert reported(pin + filled("It is {{ pin }}."), "FL412")
