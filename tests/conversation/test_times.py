"""Times, moments and lengths of time, as British callers say them at ten in the morning of 24 November 2026."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest

from flowengine.conversation.slots import extract
from flowengine.graph.model import ValueType
from tests.conversation.talk import TUESDAY

TIMES = [
    ("half four", "16:30"),
    ("half past four", "16:30"),
    ("half past nine in the morning", "09:30"),
    ("quarter past two", "14:15"),
    ("a quarter to six", "17:45"),
    ("ten past nine", "09:10"),
    ("twenty-five to three", "14:35"),
    ("five minutes past eleven", "11:05"),
    ("three pm", "15:00"),
    ("3 p.m.", "15:00"),
    ("3pm", "15:00"),
    ("three", "15:00"),
    ("at nine", "09:00"),
    ("nine o'clock", "09:00"),
    ("eight in the evening", "20:00"),
    ("three thirty", "15:30"),
    ("nine oh five", "09:05"),
    ("15:00", "15:00"),
    ("9.30", "09:30"),
    ("fifteen thirty", "15:30"),
    ("noon", "12:00"),
    ("twelve noon", "12:00"),
    ("midnight", "00:00"),
    ("twelve", "12:00"),
    ("about four, no, five", "17:00"),
    ("in the evening, at seven", "19:00"),
    ("I could do eleven", "11:00"),
]


@pytest.mark.parametrize(("said", "expected"), TIMES)
def test_a_time_is_understood(said: str, expected: str) -> None:
    assert extract(ValueType("time"), said, TUESDAY) == time.fromisoformat(expected)


@pytest.mark.parametrize("said", ["yes", "25:00", "half", "Tuesday", "at some point"])
def test_other_words_are_no_time(said: str) -> None:
    assert extract(ValueType("time"), said, TUESDAY) is None


MOMENTS = [
    ("tomorrow at three", "2026-11-25T15:00"),
    ("tomorrow morning at nine", "2026-11-25T09:00"),
    ("at half four on Friday", "2026-11-27T16:30"),
    ("Friday at 3pm", "2026-11-27T15:00"),
    ("the third of December at ten past two", "2026-12-03T14:10"),
    ("at two", "2026-11-24T14:00"),
    ("at nine", "2026-11-25T09:00"),
    ("in two hours", "2026-11-24T12:00"),
    ("in half an hour", "2026-11-24T10:30"),
    ("tomorrow afternoon", "2026-11-25T14:00"),
    ("this evening", "2026-11-24T18:00"),
    ("good afternoon, ring me at nine", "2026-11-25T09:00"),
    ("a good afternoon for me is tomorrow", "2026-11-25T14:00"),
]


@pytest.mark.parametrize(("said", "expected"), MOMENTS)
def test_a_moment_is_understood(said: str, expected: str) -> None:
    moment = datetime.fromisoformat(expected).replace(tzinfo=TUESDAY.tzinfo)
    assert extract(ValueType("datetime"), said, TUESDAY) == moment


@pytest.mark.parametrize("said", ["good morning", "yes hello good afternoon", "oh good evening to you"])
def test_a_greeting_is_no_moment(said: str) -> None:
    assert extract(ValueType("datetime"), said, TUESDAY) is None


def test_a_day_alone_is_no_moment() -> None:
    assert extract(ValueType("datetime"), "tomorrow", TUESDAY) is None


LENGTHS = [
    ("half an hour", 1800),
    ("an hour and a half", 5400),
    ("an hour and a quarter if that is all right", 4500),
    ("two and a half hours", 9000),
    ("ninety minutes", 5400),
    ("about 20 minutes", 1200),
    ("an hour and ten minutes", 4200),
    ("three quarters of an hour", 2700),
    ("two weeks", 1209600),
]


@pytest.mark.parametrize(("said", "seconds"), LENGTHS)
def test_a_length_of_time_is_understood(said: str, seconds: int) -> None:
    assert extract(ValueType("duration"), said, TUESDAY) == timedelta(seconds=seconds)
