"""`summary`: how it is written, and what the compiler says of it."""

from __future__ import annotations

import pytest

from flowengine.graph.compile import compile_text
from flowengine.graph.model import ValueType
from flowengine.language.formatter import format_text
from tests.graph.findings import HEAD, TAIL, everything, messages, reported

SLOTS = """\
slot visit: date
  ask "Which day?"

slot pin: digits(4) secret
  ask "Your four digits, please?"

"""
STATE = """
state first
  set monthly = 14.50
  collect visit, pin
    done or failed -> goodbye
"""


def with_field(field: str) -> str:
    return f"{SLOTS}summary\n  {field}\n{STATE}"


@pytest.mark.parametrize(
    "field",
    [
        "day: date = visit",
        "day: date = visit or today",
        "day: date = now",
        "price: money = monthly",
        "price: text = turns",
        'booked: boolean = call.outcome == "booked" and visit is not none',
        "plan: one of (basic, full, gold) = contact.plan",
        'plan: one of (Full, none) = "full" if turns > 2 else "none"',
        'day: date "the day they want" = none',
        'why: text "why the caller said no, in their own words"',
        "known: boolean = call.flow == last_heard",
        "summary: number = turns",
        "one: number = turns",
    ],
)
def test_fields_that_fit_are_not_reported(field: str) -> None:
    assert [each for each in everything(with_field(field)) if each.code not in ("FL408", "FL801")] == []


@pytest.mark.parametrize(
    ("field", "code", "message"),
    [
        ("day: date", "FL415", "nothing fills 'day'"),
        ('day: date "  "', "FL415", "nothing fills 'day'"),
        ("day: date = turns", "FL416", "'day' is a date, and this is a number"),
        ("day: date = visit if turns > 2 else 3", "FL416", "'day' is a date, and this is a number"),
        ("happy: boolean = visit or 0", "FL416", "'happy' is a boolean, and this is a date"),
        ("plan: one of (basic, full) = contact.plan", "FL416", "'plan' is never 'gold'"),
        ('plan: one of (a, b) = "c"', "FL416", "'plan' is never 'c'"),
        ('ok: boolean = call.outcome == "boked"', "FL402", "'outcome' is never 'boked'"),
        ("ok: boolean = visti > today", "FL502", "there is no variable 'visti'"),
        ("ok: boolean = visit > 3", "FL405", "a date cannot be compared by '>' with a number"),
        ("code: digits(4) = pin", "FL412", "'pin' is secret, and would be kept in the summary here"),
        ("day: dat = visit", "FL207", "there is no type called 'dat'"),
        ("day: date = (visit", "FL114", "a bracket is not closed"),
        ("day = visit", "FL103", "the field 'day' has no type"),
        ("day", "FL103", "the field 'day' has no type"),
        ("why: text why they said no", "FL105", "text stands in double quotes"),
        ("day: date = visit\n  day: date = today", "FL202", "summary field 'day' is defined twice"),
        ("day: date = visit\n\nsummary\n  other: date = visit", "FL116", "'summary' is written twice"),
    ],
)
def test_a_field_that_cannot_be_is_told_once(field: str, code: str, message: str) -> None:
    found = [each for each in everything(with_field(field)) if each.severity == "error"]
    assert [(each.code, each.message) for each in found][:1] == [(code, message)]
    assert len(messages(with_field(field), code)) <= 2
    assert found[0].help


def test_an_empty_summary_says_what_may_stand_there() -> None:
    (problem,) = reported("summary\n\nstate first\n  -> goodbye\n", "FL110")
    assert problem.message == "nothing stands under this summary"


def test_a_call_has_no_outcome_before_it_is_over() -> None:
    body = 'state first\n  if call.outcome == "booked" -> goodbye\n  -> goodbye\n'
    assert messages(body, "FL502") == ["a call has no outcome before it is over"]


def test_a_variable_that_the_summary_reads_is_read() -> None:
    assert messages(with_field("price: money = monthly"), "FL408") == []
    assert messages(with_field("length: number = turns"), "FL408") == ["'monthly' is set, and nothing reads it"]


def test_a_subflow_keeps_its_summary_to_itself() -> None:
    inner = 'flow inner "Inner" inbound\n\noutcome found\n\nsummary\n  x: number = turns\n\nstate one\n  end found\n'
    compiled = compile_text(
        HEAD + "state first\n  run inner\n    found -> goodbye\n" + TAIL, "outer.flow", {"inner": inner}
    )
    assert compiled.flow is not None
    assert compiled.flow.summary == {}


def test_summary_is_still_a_name() -> None:
    body = (
        "state first\n  -> summary\n\nstate summary is summary\n  set summary = turns\n"
        '  say "{{ summary }} turns."\n  -> goodbye\n'
    )
    assert [each for each in everything(body) if each.severity == "error"] == []


def test_the_parts_of_a_field_are_kept() -> None:
    text = (
        HEAD + 'summary\n  mood: one of (good, very bad) "how they felt" = "good"\n\nstate first\n  -> goodbye\n' + TAIL
    )
    flow = compile_text(text).flow
    assert flow is not None
    field = flow.summary["mood"]
    assert (field.type, field.description) == (ValueType("one_of", ("good", "very bad")), "how they felt")
    assert field.value is not None
    assert field.value.text == '"good"'


def test_a_summary_is_written_in_one_way() -> None:
    ragged = (
        'summary\n    mood:one of( good,bad )   "how"=  "good"   if turns>2 else "bad"  # felt\n    day :date=visit\n'
    )
    tidy = 'summary\n  mood: one of (good, bad) "how" = "good" if turns > 2 else "bad"  # felt\n  day: date = visit\n'
    assert format_text(ragged).text == tidy
    assert format_text(tidy).text == tidy
