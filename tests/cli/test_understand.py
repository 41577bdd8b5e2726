"""`flowengine understand`: candidates with their reasons, what is denied, and what a call would do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from flowengine.cli.main import main

FLOW = """\
flow shop "Shop" inbound
intent buy "the caller wants to buy"
  "I want to buy" "take me to the shop" "purchase" "ordering a spare part"
intent sell "the caller wants to sell"
  "I want to sell" "purchase"
  /selling .*car/
intent opt_out "the caller wants no more calls"
  "stop calling me" "take me off your list"

outcome left success
outcome removed suppress

state choose
  say "Buying or selling?"
  listen
    buy -> buying
    sell -> selling
    silence or otherwise -> buying

state buying
  say "Right."
  listen
    buy -> selling
    otherwise -> selling

state selling
  say "Goodbye."
  end left
"""


@pytest.fixture
def flow(tmp_path: Path) -> str:
    path = tmp_path / "shop.flow"
    path.write_text(FLOW, encoding="utf-8")
    return str(path)


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["understand", *arguments])
    return result.exit_code, result.output


def fates(*arguments: str) -> dict[str, str]:
    status, output = run(*arguments, "--json")
    assert status == 0, output
    return {each["intent"]: each["fate"] for each in json.loads(output)["candidates"]}


def test_it_says_which_phrase_matched_and_that_it_is_taken(flow: str) -> None:
    status, output = run(flow, "--state", "choose", "Um, I want to buy something")
    assert status == 0
    assert "heard as  i want to buy something" in output
    assert "taken" in output
    assert "phrase: “I want to buy”, in “i want to buy”" in output


@pytest.mark.parametrize(
    ("text", "how"),
    [
        ("take me to a shop", "phrase without small words: “take me to the shop”"),
        ("orderring a spare part", "phrase, words mended: “ordering a spare part”"),
        ("I am selling my old car", "pattern: /selling .*car/, in “selling my old car”"),
    ],
)
def test_it_says_how_it_was_found(flow: str, text: str, how: str) -> None:
    assert how in run(flow, text)[1]


def test_two_that_fit_as_well_are_asked_with_the_question(flow: str) -> None:
    assert fates(flow, "--state", "choose", "purchase") == {"buy": "asked", "sell": "asked"}
    assert "did you mean that you want to buy?" in run(flow, "--state", "choose", "purchase")[1]


def test_what_a_not_turns_round_is_listed_as_denied(flow: str) -> None:
    output = run(flow, "I do not want you to stop calling me")[1]
    assert "nothing fits" in output
    assert "denied    opt_out: “stop calling me” is turned round by a “not”" in output


def test_only_what_is_live_is_weighed_and_an_opt_out_always(flow: str) -> None:
    assert fates(flow, "--state", "buying", "I want to sell") == {}
    assert fates(flow, "I want to sell") == {"sell": "taken"}
    assert fates(flow, "--state", "buying", "purchase, and take me off your list") == {
        "opt_out": "taken",
        "buy": "too weak beside the best",
    }


def test_a_state_that_is_unknown_is_named_with_the_nearest(flow: str) -> None:
    status, output = run(flow, "--state", "buyng", "yes")
    assert status == 2
    assert "no state is called 'buyng'; did you mean 'buying'?" in output


def test_a_flow_with_mistakes_is_shown_with_them(tmp_path: Path) -> None:
    path = tmp_path / "broken.flow"
    path.write_text(FLOW.replace("-> selling", "-> nowhere"), encoding="utf-8")
    status, output = run(str(path), "yes")
    assert status == 1
    assert "FL201" in output
