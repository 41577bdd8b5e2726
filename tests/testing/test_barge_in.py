"""`(interrupts after "…")` where `barge-in` forbids it: nothing is cut short, and a test that fails says why."""

from __future__ import annotations

import pytest

from tests.testing.made_flows import played

FLOW = """
flow terms_only "Terms" inbound
  agent "Amy" of "Us"
{header}
outcome done success
outcome declined

line identity "This is Amy, an automated assistant."
line terms {line} "It runs for a year, and you can leave at any time."

intent agree "yes"
  "yes" "go on"

intent refuse "no"
  "no thanks"

intent opt_out protective "no more calls"
  "stop calling me"
{policy}
state start
{state}
  say identity
  say terms
  say "Shall I go on?"
  listen
    agree or press 1 -> closing
    refuse: end declined
    silence or otherwise: again
    silence or otherwise 3: end declined

state closing is close
  say "Thank you. Goodbye."
  end done

anywhere
  opt_out: end declined
"""
PROMISE = "\npolicy fair\n  require heard(terms) before close\n"
CUT = """
agent: *
caller: (interrupts after "for a year") no thanks
agent: ""
ends declined
"""
NOT_CUT = """
agent: *
caller: (interrupts after "for a year") no thanks
agent: "It runs for a year, and you can leave at any time."
ends declined
"""


def flow(line: str = "", state: str = "", header: str = "", policy: str = "") -> str:
    return FLOW.format(line=line, state=state, header=header, policy=policy)


NEVER, AFTER = flow(line="barge-in never"), flow(line="barge-in after identity")
IN_STATE, IN_FLOW = flow(state="  barge-in never"), flow(header="  barge-in never\n")


OPEN_IN_A_FIRM_STATE = flow(line="barge-in always", state="  barge-in never").replace('  say "Shall I go on?"\n', "")


@pytest.mark.parametrize("text", [flow(), AFTER, OPEN_IN_A_FIRM_STATE])
def test_what_may_be_cut_short_is(text: str) -> None:
    assert played(CUT, text).passed


@pytest.mark.parametrize("text", [NEVER, flow(policy=PROMISE)])
def test_what_may_not_be_is_heard_and_the_words_are_taken_then(text: str) -> None:
    assert played(NOT_CUT, text).passed


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (NEVER, "line 'terms' is barge-in never (flow.flow:9)"),
        (flow(policy=PROMISE), "a policy requires line 'terms' to be heard"),
        (IN_STATE, "line 'terms' is said where it is barge-in never (flow.flow:21)"),
        (IN_FLOW, "line 'terms' is said where it is barge-in never (flow.flow:4)"),
    ],
)
def test_a_test_that_expects_the_cut_is_told_what_stood_in_the_way(text: str, reason: str) -> None:
    failure = played(CUT, text).failure
    assert failure is not None
    assert failure.hint is not None
    assert failure.hint.endswith(f"the caller could not cut in, and was answered when it was heard: {reason}")


def test_what_has_to_be_heard_first_is_named() -> None:
    failure = played(CUT.replace("for a year", "This is Amy,"), AFTER).failure
    assert failure is not None
    assert failure.hint is not None
    assert failure.hint.endswith("line 'terms' is barge-in after identity (flow.flow:9)")


@pytest.mark.parametrize("text", [NEVER, IN_STATE])
def test_a_key_waits_as_well(text: str) -> None:
    result = played(
        """
        agent: *
        caller: (interrupts after "for a year") (press 1)
        agent: "It runs for a year, and you can leave at any time." *
        ends done
        """,
        text,
    )
    assert result.passed, result.failure


def test_what_protects_the_caller_is_taken_at_once() -> None:
    result = played(
        """
        agent: *
        caller: (interrupts after "for a year") stop calling me
        agent: ""
        ends declined
        """,
        flow(header="  barge-in never\n"),
    )
    assert result.passed, result.failure


def test_a_failure_for_another_reason_says_nothing_of_it() -> None:
    failure = played(CUT.replace("ends declined", "ends done"), flow()).failure
    assert failure is not None
    assert failure.hint is None or "cut in" not in failure.hint


@pytest.mark.parametrize(
    ("after", "said", "understood"),
    [
        ("Goodbye", "stop calling me", "opt_out"),
        ("Thank", "stop calling me", "opt_out"),
        ("Goodbye", f"stop calling me {'and so on ' * 9}", "opt_out"),
        ("Goodbye", f"{'so and so on ' * 9} stop calling me", "nothing"),
    ],
    ids=["at the end", "in the middle", "what is said in time", "too late"],
)
def test_an_opt_out_into_the_farewell_counts_though_the_farewell_is_over_first(
    after: str, said: str, understood: str
) -> None:
    result = played(
        f"""
        agent: *
        caller: yes
        caller: (interrupts after "{after}") {said}
        agent: *
        expect understood opt_out
        agent: * "we won't call you again"
        ends done
        """,
        flow(),
    )
    assert result.passed is (understood == "opt_out")
    assert [turn.suppressed for turn in result.turns][-1:] == ["opt_out" if result.passed else None]


@pytest.mark.parametrize(
    ("reaction", "is_one"), [("", True), ("caller: (silence 2s)\n", True), ("caller: (silence 4s)\n", False)]
)
def test_the_rest_of_an_opt_out_is_waited_for_after_the_farewell(reaction: str, is_one: bool) -> None:
    result = played(
        f"""
        agent: *
        caller: yes
        caller: (interrupts after "Goodbye") please never
        {reaction}caller: call this number again
        agent: "I've taken your number off our list, and we won't call you again. Goodbye."
        expect understood opt_out
        ends done
        """,
        flow(),
    )
    assert result.passed is is_one, result.failure
    alone = 'agent: *\ncaller: yes\ncaller: (interrupts after "Goodbye") please never\nends done'
    assert played(alone, flow()).passed


def test_who_expects_an_answer_to_it_is_told_that_none_is_given() -> None:
    failure = played(
        """
        agent: *
        caller: yes
        caller: (interrupts after "Goodbye") stop calling me
        ends declined
        """,
        flow(),
    ).failure
    assert failure is not None
    assert failure.hint is not None
    assert "the caller could not cut in, and only an opt-out is answered after it" in failure.hint
