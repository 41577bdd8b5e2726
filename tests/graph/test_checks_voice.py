"""Times, silences, machines and secrets: what a caller's ear and hand can bear."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest

import flowengine
from flowengine.conversation.keypad import takes_keys
from flowengine.graph.checks.secret_without_keys import TYPED
from flowengine.graph.compile import compile_file, compile_text
from flowengine.graph.model import OnMachine, TypeKind, ValueType
from tests.graph.findings import messages, reported

FLOWS = Path(flowengine.__file__).parent.parent / "flows"

DO = """\
action look_up(name: text)
  python "acme.places:look_up"

state first
  do look_up(contact.name)
    ok or error -> goodbye
"""


def test_a_default_time_out_without_a_filler_is_a_silence() -> None:
    assert messages(DO, "FL609") == ["the caller may hear nothing for 5 s while 'look_up' runs"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('places:look_up"\n', 'places:look_up"\n  timeout 2s\n'),
        ('places:look_up"\n', 'places:look_up"\n  filler "One moment."\n'),
        ("  do look_up", '  say "One moment."\n  do look_up'),
        ("  do look_up(contact.name)\n    ok or error -> goodbye\n", "  -> goodbye\n"),
    ],
)
def test_no_silence_is_reported_where_there_is_none(before: str, after: str) -> None:
    assert not reported(DO.replace(before, after), "FL609")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  wait 12s\n  -> goodbye\n", ["12 s is too long for a pause"]),
        ("  wait 20ms\n  -> goodbye\n", ["0.02 s is too short for a pause"]),
        ("  wait 2s\n  -> goodbye\n", []),
        ("  -> goodbye\n\nanywhere\n  after 2s: end declined\n", ["2 s is too short for a call"]),
        ("  -> goodbye\n\nanywhere\n  after 3h: end declined\n", ["10800 s is too long for a call"]),
        ("  -> goodbye\n\nanywhere\n  after 8m: end declined\n", []),
        ('  -> goodbye\n\naction a()\n  python "a:b"\n  timeout 200ms\n', ["0.2 s is too short a time-out"]),
        ('  -> goodbye\n\naction a()\n  python "a:b"\n  timeout 30s\n', ["30 s is too long a time-out"]),
        ('  -> goodbye\n\naction a()\n  python "a:b"\n  timeout 4s\n', []),
    ],
)
def test_times_are_held_against_what_a_caller_bears(text: str, expected: list[str]) -> None:
    assert messages(f"state first\n{text}", "FL606") == expected


def test_every_shipped_outbound_flow_handles_machines() -> None:
    for path in FLOWS.glob("*.flow"):
        flow = compile_file(path).flow
        assert flow is not None
        answers = [each for layer in flow.anywhere for branch in layer.branches for each in branch.triggers]
        assert flow.direction == "inbound" or OnMachine() in answers


def test_without_the_librarys_branch_an_outbound_flow_would_be_reported() -> None:
    libraries = {path.stem: path.read_text("utf-8") for path in (FLOWS / "lib").glob("*.flow")}
    text = (FLOWS / "boiler_cover.flow").read_text("utf-8")
    assert not compile_text(text, "boiler_cover.flow", libraries).diagnostics
    libraries["uk_telesales"] = libraries["uk_telesales"].replace("voicemail or machine ->", "voicemail ->")
    found = compile_text(text, "boiler_cover.flow", libraries).diagnostics
    assert "FL612" in [problem.code for problem in found]


def test_the_types_that_can_be_typed_are_those_of_the_run_time() -> None:
    kinds = [kind for kind in get_args(TypeKind) if takes_keys(replace(ValueType("text"), kind=kind))]
    assert sorted(kinds) == sorted(TYPED)


@pytest.mark.parametrize(("type_", "count"), [("digits(4)", 0), ("number", 0), ("date", 1), ("uk_name", 1)])
def test_a_secret_needs_a_type_that_can_be_typed(type_: str, count: int) -> None:
    slot = f'slot pin: {type_} secret\n  ask "Your number, please?"\n\n'
    text = slot + "state first\n  collect pin\n    done or failed -> goodbye\n"
    assert len(reported(text, "FL613")) == count
    assert not reported(text.replace(" secret", ""), "FL613")


@pytest.mark.parametrize(
    ("branches", "named"),
    [
        ("    silence or otherwise: again\n", "silence or otherwise"),
        ("    silence: again\n    otherwise: again\n", "silence"),
        ("    silence -> goodbye\n    otherwise: again\n", "otherwise"),
    ],
)
def test_an_endless_ladder_names_all_that_its_rung_answers(branches: str, named: str) -> None:
    body = f'state first\n  say "Shall I?"\n  listen\n    agree -> goodbye\n{branches}'
    assert messages(body, "FL604") == [f"{named!r} is answered here for ever: no rung moves on or ends"]
