"""Checks of names: those that hide another value, and those that differ by a slip of the keyboard."""

from __future__ import annotations

from pathlib import Path

import pytest

from flowengine.graph.checks.similar_names import slip
from flowengine.graph.compile import check_file, compile_text
from tests.graph.finding import findings, saying, underlined

SLIPS = [
    ("goodbye", "goodby", "a letter"),
    ("goodbye", "goodbyes", "a plural s"),
    ("booking", "bookign", "two letters that are swapped"),
    ("confirmation", "conformation", "a letter"),
    ("visit_day", "visit_days", "a plural s"),
    ("visit_day", "visitday", "an underscore"),
    ("Goodbye", "goodbye", "capitals"),
    ("price_question", "price_qestion", "a letter"),
]


@pytest.mark.parametrize(("one", "other", "difference"), SLIPS)
def test_a_slip_of_the_keyboard_is_told_either_way_round(one: str, other: str, difference: str) -> None:
    assert slip(one, other) == slip(other, one) == difference


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("visit_day", "visit_way"),
        ("step_1", "step_2"),
        ("address1", "address2"),
        ("agree", "agreed"),
        ("not_in", "not_on"),
        ("ask_name", "ask_game"),
        ("morning", "evening"),
        ("busy", "busy_again"),
        ("first_time", "first_home"),
    ],
)
def test_names_that_are_meant_to_differ_do(one: str, other: str) -> None:
    assert slip(one, other) is None


def two_states(first: str, second: str) -> str:
    branches = f"    agree -> {first}\n    refuse or silence or otherwise -> {second}\n"
    states = f"\nstate {first}\n  end booked\n\nstate {second}\n  end declined\n"
    return f'state first\n  say "Shall I?"\n  listen\n{branches}{states}'


def test_similar_names_are_reported_at_the_second_with_the_first_beside_it() -> None:
    (found,) = findings(two_states("confirmed_call", "confirmed_cal_l"), "FL214")
    assert underlined(two_states("confirmed_call", "confirmed_cal_l"), "FL214") == ["confirmed_cal_l"]
    assert [related.span.line for related in found.related] == [found.span.line - 3]


def test_names_of_two_kinds_may_be_alike() -> None:
    assert findings(two_states("agrees", "refusal"), "FL214") == []


def test_a_misspelled_name_that_is_out_of_reach_is_reported_once() -> None:
    body = saying("Good.").replace("end booked", "-> farewell")
    body += "\nstate farewell\n  end booked\n\nstate farewel\n  end declined\n"
    assert findings(body, "FL214") == []
    assert underlined(body, "FL301") == ["goodbye", "farewel"]


def test_a_state_that_nearly_overrides_a_library_s_is_reported() -> None:
    library = 'outcome declined\n\nstate removal\n  say "Goodbye."\n  end declined\n\nanywhere\n  hangup -> removal\n'
    body = 'flow example "An example" inbound\n  agent "A" of "B"\n  use ours\n\nstate first\n  -> removals\n\n'
    body += 'state removals\n  say "Bye."\n  end declined\n'
    compiled = compile_text(body, libraries={"ours": library.replace("hangup -> removal", "silence -> removal")})
    assert [found.message for found in compiled.diagnostics if found.code == "FL214"] == [
        "state 'removals' and state 'removal' differ only by a plural s"
    ]


def test_an_unused_line_beside_a_used_one_is_taken_for_a_misspelling() -> None:
    body = 'line farewell "Goodbye."\n\nline farewel "See you."\n\n' + saying("Good.").replace(
        "end", "say farewell\n  end"
    )
    (found,) = findings(body, "FL211")
    assert "or is it meant to be 'farewell'" in (found.help or "")
    assert findings(body, "FL214") == []


def test_an_action_that_nothing_does_is_unused() -> None:
    body = 'action book() -> reference: text\n  python "acme.bookings:book"\n\n' + saying("Good.")
    assert underlined(body, "FL211") == ["book"]


COLLECT = 'slot {0}: text\n  ask "What is it?"\n\nstate first\n  collect {0}\n    done\n      say "{1}"\n'
COLLECT += "      end booked\n    failed: end declined\n"


@pytest.mark.parametrize(
    ("text", "underlines"),
    [
        ("Hello {{ name }}.", ["name"]),
        ("Hello {{ name }}, or is it {{ contact.name }}?", []),
        ("Hello {{ contact.name }}.", []),
        ("Hello.", []),
    ],
)
def test_a_slot_that_is_taken_for_a_contact_field_is_reported(text: str, underlines: list[str]) -> None:
    assert underlined(COLLECT.format("name", text), "FL213") == underlines


def test_a_variable_that_copies_its_field_is_no_mistake() -> None:
    body = "state first\n  set plan = contact.plan | title\n" + '  say "You have {{ plan }}."\n  end booked\n'
    assert findings(body, "FL213") == []


@pytest.mark.parametrize(
    ("text", "underlines"),
    [
        ("{% for size in ['a'] %}{{ size }}{% endfor %}", ["size"]),
        ("{% set turns = 3 %}{{ turns }}", ["turns"]),
        ("{% for each in ['a'] %}{{ each }} {{ size }}{% endfor %}", []),
    ],
)
def test_a_name_set_inside_a_text_must_not_hide_another(text: str, underlines: list[str]) -> None:
    assert underlined(COLLECT.format("size", text), "FL213") == underlines


def test_an_action_s_result_must_not_overwrite_a_slot() -> None:
    body = 'action book(day: text) -> {}: text\n  python "acme.bookings:book"\n\n' + COLLECT.format("day", "Good.")
    body = body.replace("end booked\n", "do book(day)\n        ok: end booked\n        error: end declined\n", 1)
    assert underlined(body.format("day"), "FL213") == ["day"]
    assert findings(body.format("reference"), "FL213") == []


def test_a_folder_with_a_librarys_name_is_not_suggested(tmp_path: Path) -> None:
    (tmp_path / "callers.flow").mkdir()
    (tmp_path / "caller.flow").write_text('flow caller "X" inbound\n  use callers\n', "utf-8")
    found = [each for each in check_file(tmp_path / "caller.flow").diagnostics if each.code == "FL208"]
    assert [each.help for each in found] == [
        f"{(tmp_path / 'callers.flow').as_posix()} is a folder; a library is a file"
    ]
