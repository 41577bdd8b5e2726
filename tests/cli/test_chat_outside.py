"""A typed call whose flow asks for something outside: by option, at the terminal, or nobody."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from flowengine.adapters.local import packages
from flowengine.adapters.openai import model as adapter
from flowengine.adapters.scripted.meaning import ScriptedMeaning
from flowengine.cli import likened
from flowengine.cli.main import main
from flowengine.runtime import choosing, reading_values
from flowengine.testing.model.server import ModelServer
from flowengine.testing.model.turns import Turn

FLOW = """\
flow visit "A visit" inbound
  agent "Amy" of "Hearth & Home"

outcome booked success
outcome open
outcome hung_up

intent agree "the caller says yes"
  "yes"

intent help_me "the caller wants a colleague"
  "put me through"

slot pin: digits(4) secret
  ask "Your PIN?"

action book(pin: digits(4), day: date) -> reference: text, floor: number
  python "acme.bookings:book"

action remind()
  python "acme.bookings:remind"

state start
  split opening
    warm 50%
      say "How lovely."
    direct 50%
      say "Hello."
  say "Shall I?"
  listen
    agree -> ask
    machine: end open
    silence: end open
    otherwise -> worry

state ask
  collect pin
    done -> book_it
    failed: end open

state book_it
  do book(pin, "2026-12-01")
    ok
      say "It is {{ reference }}, floor {{ floor }}."
      -> reminder
    error
      say "That did not work."
      end open
    timeout
      say "That takes too long."
      end open

state reminder
  do remind()
    ok: end booked
    error: end open

state worry
  llm "Answer."
    facts "It is easy."
    never "prices"
    convinced "the caller agrees" -> ask
    limit 3 turns: end open
    fallback "I see.": end open

state colleague
  transfer "+44 113 496 0000"
    answered: end booked
    busy or no_answer or failed
      say "Nobody is there."
      end open

anywhere
  help_me -> colleague
  hangup: end hung_up
"""


class WarmScripted(ScriptedMeaning):
    async def warm_up(self, progress: Callable[[str], None]) -> None:
        progress("loading nothing")


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A model that answers is waited for, however slow the machine is."""
    monkeypatch.setattr(choosing, "CHOICE_WITHIN_S", 60.0)
    monkeypatch.setattr(reading_values, "VALUE_WITHIN_S", 60.0)
    for name in ("FIRST_S", "STALL_S"):
        monkeypatch.setattr(adapter, name, 60.0)


@pytest.fixture
def flow(tmp_path: Path) -> Path:
    path = tmp_path / "visit.flow"
    path.write_text(FLOW)
    return path


def chat(flow: Path, typed: str, *options: str) -> Result:
    return CliRunner().invoke(main, ["chat", str(flow), "--now", "2026-11-24T10:00", *options], input=typed)


def test_options_say_what_actions_and_the_model_answer(flow: Path) -> None:
    shown = chat(
        flow,
        "well\nall right\n/press 4711\n",
        *("--variant", "opening=warm", "--llm", 'says "It is easy."', "--llm", 'says "Lovely." then convinced'),
        *("--action", "book gives reference = AB12, floor = 2", "--action", "remind succeeds"),
    ).output
    for part in (
        "How lovely. Shall I?",
        "Amy › It is easy.",
        "Lovely. Your PIN?",
        "It is AB12, floor 2.",
        "ended: booked",
    ):
        assert part in shown, shown
    assert "4711" not in shown.replace("/press 4711", "")


def test_a_secret_stands_nowhere_on_the_screen(flow: Path) -> None:
    shown = chat(
        flow,
        "yes\nfour seven one one\n/press 4711\n/state\n",
        *("--variant", "opening=warm", "--action", "book gives reference = AB12, floor = 2"),
    ).output
    assert "you › •••\n  note: not heard: a secret is asked for" in shown
    assert "you › /press ••••\n" in shown
    assert "pin = •••" in shown
    assert "4711" not in shown
    assert "four seven" not in shown


def test_without_a_word_about_it_nothing_outside_is_there(flow: Path) -> None:
    assert "That did not work." in chat(flow, "yes\n/press 4711\n").output
    assert "I see." in chat(flow, "well\n").output
    assert "Nobody is there." in chat(flow, "put me through\n").output


def test_options_that_do_not_fit_the_flow_are_explained(flow: Path) -> None:
    result = chat(flow, "", "--action", "boook fails", "--variant", "opening=hot")
    assert result.exit_code == 2
    assert "has no action called 'boook'" in result.output
    assert "did you mean 'book'?" in result.output
    assert "no variant called 'hot'" in result.output


def test_a_machine_may_answer_a_typed_call(flow: Path) -> None:
    assert "ended: open" in chat(flow, "/machine\n").output


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flowengine.cli.chat._on_terminal", lambda stream: True)


