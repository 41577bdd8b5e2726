from __future__ import annotations

import re
from datetime import date, datetime, time
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowengine.language.diagnostics import Diagnostic
from flowengine.language.render import render
from flowengine.language.source import Source
from flowengine.testing.flowtest.ast import (
    AgentSays,
    CallerHangsUp,
    CallerInterrupts,
    CallerPresses,
    CallerSays,
    CallerSilent,
    Ends,
    ExpectState,
    ExpectValue,
    File,
)
from flowengine.testing.flowtest.parser import parse
from flowengine.testing.flowtest.problems import did_you_mean

WHOLE = """\
# Comments stand anywhere.
test "a busy caller"   # also here
  flow boiler_cover
  contact
    name = "Sam # 1"
    renewal_date = 2026-12-01   # soon
    plan = Essential

  now 2026-11-24 10:00
  guard uk_outbound refused

  agent: * "Am I \\"really\\" speaking with Sam?"
  caller: yes, it's me (speaking)   # he says
  expect state = offer
  caller: (silence 6s)
  caller: (silence)
  caller: (press 1)
  caller: (press *#)
  caller: (interrupts after "boiler") no thanks
  caller: (interrupts after "boiler") (hangs up)
  expect contact.name = "Sam"
  caller: (hangs up)
  ends callback

test "another"
    flow "../flows/other.flow"
    agent: *
"""


def read(text: str) -> tuple[File, tuple[Diagnostic, ...]]:
    return parse(Source("a.flowtest", text))


def problems_of(*lines: str) -> list[Diagnostic]:
    """The problems of a test with these lines in it; the flow is named already."""
    text = 'test "x"\n  flow booking\n' + "".join(f"  {line}\n" for line in lines)
    return list(read(text)[1])


def test_a_whole_file_is_read() -> None:
    file, problems = read(WHOLE)
    assert problems == ()
    first, second = file.tests
    assert (first.name, second.name) == ("a busy caller", "another")
    assert first.flow is not None
    assert second.flow is not None
    assert (first.flow.text, second.flow.text) == ("boiler_cover", "../flows/other.flow")
    assert first.now == datetime(2026, 11, 24, 10, 0)  # noqa: DTZ001 - what UK clocks show
    assert [(each.name.text, each.value.text) for each in first.contact] == [
        ("name", "Sam # 1"),
        ("renewal_date", "2026-12-01"),
        ("plan", "Essential"),
    ]
    assert [(answer.name.text, answer.allowed) for answer in first.guards] == [("uk_outbound", False)]


def test_steps_are_read_in_order_with_their_places() -> None:
    steps = read(WHOLE)[0].tests[0].steps
    assert [type(step) for step in steps] == [
        AgentSays,
        CallerSays,
        ExpectState,
        CallerSilent,
        CallerSilent,
        CallerPresses,
        CallerPresses,
        CallerInterrupts,
        CallerInterrupts,
        ExpectValue,
        CallerHangsUp,
        Ends,
    ]
    agent, caller = steps[0], steps[1]
    assert isinstance(agent, AgentSays)
    assert [piece.text for piece in agent.pieces] == [None, 'Am I "really" speaking with Sam?']
    assert (agent.pieces[1].span.line, agent.pieces[1].span.column) == (12, 12)
    assert isinstance(caller, CallerSays)
    assert caller.words == "yes, it's me (speaking)"
    assert (caller.span.column, caller.span.end_column) == (3, 34)
    assert steps[3] == CallerSilent(6.0, steps[3].span)
    assert steps[4] == CallerSilent(None, steps[4].span)
    assert steps[6] == CallerPresses("*#", steps[6].span)
    assert isinstance(steps[8], CallerInterrupts)
    assert isinstance(steps[8].then, CallerHangsUp)


@pytest.mark.parametrize(
    ("written", "literal"),
    [
        ("2026-11-25", date(2026, 11, 25)),
        ("15:00", time(15, 0)),
        ("2026-11-25 15:00", datetime(2026, 11, 25, 15, 0)),  # noqa: DTZ001 - what UK clocks show
        ("14.50", Decimal("14.50")),
        ("-3", Decimal(-3)),
        ("0042", "0042"),
        ("true", True),
        ("SW1A 1AA", "SW1A 1AA"),
        ('"15:00"', "15:00"),
    ],
)
def test_values_are_read_as_what_they_look_like(written: str, literal: object) -> None:
    file, problems = read(f'test "x"\n  flow y\n  expect state_of_it = {written}  # so\n')
    assert problems == ()
    step = file.tests[0].steps[0]
    assert isinstance(step, ExpectValue)
    assert step.value.literal == literal
    assert type(step.value.literal) is type(literal)


