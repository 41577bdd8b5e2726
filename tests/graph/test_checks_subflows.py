"""Subflows: what they need, how they end, and that they do."""

from __future__ import annotations

from pathlib import Path

import pytest

from flowengine.graph.compile import compile_file, compile_text
from tests.graph.findings import HEAD, TAIL, everything, messages

RUN = """\
state first
  run ask_day
    agreed: end booked
    no_day -> goodbye
"""

ASK_DAY = """\
flow ask_day "Agrees on a day" inbound

contact
  name: text

outcome agreed
outcome no_day

slot day: date
  ask "Which day would suit you, {{ contact.name }}?"

state ask
  collect day
    done: end agreed
    failed: end no_day
"""


def test_a_subflow_that_fits_has_nothing_to_report() -> None:
    assert not everything(RUN, ask_day=ASK_DAY)


def test_an_input_of_a_subflow_does_not_become_one_of_the_call() -> None:
    needy = ASK_DAY.replace("  name: text\n", "  name: text\n  postcode: uk_postcode\n  floor: number = 0\n")
    (problem,) = everything(RUN, ask_day=needy)
    assert (problem.code, problem.span.path, problem.span.line) == ("FL217", "example.flow", 21)
    assert problem.message == "'ask_day' needs 'postcode' of the contact, which this flow does not have"
    assert problem.help == "add under 'contact': postcode: uk_postcode"


def test_an_input_with_a_default_is_no_requirement() -> None:
    relaxed = ASK_DAY.replace("  name: text\n", "  name: text\n  floor: number = 0\n")
    compiled = compile_text(HEAD + RUN + TAIL, "example.flow", {"ask_day": relaxed})
    assert compiled.flow is not None
    assert compiled.flow.contact["floor"].default is not None


def test_a_callers_own_declaration_of_a_field_counts() -> None:
    other = ASK_DAY.replace("  name: text\n", '  name: text = "there"\n')
    compiled = compile_text(HEAD + RUN + TAIL, "example.flow", {"ask_day": other})
    assert compiled.flow is not None
    assert compiled.flow.contact["name"].default is None


def test_a_misspelled_outcome_of_a_subflow_has_a_remedy() -> None:
    (problem,) = everything(RUN.replace("no_day ->", "no_day or agred ->"), ask_day=ASK_DAY)
    assert (problem.code, problem.message) == ("FL218", "'ask_day' never ends with 'agred'")
    assert problem.help == "did you mean 'agreed'?"


def test_a_subflow_may_end_in_a_handler_of_its_own() -> None:
    handled = ASK_DAY + "\nanywhere\n  refuse: end not_wanted\n\noutcome not_wanted\n"
    handled += '\nintent refuse "the caller says no"\n  "no"\n'
    assert messages(RUN, "FL308", ask_day=handled) == ["this run has no branch for 'not_wanted'"]
    text = RUN.replace("no_day ->", "no_day or not_wanted ->") + "\nanywhere\n  hangup: end hung_up\n"
    assert not everything(text, ask_day=handled)


def test_a_subflow_without_an_end_is_reported_where_it_is_run() -> None:
    endless = ASK_DAY.replace("done: end agreed", "done -> ask").replace("failed: end no_day", "failed -> ask")
    (problem,) = [each for each in everything("state first\n  run ask_day\n", ask_day=endless) if each.code == "FL319"]
    assert problem.message == "no path through 'ask_day' ends it, so this never goes on"
    assert problem.span.line == 21
    assert problem.related[0].span.path == "ask_day.flow"


def test_a_subflow_that_ends_behind_another_subflow_returns() -> None:
    outer = (
        'flow outer "Outer" inbound\n\noutcome agreed\noutcome no_day\n\nstate first\n  run ask_day\n'
        "    agreed: end agreed\n    no_day -> given_up\n\nstate given_up\n  end no_day\n"
    )
    assert not everything(RUN.replace("ask_day", "outer"), outer=outer, ask_day=ASK_DAY)


@pytest.mark.parametrize("chain", [("ask_day",), ("other", "ask_day")])
def test_a_subflow_that_runs_itself_is_reported_once(chain: tuple[str, ...]) -> None:
    again = "\nstate anew\n  run {}\n    agreed: end agreed\n    no_day: end no_day\n"
    first = ASK_DAY.replace("failed: end no_day", "failed -> anew") + again.format(chain[0])
    other = 'flow other "Other" inbound\n\noutcome agreed\noutcome no_day\n' + again.format("ask_day")
    assert [each.code for each in everything(RUN, ask_day=first, other=other)] == ["FL318"]


def test_a_flow_that_runs_itself_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "renewal.flow"
    text = 'flow renewal "Renewal" inbound\n\noutcome done\n\nstate first\n  run renewal\n    done: end done\n'
    path.write_text(text, "utf-8")
    assert [problem.code for problem in compile_file(path).diagnostics] == ["FL318"]


def test_each_run_of_one_subflow_tells_of_a_mistake_inside_it_once() -> None:
    twice = RUN.replace("no_day -> goodbye", "no_day -> second") + RUN.replace("state first", "\nstate second")
    slip = ASK_DAY.replace("done: end agreed", "done -> agred")
    assert [each.code for each in everything(twice, ask_day=slip) if each.code == "FL201"] == ["FL201"]
