"""`flowengine understand`: candidates with their reasons, what is denied, and what a call would do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from flowengine.adapters import registry
from flowengine.adapters.local import packages
from flowengine.adapters.scripted.model import ScriptedModel
from flowengine.cli.main import main
from flowengine.runtime.ports import FormRequest, FormValue

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


@pytest.fixture(autouse=True)
def no_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is installed makes no difference: the scripted engine is named where one is wanted."""
    monkeypatch.setattr(packages, "MEANING", ("no_such_package",))


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
    assert "no phrase and no pattern fits" in output
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
    assert "no state is called 'nope'; the flow has buying, choose" in run(flow, "--state", "nope", "yes")[1]


def test_a_flow_with_mistakes_is_shown_with_them(tmp_path: Path) -> None:
    path = tmp_path / "broken.flow"
    path.write_text(FLOW.replace("-> selling", "-> nowhere"), encoding="utf-8")
    status, output = run(str(path), "yes")
    assert status == 1
    assert "FL201" in output


# The further tiers.


def near(*arguments: str) -> dict[str, object]:
    status, output = run(*arguments, "--engine", "scripted:", "--json")
    assert status == 0, output
    found = json.loads(output)["meaning"]
    assert isinstance(found, dict)
    return found


def test_likeness_is_shown_with_the_nearest_example_and_what_a_call_would_do(flow: str) -> None:
    status, output = run(flow, "--state", "choose", "--engine", "scripted:", "I really want to buy")
    assert status == 0
    assert "buy " in output
    assert "probability 0.81, likeness 0.80 to “I want to buy”" in output or "to “I want to buy”" in output
    assert "which a call does not ask here" in output
    assert "by likeness" not in output


def test_a_likeness_that_is_sure_is_taken_an_unsure_one_asked_and_else_nothing(flow: str) -> None:
    assert near(flow, "--state", "choose", "purchase")["outcome"] == "asked"
    assert near(flow, "--state", "choose", "blue monkeys") == {
        **near(flow, "--state", "choose", "blue monkeys"),
        "outcome": "nothing",
        "intent": None,
        "question": None,
    }
    assert near(flow, "--state", "choose", "stop calling me")["question"] == (
        "Sorry, would you like us not to call you again?"
    )


def test_only_what_may_be_meant_in_the_state_is_likened(flow: str) -> None:
    weighed = near(flow, "--state", "buying", "I want to sell")["weighed"]
    assert isinstance(weighed, list)
    named = {each["intent"] for each in weighed}
    assert {"buy", "opt_out", "distress"} <= named
    assert "sell" not in named


def test_without_the_engine_one_line_says_so(flow: str) -> None:
    status, output = run(flow, "I want to buy")
    assert status == 0
    assert "by phrases alone: " in output
    assert "taken" in output


def test_phrases_leaves_likeness_out(flow: str) -> None:
    assert "likeness" not in run(flow, "--phrases", "I want to buy")[1]


def test_what_every_flow_hears_is_told(flow: str) -> None:
    output = run(flow, "--phrases", "are you a robot")[1]
    assert "heard in every flow, by rules of the engine: robot_question" in output


def test_the_model_is_asked_as_a_call_asks_it(flow: str, monkeypatch: pytest.MonkeyPatch) -> None:
    forms: list[FormRequest] = []

    class Chooser(ScriptedModel):
        async def fill(self, request: FormRequest) -> dict[str, FormValue]:
            forms.append(request)
            return {"intent": "sell"}

    monkeypatch.setenv("FLOWENGINE_MODEL", "a-model")
    monkeypatch.setenv("FLOWENGINE_MODEL_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setattr(registry, "model_from", lambda options: Chooser())
    output = run(flow, "--phrases", "--model", "--state", "choose", "I have an old car")[1]
    assert "the model  chooses sell" in output
    assert {"buy", "sell", "opt_out", "none of these"} <= set(forms[0].fields[0].choices)


def test_the_model_needs_a_setting(flow: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FLOWENGINE_MODEL", raising=False)
    status, output = run(flow, "--phrases", "--model", "yes")
    assert status == 2
    assert "FLOWENGINE_MODEL" in output


def test_likeness_that_is_switched_off_is_told(flow: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLOWENGINE_MEANING", "off")
    assert "by phrases alone: likeness is off (FLOWENGINE_MEANING)" in run(flow, "I want to buy")[1]


def test_a_phrase_that_covers_little_is_held_against_likeness(flow: str) -> None:
    words = "the lovely weather that we have had I want to buy in this town for all of the week"
    _, output = run(flow, "--state", "choose", "--engine", "scripted:", words)
    assert "a phrase that covers so little of the words is held against likeness" in output
