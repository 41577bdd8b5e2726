"""What the proof of a policy says: the place, the shortest path, and the conditions that it could not follow."""

from __future__ import annotations

import pytest

from flowengine.graph.compile import compile_text
from flowengine.language.diagnostics import Diagnostic
from tests.graph.test_lower_actions import RUN, SUBFLOW

HEAD = """\
flow example "An example" inbound
  agent "Amy" of "Hearth & Home"

contact
  known: boolean = false

outcome booked success

intent agree "the caller says yes"
  "yes"

line who "This is {{ agent.name }}, an automated assistant of {{ agent.company }}."

slot plan: one of (basic, full)
  ask "Basic or full?"

state start
  collect plan
    done -> first
    failed: end failed

state second is sales
  say "Shall I book it?"
  listen
    agree: end booked
    silence or otherwise: end failed

anywhere
  hangup: end hung_up

policy careful
  require said(who) before sales
"""


def broken(text: str, head: str = HEAD, **libraries: str) -> list[Diagnostic]:
    found = compile_text(f"{head}\n{text}", "example.flow", libraries).errors
    return [problem for problem in found if problem.code == "FL703"]


def first(condition: str, again: str) -> str:
    return (
        f'state first\n  if {condition}\n    say who\n  say "Well?"\n  listen\n    agree -> check\n'
        f"    silence or otherwise: end failed\n\nstate check\n  if {again} -> second\n  end failed\n"
    )


@pytest.mark.parametrize(
    ("condition", "again"),
    [
        ("contact.known", "contact.known"),
        ("not contact.known", "not contact.known"),
        ("contact.known  ", "contact.known"),
    ],
)
def test_a_condition_on_the_contact_comes_out_alike_everywhere(condition: str, again: str) -> None:
    assert broken(first(condition, again)) == []


def test_the_shortest_path_is_shown_with_the_rule_that_it_breaks() -> None:
    (found,) = broken("state first\n  -> second\n")
    assert found.message == "'second' can be reached before said(who)"
    assert found.help == "shortest path: start (done) → first → second"
    assert [related.message for related in found.related] == ["required by policy 'careful'"]


def test_a_condition_that_was_followed_is_not_told_of() -> None:
    (found,) = broken(first("contact.known", "not contact.known"))
    assert found.help == "shortest path: start (done) → first (agree) → check → second"


@pytest.mark.parametrize("condition", ["turns > 3", 'plan == "basic"'])
def test_a_condition_that_may_change_is_told_of_with_its_line_and_what_to_ask_instead(condition: str) -> None:
    (found,) = broken(first(condition, condition))
    assert found.help is not None
    assert f"'{condition}' does not hold (line 35)" in found.help
    assert f"'{condition}' holds (line 43)" in found.help
    assert "a variable that 'set' makes true and false" in found.help


def test_a_flag_is_followed_from_one_set_to_the_next() -> None:
    flagged = first("contact.known", "told").replace("  if contact.known\n    say who\n", "  set told = false\n{}")
    assert broken(flagged.replace("{}", "  if contact.known\n    say who\n    set told = true\n")) == []
    assert broken(flagged.replace("{}", "  if contact.known\n    say who\n  set told = true\n"))


def test_what_a_subflow_says_counts_where_it_comes_back() -> None:
    head = HEAD.split("state start")[0] + "policy careful\n  require said(who) before booked\n\n"
    silent = RUN.replace("yes_twice: end booked", "yes_twice: end booked") + "\nanywhere\n  hangup: end hung_up\n"
    (found,) = broken(silent, head, ask_twice=SUBFLOW)
    assert found.help is not None
    assert (
        "start (run) → start/ask_twice/first (agree) → start/ask_twice/second (agree) → start (yes_twice)" in found.help
    )
    said = SUBFLOW.replace('say "Really, really?"', 'say who\n  say "Really, really?"')
    said = said.replace("state first", 'line who "This is Amy."\n\nstate first', 1)
    assert broken(silent, head, ask_twice=said) == []