@pytest.mark.parametrize(
    ("line", "code", "column", "help_"),
    [
        ("calller: hi", "FL851", 3, "did you mean 'caller'?"),
        ("hello", "FL851", 3, "lines of a test begin with"),
        ('caller "hi"', "FL853", 10, "write caller: …"),
        ('caller: "hi"', "FL853", 11, "write caller: hi"),
        ("caller:", "FL853", 10, "write, for example: caller: yes, speaking"),
        ("agent: hello", "FL853", 10, "stand in quotes"),
        ('agent: "hello', "FL853", 10, 'end it with "'),
        ("now tomorrow", "FL853", 7, "now 2026-11-24 10:00"),
        ("now 2026-11-24", "FL853", 17, "now 2026-11-24 10:00"),
        ("now 2026-11-25", "FL853", 17, "add the time of day: now 2026-11-25 10:00"),
        ("now 2026-13-45", "FL862", 7, "'2026-13-45' is not a date: month"),
        ("now 2026-13-01 10:00", "FL862", 7, "month"),
        ("guard uk_outbound alowed", "FL853", 21, "did you mean 'allowed'?"),
        ("expect", "FL853", 9, "expect visit_day"),
        ("ends", "FL853", 7, "ends booked"),
        ("ends well done", "FL853", 13, "ends booked"),
        ("caller: (silense 6s)", "FL854", 11, "did you mean (silence 6s)?"),
        ("caller: (silence six)", "FL854", 11, "write, for example: (silence 6s)"),
        ("caller: (sings)", "FL854", 11, "cues are (silence 6s), "),
        ("caller: (interrupts) no", "FL854", 11, "(interrupts after"),
        ("  caller: yes", "FL856", 5, "only lines under 'contact'"),
        ("flow other", "FL857", 3, "keep one"),
    ],
)
def test_a_mistake_is_found_where_it_is(line: str, code: str, column: int, help_: str) -> None:
    found = problems_of(line, "agent: *")
    assert [(problem.code, problem.span.line, problem.span.column) for problem in found] == [(code, 3, column)]
    assert help_ in f"{found[0].message}\n{found[0].help}"


def test_every_mistake_of_a_file_is_told_at_once() -> None:
    text = """\
test "one"
  flow booking
  calller: hi
  agent: *
  ends
test "two"
  now 2026-11-24 25:00
  agent *
tests "three"
  flow booking
  agent: *
"""
    found = read(text)[1]
    assert [(problem.code, problem.span.line) for problem in found] == [
        ("FL851", 3),
        ("FL853", 5),
        ("FL862", 7),
        ("FL853", 8),
        ("FL851", 9),
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "FL860"),
        ("# nothing\n", "FL860"),
        ('test "x"\n  agent: *\n', "FL859"),
        ('test "x"\n  flow y\n', "FL859"),
        ('test "x"\n  flow y\n  agent: *\ntest "x"\n  flow y\n  agent: *\n', "FL858"),
        ('test "x"\n  flow y\n  ends a\n  caller: yes\n', "FL861"),
        ('test "x"\n  flow y\n  agent: *\n test "z"\n', "FL856"),
        ("flow y\n", "FL852"),
        ("test x\n  flow y\n  agent: *\n", "FL853"),
    ],
)
def test_what_is_wrong_with_a_test_as_a_whole_is_told(text: str, code: str) -> None:
    assert code in [problem.code for problem in read(text)[1]]


def test_a_caller_may_take_as_long_as_the_test_says() -> None:
    (test,) = read('test "x"\n  flow y\n  caller: (takes 8m) well, it is a story  # long\n')[0].tests
    assert test.steps == (CallerSays("well, it is a story", test.steps[0].span, 480.0),)


def test_what_a_call_has_come_to_may_be_looked_at_after_its_end() -> None:
    assert problems_of("ends a", "expect state = b", "expect c = 1") == []
    assert [problem.code for problem in problems_of("ends a", "expect c = 1", "llm fails")] == ["FL861"]


def test_sound_tests_beside_a_mistaken_one_can_be_played() -> None:
    file, _ = read('test "bad"\n  flow y\n  agnt: *\ntest "good"\n  flow y\n  agent: *\n')
    assert [(test.name, test.sound) for test in file.tests] == [("bad", False), ("good", True)]


def test_a_mistake_is_rendered_like_one_of_a_flow() -> None:
    source = Source("a.flowtest", 'test "x"\n  flow y\n  calller: hi\n')
    shown = render(parse(source)[1], {source.path: source}, colour=False)
    assert "error[FL851] unknown-line: no line of a test begins with 'calller'" in shown
    assert re.search(r"3 │   calller: hi\n  │   \^{7} did you mean 'caller'\?", shown)


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=st.sampled_from(list('test"flow agent:caller*()\n  #=expcndsw1-'))))
def test_no_text_makes_it_fail(text: str) -> None:
    file, problems = read('test "x"\n  ' + text)
    assert file.tests or problems


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("agent: “Good morning.”", 10),
        ('agent: "One." „Two.“', 17),
        ("caller: (interrupts after “boiler”) no", 29),
        ("expect contact.name = “Sam”", 25),
    ],
)
def test_typographic_quotes_are_named_as_such(line: str, column: int) -> None:
    (problem,) = problems_of("agent: *", line)
    assert (problem.code, problem.span.column) == ("FL853", column)
    assert problem.message.endswith("is no quote of this language")
    assert problem.help == 'write texts in straight double quotes: "…"'


def test_typographic_quotes_inside_a_text_are_words() -> None:
    assert problems_of('agent: "He said “no”."') == []


def test_the_names_there_are_are_told_in_good_english() -> None:
    assert did_you_mean("x", ["move_visit"]) == "there is only move_visit"
    assert did_you_mean("x", ["move_visit", "book"]) == "there are move_visit, book"
