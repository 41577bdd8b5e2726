"""Events named twice, ladders without a first rung, empty intents, and names that are something else."""

from __future__ import annotations

import pytest

from tests.graph.findings import everything, messages, reported

ASKED = """\
state first
  say "Shall I?"
  listen
    {branches}
    refuse -> goodbye
"""


@pytest.mark.parametrize("event", ["agree or agree", "press 1 or agree or press 1"])
def test_an_event_named_twice_in_a_branch_is_reported(event: str) -> None:
    text = ASKED.format(branches=f"{event}: end booked\n    silence or otherwise -> goodbye")
    (found,) = everything(text)
    assert (found.code, "stands twice in this branch" in found.message) == ("FL324", True)


def test_an_event_of_two_rungs_is_not_named_twice() -> None:
    branches = "agree: end booked\n    silence or otherwise: again\n    silence or otherwise 3 -> goodbye"
    assert not everything(ASKED.format(branches=branches))


def test_each_ladder_without_a_first_rung_is_reported() -> None:
    branches = "agree: end booked\n    otherwise 2 -> goodbye\n    silence 2 -> goodbye"
    assert len(messages(ASKED.format(branches=branches), "FL603")) == 2
    joined = "agree: end booked\n    silence or otherwise 2 -> goodbye"
    assert len(messages(ASKED.format(branches=joined), "FL603")) == 1


def test_an_intent_that_holds_nothing_is_reported_where_it_is_listened_for() -> None:
    text = 'intent maybe "perhaps"\n\n' + ASKED.format(branches="agree or maybe: end booked\n    otherwise -> goodbye")
    assert messages(text, "FL519") == ["nothing is a phrase of 'maybe', so it is never heard"]
    assert not reported(text.replace('"perhaps"\n', '"perhaps"\n  "perhaps"\n'), "FL519")
    assert not reported(text.replace('"perhaps"\n', '"perhaps"\n  /perhaps .*/\n'), "FL519")


POLICY = """\
line terms "It is free."

policy careful
  require {fact} before booked

state first
  say terms
  -> goodbye
"""


@pytest.mark.parametrize(
    ("fact", "message", "help_"),
    [
        ("declined", "'declined' is no intent, but the name of an outcome", "write instead heard(LINE)"),
        ("first", "'first' is no intent, but the name of a state", "write instead heard(LINE)"),
        ("terms", "'terms' is no intent, but the name of a line", "write heard(terms), or said(terms)"),
    ],
)
def test_a_fact_that_names_something_else_is_told_of_once(fact: str, message: str, help_: str) -> None:
    (found,) = (problem for problem in everything(POLICY.format(fact=fact)) if problem.severity == "error")
    assert (found.code, found.message) == ("FL204", message)
    assert found.help is not None
    assert found.help.startswith(help_)


def test_a_fact_that_is_one_is_followed() -> None:
    assert not everything(POLICY.format(fact="heard(terms)"))
    assert reported(POLICY.format(fact="refuse"), "FL703")


def test_a_line_filled_in_as_if_it_were_a_variable_is_to_be_said() -> None:
    text = 'line terms "It is free."\n\nstate first\n  say "{{ terms }}"\n  say terms\n  -> goodbye\n'
    (found,) = everything(text)
    assert (found.code, found.help) == ("FL502", "'terms' is a line, which is spoken by itself: say terms")


def test_a_stop_of_what_was_never_started_is_reported() -> None:
    text = 'state first\n  say "This call is recorded."\n  record stop\n  -> goodbye\n'
    assert messages(text, "FL614") == ["nothing starts a recording that this could stop"]
    assert not reported(text.replace("  record stop", "  record start\n  record stop"), "FL614")


def test_a_policy_without_a_rule_is_reported() -> None:
    text = "policy careful\n\nstate first\n  -> goodbye\n"
    (found,) = everything(text)
    assert (found.code, found.message) == ("FL110", "nothing stands under this policy")
    assert not everything(
        text.replace("policy careful\n", "policy careful\n  at most 8m\n").replace(
            "state first", "anywhere\n  after 8m: end declined\n  hangup: end hung_up\n\nstate first"
        )
    )