@pytest.mark.usefixtures("terminal")
def test_a_person_says_what_an_action_gives(flow: Path) -> None:
    shown = chat(flow, "yes\n/press 4711\nAB12\nmany\n2\nsucceeds\n").output
    assert "action book(pin = •••, day = 2026-12-01)" in shown
    assert "that is not a number" in shown
    assert "It is AB12, floor 2." in shown
    assert "ended: booked" in shown


@pytest.mark.usefixtures("terminal")
@pytest.mark.parametrize(
    ("typed", "said"), [("fails", "That did not work."), ("AB12\ntimes out", "That takes too long.")]
)
def test_a_person_lets_an_action_fail(flow: Path, typed: str, said: str) -> None:
    assert said in chat(flow, f"yes\n/press 4711\n{typed}\n").output


@pytest.mark.usefixtures("terminal")
def test_a_person_says_how_a_transfer_ends(flow: Path) -> None:
    shown = chat(flow, "put me through\nengaged\nbusy\n").output
    assert "transfer to +441134960000" in shown
    assert "Nobody is there." in shown


def test_what_no_phrase_fits_is_compared_with_the_examples(flow: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = WarmScripted({"affirmative": {"agree": 0.95}})
    monkeypatch.setattr(likened, "LocalMeaning", lambda: engine)
    shown = chat(flow, "affirmative\n", "--meaning").output
    assert re.search(r"agree [01]\.\d+ \(meaning\)", shown), shown
    assert engine.closed


def test_likeness_that_the_settings_have_off_is_used_when_asked_for_and_told(
    flow: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(likened, "LocalMeaning", lambda: WarmScripted({"affirmative": {"agree": 0.95}}))
    assert "FLOWENGINE_MEANING" not in chat(flow, "affirmative\n", "--meaning").output
    monkeypatch.setenv("FLOWENGINE_MEANING", "off")
    shown = chat(flow, "affirmative\n", "--meaning").output
    assert "FLOWENGINE_MEANING=off leaves likeness out of calls; it is used here" in shown
    assert re.search(r"agree [01]\.\d+ \(meaning\)", shown), shown


def test_an_engine_that_is_not_installed_is_named(flow: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "present", lambda *names: False)
    result = chat(flow, "yes\n", "--meaning")
    assert result.exit_code == 1
    assert 'pip install "flowengine[meaning]"' in result.output


def test_the_model_chooses_what_no_phrase_fits(flow: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with ModelServer([Turn(form={"intent": "agree"})]) as server:
        monkeypatch.setenv("FLOWENGINE_MODEL", "small")
        monkeypatch.setenv("FLOWENGINE_MODEL_URL", server.url)
        shown = chat(flow, "affirmative\n", "--model").output
    assert "agree 0.85 (model)" in shown


def test_a_model_that_is_kept_to_its_turns_is_not_asked(flow: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with ModelServer([Turn(form={"intent": "agree"})]) as server:
        monkeypatch.setenv("FLOWENGINE_MODEL", "small")
        monkeypatch.setenv("FLOWENGINE_MODEL_URL", server.url)
        monkeypatch.setenv("FLOWENGINE_MODEL_UNDERSTANDING", "off")
        shown = chat(flow, "affirmative\n", "--model").output
        assert server.state()["turns_left"] == 1, "the form was not asked for"
    assert "(model)" not in shown


def test_the_summary_is_printed_after_the_call_with_what_the_options_fill_in(flow: Path) -> None:
    summary = """
summary
  agreed: boolean = call.outcome == "booked"
  reason: text "why the caller said no"
  day: date "which day they want"
"""
    flow.write_text(FLOW + summary)
    shown = chat(flow, "/hangup\n", "--variant", "opening=warm", "--llm", 'summarises reason = "too dear"').output
    assert shown.split("The call ended")[1].splitlines()[1:] == [
        "  agreed = false",
        "  reason = too dear",
        "  day = null",
    ]
    wrong = chat(flow, "/hangup\n", "--llm", "summarises resaon = x")
    assert wrong.exit_code == 2
    assert "did you mean 'reason'?" in wrong.output


def test_the_model_of_the_settings_fills_in_the_summary_after_the_call(
    flow: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    summary = """
summary
  length: number = turns
  reason: text "why the caller hung up"
  day: date "which day they want"
"""
    flow.write_text(FLOW + summary)
    with ModelServer([Turn(form={"reason": "no time", "day": None})]) as server:
        monkeypatch.setenv("FLOWENGINE_MODEL", "small")
        monkeypatch.setenv("FLOWENGINE_MODEL_URL", server.url)
        shown = chat(flow, "yes\n/hangup\n", "--model", "--variant", "opening=warm").output
    assert shown.split("The call ended")[1].splitlines()[1:4] == ["  length = 1", "  reason = no time", "  day = null"]
    assert len(server.asked) == 1
