"""How late audio is, told from when it came."""

from __future__ import annotations

import pytest

from flowengine.testing.load.schedule import Run


def run(*moments: float, seconds: float = 0.1) -> list[float]:
    """The lateness of messages of 100 ms that came at these moments."""
    made = Run()
    for moment in moments:
        made.add(moment, seconds)
    return [round(each, 6) for each in made.lateness()]


def test_a_lead_sent_at_once_and_then_the_pace_of_speech_is_on_time() -> None:
    assert run(5.0, 5.0, 5.0, 5.1, 5.2, 5.3) == [0, 0, 0, 0, 0, 0]


def test_a_message_that_lags_is_late_by_so_much() -> None:
    assert run(5.0, 5.0, 5.1, 5.23, 5.3) == [0, 0, 0, pytest.approx(0.03), 0]


def test_the_first_of_the_lead_is_due_when_the_run_begins() -> None:
    assert run(5.0, 5.04, 5.04, 5.1) == [0, pytest.approx(0.04), pytest.approx(0.04), 0]


def test_the_schedule_is_told_from_later_messages_too() -> None:
    # Only the fourth shows that a lead of 300 ms was to be had: the two before it were late.
    assert run(5.0, 5.05, 5.05, 5.0) == [0, pytest.approx(0.05), pytest.approx(0.05), 0]


def test_nothing_came() -> None:
    assert run() == []
