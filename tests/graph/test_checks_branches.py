"""Branches and arms that cannot be taken, and choices that nothing answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from flowengine.graph.compile import compile_file
from tests.graph.findings import messages, reported


def listen(*branches: str, rest: str = "") -> str:
    return 'state first\n  say "Shall I?"\n  listen\n' + "".join(f"    {each}\n" for each in branches) + rest


@pytest.mark.parametrize(
    "branches",
    [
        ("agree: end booked", "silence or otherwise: again", "silence or otherwise 3 -> goodbye"),
        ("agree: end booked", "silence: again", "otherwise: again", "silence or otherwise 3 -> goodbye"),
        ("agree: end booked", "silence 2 -> goodbye", "silence: again", "otherwise 3 -> goodbye", "otherwise: again"),
        # The two are counted apart: silence may come thrice before both together come to four.
        ("agree: end booked", "otherwise: again", "silence: again", "silence 3 -> goodbye", "otherwise 4 -> goodbye"),
        # From the third silence on, that branch wins; a silence and something else reach the joined one first.
        ("agree: end booked", "silence or otherwise: again", "silence 2: again", "silence or otherwise 4 -> goodbye"),
        ("agree: again", "agree 2: end booked", "silence or otherwise -> goodbye"),
        # Entered from itself a state goes on counting.
        ("agree -> first", "agree 2: end booked", "silence or otherwise -> goodbye"),
        ("agree or refuse 2: end booked", "refuse: again", "silence or otherwise -> goodbye"),
    ],
)
def test_a_branch_that_can_be_taken_is_not_reported(branches: tuple[str, ...]) -> None:
    assert not reported(listen(*branches), "FL315")


@pytest.mark.parametrize(
    ("branches", "message"),
    [
        (
            ("agree: end booked", "agree 2 -> goodbye", "silence or otherwise -> goodbye"),
            "'agree 2' never comes: 'agree' has always left by then",
        ),
        (
            ("otherwise -> goodbye", "silence: again", "silence 2 -> goodbye", "silence 5: end declined"),
            "'silence 5' never comes: 'silence 2' has always left by then",
        ),
        (
            ("agree 2: end booked", "silence or otherwise -> goodbye"),
            "'agree 2' never comes: nothing answers it before, so it is never counted",
        ),
    ],
)
def test_a_rung_that_never_comes_is_reported(branches: tuple[str, ...], message: str) -> None:
    assert messages(listen(*branches), "FL315") == [message]


def test_a_digression_that_comes_back_does_not_begin_the_count_anew() -> None:
    aside = '\nstate aside\n  say "One moment."\n  resume\n'
    branches = ("agree -> aside", "agree 2: end booked", "silence or otherwise -> goodbye")
    assert not reported(listen(*branches, rest=aside), "FL315")


def test_a_rung_of_anywhere_counts_for_a_states_own() -> None:
    rest = "\nanywhere\n  refuse: again\n"
    assert not reported(listen("refuse 2: end declined", "silence or otherwise -> goodbye", rest=rest), "FL315")


def arms(*conditions: str) -> str:
    first, *others = conditions
    lines = [f'  if {first}: say "One."'] + [f'  elif {each}: say "More."' for each in others]
    return "state first\n" + "\n".join(lines) + '\n  else: say "Else."\n  -> goodbye\n'


@pytest.mark.parametrize(
    "conditions",
    [
        ("contact.age > 10", "contact.age > 5"),
        ('contact.plan == "basic"', 'contact.plan == "full"'),
        ('contact.plan == "basic" and turns > 3', 'contact.plan == "basic"'),
        ("contact.age < 18", "contact.age < 65"),
        ("turns > 3", "contact.age > 3"),
    ],
)
def test_an_arm_that_can_hold_is_not_reported(conditions: tuple[str, ...]) -> None:
    assert not reported(arms(*conditions), "FL315")


@pytest.mark.parametrize(
    "conditions",
    [
        ("contact.age > 5", "contact.age > 10"),
        ("contact.age > 5", "contact.age  >  5"),
        ('contact.plan == "basic"', 'turns > 3 and contact.plan == "basic"'),
        ("contact.age > 5", "contact.age < 3", "contact.age == 7"),
        ("contact.age < 18", "not contact.age >= 18"),
    ],
)
def test_an_arm_that_an_earlier_one_has_answered_is_reported(conditions: tuple[str, ...]) -> None:
    assert messages(arms(*conditions), "FL315") == [
        f"'{conditions[-1]}' never holds here: an earlier arm has answered it"
    ]


def chain(*conditions: str, end: str = "") -> str:
    first, *others = conditions
    lines = [f'  if {first}: say "One."'] + [f'  elif {each}: say "More."' for each in others]
    return "state first\n" + "\n".join(lines) + f"\n{end}  -> goodbye\n"


BASIC, FULL, GOLD = (f'contact.plan == "{plan}"' for plan in ("basic", "full", "gold"))


def test_a_choice_that_no_arm_is_for_is_named() -> None:
    assert messages(chain(BASIC, GOLD), "FL317") == ["nothing here is for 'full' of 'contact.plan'"]


@pytest.mark.parametrize(
    "text",
    [
        chain(BASIC),
        chain(BASIC, FULL, GOLD),
        chain(f"{BASIC} or {FULL}", GOLD),
        chain('contact.plan in ["basic", "gold"]', FULL),
        chain(BASIC, GOLD, end='  else: say "Full."\n'),
        chain(BASIC, f"{FULL} and turns > 2"),
        chain(BASIC, 'contact.name == "Sam"'),
    ],
)
def test_a_chain_that_leaves_nothing_out_or_asks_of_something_else_is_not_reported(text: str) -> None:
    assert not reported(text, "FL317")


MACHINE = """\
flow calls "Calls" {direction}
{use}
outcome booked success
outcome not_permitted

intent agree "the caller says yes"
  "yes"

state start
  {first}

state first
  say "Shall I?"
  listen
    agree: end booked
    {branch}: end failed
    silence or otherwise: end failed

anywhere
  hangup: end hung_up
"""
GUARDED = "guard uk_outbound\n    allowed -> first\n    refused: end not_permitted"
NEVER_INBOUND = "'machine' never comes in an inbound flow: only a call that we made is watched for one"


def dead(text: str, folder: Path) -> list[str]:
    (folder / "lines.flow").write_text("anywhere\n  machine: end failed\n", "utf-8")
    (folder / "calls.flow").write_text(text, "utf-8")
    return [each.message for each in compile_file(folder / "calls.flow").diagnostics if each.code == "FL315"]


@pytest.mark.parametrize(
    ("direction", "use", "branch", "expected"),
    [
        ("inbound", "", "machine", [NEVER_INBOUND]),
        ("inbound", "", "press 1 or machine", [NEVER_INBOUND]),
        ("inbound", "  use lines\n", "press 1", []),  # the library serves outbound flows too
        ("outbound", "", "machine", []),
        ("outbound", "", "machine 2", ["'machine 2' never comes: nothing answers it before, so it is never counted"]),
        ("outbound", "  use lines\n", "machine 2", []),
    ],
)
def test_a_machine_that_is_never_told_of_is_reported(
    direction: str, use: str, branch: str, expected: list[str], tmp_path: Path
) -> None:
    first = GUARDED if direction == "outbound" else "-> first"
    assert dead(MACHINE.format(direction=direction, use=use, branch=branch, first=first), tmp_path) == expected
