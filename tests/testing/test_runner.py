from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from flowengine.graph.model import Say, Template
from flowengine.language.source import Source
from flowengine.testing.flowtest.bind import Bound
from flowengine.testing.flowtest.parser import parse
from flowengine.testing.report_data import report_json, report_junit
from flowengine.testing.report_text import conversation, report_text
from flowengine.testing.runner import play
from flowengine.testing.suite import find_tests, run
from tests.testing.made_flows import GUARDED, SECRET, compiled, played


def test_a_call_that_goes_as_written_passes() -> None:
    result = played(
        """
        agent: "Hello, Sam, this is Amy." * "boiler?"
        expect state = greeting
        expect contact.name = "Sam"
        expect contact.since = 2020-01-01
        caller: yes please
        agent: "Which day would suit you?"
        caller: next tuesday
        agent: "That's booked. Goodbye."
        expect day = 2026-12-01
        expect state = booked_goodbye
        ends booked
        """
    )
    assert result.failure is None
    assert result.passed
    assert result.outcome == "booked"


@pytest.mark.parametrize(
    ("line", "passes"),
    [("expect state = greeting", True), ("expect state = choose", False), ('expect contact.name = "Tom"', False)],
)
def test_what_is_expected_before_the_first_word_is_looked_at(line: str, passes: bool) -> None:
    assert played(f"{line}\nagent: *\ncaller: yes").passed is passes


@pytest.mark.parametrize(("line", "passes"), [("expect day = 2026-12-01", True), ("expect day = 2026-12-02", False)])
def test_what_is_expected_between_any_lines_and_after_the_end_is_looked_at(line: str, passes: bool) -> None:
    call = ["agent: *", "caller: yes", "caller: next tuesday", "ends booked"]
    assert played("\n".join((*call, line))).passed is passes
    assert played("\n".join((*call[:3], line, *call[3:]))).passed is passes
    assert not played("\n".join((*call[:2], line, *call[2:]))).passed


@pytest.mark.parametrize(
    ("said", "taken", "passes"),
    [
        ("yes", "agree", True),
        ("yes", "nothing", False),
        ("the weather", "nothing", True),
        ("the weather", "agree", False),
    ],
)
def test_what_was_understood_may_be_expected(said: str, taken: str, passes: bool) -> None:
    assert played(f"agent: *\ncaller: {said}\nexpect understood {taken}").passed is passes


def test_lines_of_the_agent_that_follow_one_another_are_one_turn() -> None:
    assert played('agent: "Hello, Sam, this is Amy."\nagent: "Would you like a visit for your boiler?"').passed


def test_all_cues_are_played() -> None:
    result = played(
        """
        agent: *
        caller: (silence 6s)
        agent: "Are you still there?"
        caller: (silence)
        agent: "Are you still there?"
        caller: (press 1)
        agent: * "Which day" *
        caller: (hangs up)
        ends hung_up
        """
    )
    assert result.passed, result.failure


def test_an_interruption_is_heard_before_the_agent_has_finished() -> None:
    result = played(
        """
        agent: "Hello, Sam, this is Amy. Would you like a visit"
        caller: (interrupts after "visit") no thanks
        agent: "Thank you for your time. Goodbye."
        ends declined
        """
    )
    assert result.passed, result.failure


def test_the_guard_answers_as_the_test_says() -> None:
    assert played('guard uk_outbound refused\nagent: ""\nends not_permitted', GUARDED).passed
    assert played('now 2026-11-22 23:00\nguard uk_outbound allowed\nagent: "Good evening."\nends done', GUARDED).passed
    assert played("now 2026-11-22 23:00\nends not_permitted", GUARDED).passed


@pytest.mark.parametrize(
    ("test", "line", "message", "expected", "got"),
    [
        ('agent: "Hi."', 5, "the agent says something else", '"Hi."', '"Hello, Sam, this is Amy. Would you'),
        ("caller: (silence 1s)\nagent: *", 6, "the agent says nothing", "*", "nothing was said"),
        ("expect state = choose", 5, "the call is in another state", "choose", "greeting"),
        ("expect day = 2026-12-01", 5, "day has another value", "2026-12-01", "it has no value"),
        ("ends declined", 5, "the call does not end", "declined", "the call goes on, in state greeting"),
        ("caller: no\nends booked", 6, "the call ends otherwise", "booked", "declined"),
        ("caller: no\ncaller: yes", 6, "the call is over", None, "the call ended with declined"),
        ('caller: (interrupts after "x") no', 5, "does not say these words", '* "x"', '"Hello, Sam'),
    ],
)
def test_a_call_that_goes_another_way_fails_where_it_does(
    test: str, line: int, message: str, expected: str | None, got: str
) -> None:
    failure = played(test).failure
    assert failure is not None
    assert failure.span.line == line
    assert message in failure.message
    assert failure.expected == expected
    assert failure.got is not None
    assert failure.got.startswith(got)


@pytest.mark.parametrize("name", ["pin", "copy"])
def test_the_value_of_a_secret_is_shown_in_no_report(name: str, tmp_path: Path) -> None:
    (tmp_path / "secret.flow").write_text(SECRET.replace("    done: end", "    done\n      set copy = pin\n      end"))
    test = f'test "x"\n  flow secret\n  caller: (press 7391)\n  ends typed\n  expect {name} = 4711\n'
    (tmp_path / "secret.flowtest").write_text(test)
    report = run(find_tests([tmp_path]))
    (result,) = report.results
    assert result.failure is not None
    assert (result.failure.message, result.failure.got) == (f"{name} has another value", "•••")
    written = report_text(report, colour=False, verbose=True) + report_json(report) + report_junit(report)
    assert "7391" not in written
    (tmp_path / "secret.flowtest").write_text(test.replace("4711", "7391"))
    assert run(find_tests([tmp_path])).passed == 1


def test_a_call_that_cannot_be_placed_fails_and_says_why() -> None:
    # A template that only Jinja can refuse; the checks read expressions, not this kind of mistake.
    file, _ = parse(Source("a.flowtest", 'test "x"\n  flow y\n  agent: *\n'))
    flow = compiled(GUARDED)
    say = Say(None, (Template("{{ nothing | unknown_filter }}", flow.span),), flow.span)
    broken = replace(flow, version="broken", states={**flow.states, "talk": replace(flow.states["talk"], body=(say,))})
    result = play(Bound(file.tests[0], broken, {}, {}))
    assert result.failure is not None
    assert "the call cannot be placed" in result.failure.message
    assert "FAIL  x" in "\n".join(conversation(result, {}))


def test_a_failure_is_shown_as_a_conversation() -> None:
    result = played('agent: *\ncaller: yes please\nagent: "Which day suits you?"')
    shown = "\n".join(conversation(result, {}, width=90))
    assert shown.startswith("FAIL  a call\n  a.flowtest:1, flow booking, Tuesday 24 November 2026, 10:00\n")
    assert "  10:00:00  agent   Hello, Sam, this is Amy. Would you like a visit for your boiler?\n" in shown or (
        "  10:00:00  agent   Hello, Sam, this is Amy.\n" in shown
    )
    assert "caller  yes please\n                    agree 1.00 (phrase) → choose\n" in shown
    assert '  expected   "Which day suits you?"\n' in shown
    assert '  got        "Which day would suit you?"\n' in shown
    assert "                        ^^^^^ ^^^^" in shown
    assert "  state      choose (flow.flow:" in shown
    assert '  understood "yes please" as agree; weighed: agree 1.00 phrase' in shown
