"""A flow's summary in a test: `expect summary.FIELD`, and `llm summarises`."""

from __future__ import annotations

import pytest

from flowengine.language.diagnostics import Diagnostic
from flowengine.language.source import Source
from flowengine.testing.flowtest.bind import bind
from flowengine.testing.flowtest.parser import parse
from flowengine.testing.runner import Result
from tests.testing.made_flows import compiled, played

FLOW = """\
flow visit "A visit" inbound

outcome booked success
outcome declined

intent agree "the caller says yes"
  "yes"

slot day: date
  ask "Which day?"

slot back: datetime
  ask "When?"

summary
  booked: boolean = call.outcome == "booked"
  day: date = day
  when: datetime = back
  length: number = turns
  reason: text "why the caller said no"
  mood: one of (good, bad) "how they felt" = "bad"

state start
  say "Shall I?"
  listen
    agree -> ask
    silence or otherwise: end declined

state ask
  collect day, back
    done: end booked
    failed: end declined

anywhere
  hangup: end declined
"""
BOOKED = ("now 2026-11-24 10:00", "caller: yes", "caller: next Tuesday", "caller: tomorrow at three", "ends booked")


def result(*lines: str) -> Result:
    return played("\n".join(lines), FLOW)


@pytest.mark.parametrize(
    "line",
    [
        "expect summary.booked = true",
        "expect summary.day = 2026-12-01",
        "expect summary.when = 2026-11-25 15:00",
        "expect summary.length = 3",
        "expect summary.reason = null",
        "expect summary.mood = bad",
    ],
)
def test_what_is_as_expected_passes(line: str) -> None:
    assert result(*BOOKED, line).failure is None


@pytest.mark.parametrize(
    ("line", "expected", "got"),
    [
        ("expect summary.booked = false", "false", "true"),
        ("expect summary.day = 2026-12-02", "2026-12-02", "2026-12-01"),
        ("expect summary.day = null", "null", "2026-12-01"),
        ("expect summary.length = 4", "4", "3"),
        ("expect summary.reason = dear", "dear", "null"),
        ('expect summary.reason = "null"', "null", "null"),
    ],
)
def test_what_is_otherwise_fails_and_says_what_came(line: str, expected: str, got: str) -> None:
    failure = result(*BOOKED, line).failure
    assert failure is not None
    assert (failure.expected, failure.got) == (expected, got)


def test_the_model_fills_in_what_a_test_says() -> None:
    lines = ('llm summarises reason = "too dear", mood = good', "caller: no", "ends declined")
    found = result(*lines, 'expect summary.reason = "too dear"', "expect summary.mood = good")
    assert found.failure is None
    unknown = result("llm summarises mood = null", "caller: no", "ends declined", "expect summary.mood = bad")
    assert unknown.failure is None


def test_there_is_no_summary_while_the_call_goes_on() -> None:
    failure = result("agent: *", "expect summary.length = 0").failure
    assert failure is not None
    assert failure.message == "there is no summary before the call is over"


def misfits(*lines: str) -> tuple[Diagnostic, ...]:
    text = 'test "x"\n  flow y\n' + "".join(f"  {line}\n" for line in lines)
    file, problems = parse(Source("a.flowtest", text))
    assert problems == ()
    return bind(file.tests[0], compiled(FLOW))[1]


@pytest.mark.parametrize(
    ("line", "code", "help_"),
    [
        ("expect summary.dya = 2026-12-01", "FL869", "did you mean 'day'?"),
        ("expect summary.day = soon", "FL880", "write a date such as 2026-12-01, or null for what is not known"),
        ("expect summary.mood = fine", "FL880", "write good, bad, or null for what is not known"),
        ("llm summarises resaon = dear", "FL869", "did you mean 'reason'?"),
        ("llm summarises day = 2026-12-01", "FL869", "there are reason, mood"),
        ("llm summarises mood = fine", "FL880", "write good, bad, or null for what is not known"),
        ("llm summarises mood = good, mood = bad", "FL857", "keep one"),
    ],
)
def test_what_does_not_fit_the_summary_is_told(line: str, code: str, help_: str) -> None:
    (problem,) = misfits(line, "caller: yes")
    assert (problem.code, problem.help) == (code, help_)


def test_a_summary_that_asks_no_model_needs_no_answer() -> None:
    file, _ = parse(Source("a.flowtest", 'test "x"\n  flow y\n  llm summarises a = b\n  agent: *\n'))
    flow = 'flow plain "Plain" inbound\n\noutcome done\n\nsummary\n  a: number = turns\n\nstate start\n  end done\n'
    (problem,) = bind(file.tests[0], compiled(flow))[1]
    assert (problem.code, problem.name) == ("FL867", "never-asked")


@pytest.mark.parametrize("line", ["llm summarises", "llm summarises reason", "llm summarises reason ="])
def test_a_line_that_is_not_whole_shows_its_form(line: str) -> None:
    _, (problem,) = parse(Source("a.flowtest", f'test "x"\n  flow y\n  {line}\n  agent: *\n'))
    assert problem.code == "FL853"
    assert problem.help is not None
    assert 'reason = "too dear"' in problem.help
