"""Labels flow back: they say what is mended, become tests that play, and phrases that do no harm."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from flowengine.graph.compile import compile_file
from flowengine.graph.model import Flow
from flowengine.store.connection import Database
from flowengine.store.labels import Label, Labels, Meaning, labels_of
from flowengine.store.store import Store
from flowengine.testing.labelled.personal import may_be_personal
from flowengine.testing.labelled.playing import recorded_tests
from flowengine.testing.labelled.proposing import proposals, with_phrase
from flowengine.testing.labelled.reviewing import Reviewed, reviewed
from flowengine.testing.player import DEFAULT_NOW
from flowengine.testing.suite import run
from tests.testing.recorded_calls import record

VISIT = """flow visit "A visit" inbound
  agent "Amy" of "Hearth & Home"

contact
  name: text
  plan: one of (Essential, Complete) = Essential

outcome booked success
outcome declined

intent agree "the caller says yes"
  "yes" "yes please"

intent refuse "the caller says no"
  "no" "no thanks" "rather not"

intent waits "the caller wants a moment"
  "wait" "one moment"

state start
  say "Hello {{ contact.name }}, this is Amy, an automated assistant. Shall I book the visit?"
  listen 6s
    agree -> sure
    refuse -> goodbye
    waits: again
    otherwise or silence: again "Shall I?"
    otherwise or silence 5 -> goodbye

state sure
  say "Are you sure?"
  listen 6s
    agree: end booked
    refuse -> goodbye
    otherwise or silence: again "Sure?"
    otherwise or silence 3 -> goodbye

state goodbye
  say "Goodbye."
  end declined
"""


@pytest.fixture
def flow_file(tmp_path: Path) -> Path:
    file = tmp_path / "visit.flow"
    file.write_text(VISIT, encoding="utf-8")
    return file


@pytest.fixture
def flow(flow_file: Path) -> Flow:
    compiled = compile_file(flow_file)
    assert compiled.flow is not None, compiled.diagnostics
    return compiled.flow


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(Database.open(f"sqlite:///{tmp_path / 'record.db'}"))
    yield opened
    opened.close()


def say(store: Store, turn: int, meaning: Meaning, name: str | None = None, call_id: str = "call-1") -> None:
    assert Labels(store.database).put(Label(call_id, turn, meaning, name, "cli:0", DEFAULT_NOW))


def found(store: Store, flow: Flow) -> list[Reviewed]:
    return reviewed(flow, labels_of(store, "visit"))


def test_labels_are_open_until_the_flow_understands_them(store: Store, flow: Flow) -> None:
    record(store, flow, "call-1", {"name": "Priya"}, "go on then", "yes please", "naturally")
    say(store, 1, "intent", "agree")
    say(store, 2, "right")
    say(store, 3, "none")
    status = {each.labelled.label.turn: each.status for each in found(store, flow)}
    assert status == {1: "open", 2: "right", 3: "right"}
    mended = with_phrase(flow, "agree", "go on then")
    assert {each.labelled.label.turn: each.status for each in found(store, mended)}[1] == "mended"
    lost = replace(flow, intents={**flow.intents, "agree": replace(flow.intents["agree"], phrases=())})
    assert {each.labelled.label.turn: each.status for each in found(store, lost)}[2] == "lost"


def test_a_phrase_is_proposed_once_and_mends_its_label(store: Store, flow: Flow) -> None:
    record(store, flow, "call-1", {"name": "Priya"}, "er, go on then", "go on then")
    say(store, 1, "intent", "agree")
    say(store, 2, "intent", "agree")
    made = proposals(flow, found(store, flow), personal=False)
    assert made.phrases == {"agree": ["go on then"]}
    assert made.left_out == []
    mended = with_phrase(flow, "agree", "go on then")
    assert {each.status for each in found(store, mended)} == {"mended"}


def test_a_phrase_that_would_clash_is_left_out(store: Store, flow: Flow) -> None:
    record(store, flow, "call-1", {"name": "Priya"}, "rather not", "no thanks")
    say(store, 1, "intent", "agree")
    made = proposals(flow, found(store, flow), personal=False)
    assert made.phrases == {}
    assert [each.phrase for each in made.left_out] == ["rather not"]


def test_what_still_takes_the_words_is_named_and_not_what_they_mean(store: Store, flow: Flow) -> None:
    record(store, flow, "call-1", {"name": "Priya"}, "Yes, please.")
    say(store, 1, "intent", "refuse")
    (left,) = proposals(flow, found(store, flow), personal=False).left_out
    assert left.phrase == "yes please"
    assert left.why in (
        "it would still be taken for agree in 'start'",
        "the caller would still be asked whether agree is meant, in 'start'",
    )


def test_a_phrase_that_a_labelled_turn_would_fall_for_is_left_out(store: Store, flow: Flow) -> None:
    record(store, flow, "call-1", {"name": "Priya"}, "go on then", "go on then about the weather")
    say(store, 1, "intent", "agree")
    say(store, 2, "none")
    made = proposals(flow, found(store, flow), personal=False)
    assert made.phrases == {}
    assert made.left_out[0].why.startswith("turn 2 of call-1")


def test_what_a_further_tier_understood_is_not_lost(store: Store, flow: Flow, flow_file: Path) -> None:
    record(store, flow, "call-1", {"name": "Priya"}, "go on then")
    say(store, 1, "right")
    (labelled,) = labels_of(store, "visit")
    labelled.line.intent, labelled.line.tier = "agree", "model"
    (held,) = reviewed(flow, [labelled])
    assert (held.status, held.now) == ("right", None)
    made = recorded_tests(store, flow, flow_file, flow_file.with_name("r.flowtest"), [held], personal=False)
    assert (made.tests, len(made.left_out)) == ([], 1)


def test_long_or_personal_words_and_foreign_intents_are_no_phrases(store: Store, flow: Flow) -> None:
    long = "well I suppose that you could go on and do it then"
    record(store, flow, "call-1", {"name": "Priya"}, "Priya would love that", long, "go on then")
    say(store, 1, "intent", "agree")
    say(store, 2, "intent", "agree")
    say(store, 3, "intent", "driving")
    made = proposals(flow, found(store, flow), personal=False)
    assert made.phrases == {}
    whys = sorted(each.why for each in made.left_out)
    assert [why.split()[0] for why in whys] == ["its", "longer", "the"]
    assert "Priya" not in str(made)


def test_tests_play_the_call_up_to_the_labelled_turn(store: Store, flow: Flow, flow_file: Path) -> None:
    record(store, flow, "call-1", {"name": "Priya", "plan": "Complete"}, "the weather", "yes please", "go on then")
    say(store, 2, "right")
    say(store, 3, "intent", "agree")
    file = flow_file.with_name("recorded.flowtest")
    made = recorded_tests(store, flow, flow_file, file, found(store, flow), personal=False)
    file.write_text(made.text, encoding="utf-8")
    assert (len(made.tests), made.left_out, made.personal) == (2, [], [])
    assert "Priya" not in made.text
    assert 'plan = "Complete"' in made.text
    report = run([file])
    assert report.problems == ()
    passed = {result.test.name: result.passed for result in report.results}
    assert passed == {"call-1 turn 2 means right": True, "call-1 turn 3 means agree": False}
    flow_file.write_text(VISIT.replace('"yes please"', '"yes please" "go on then"'), encoding="utf-8")
    assert all(result.passed for result in run([file]).results)


def test_personal_words_stay_in_the_record_unless_asked_for(store: Store, flow: Flow, flow_file: Path) -> None:
    record(store, flow, "call-1", {"name": "Priya"}, "my name is Priya Nair", "go on then")
    say(store, 2, "intent", "agree")
    file = flow_file.with_name("recorded.flowtest")
    made = recorded_tests(store, flow, flow_file, file, found(store, flow), personal=False)
    assert (made.tests, len(made.personal)) == ([], 1)
    assert "Priya" not in made.text
    made = recorded_tests(store, flow, flow_file, file, found(store, flow), personal=True)
    assert len(made.tests) == 1
    assert 'name = "Priya"' in made.text
    assert "my name is Priya Nair" in made.text


def test_a_call_that_goes_another_way_today_makes_no_test(store: Store, flow: Flow, flow_file: Path) -> None:
    record(store, flow, "call-1", {"name": "Priya"}, "yes please", "go on then")
    say(store, 2, "intent", "agree")
    flow_file.write_text(VISIT.replace("agree -> sure", "agree -> goodbye"), encoding="utf-8")
    changed = compile_file(flow_file).flow
    assert changed is not None
    made = recorded_tests(
        store, changed, flow_file, flow_file.with_name("r.flowtest"), found(store, flow), personal=False
    )
    assert made.tests == []
    assert "another way" in made.left_out[0]


@pytest.mark.parametrize(
    ("text", "personal"),
    [
        ("go on then", False),
        ("one or two", False),
        ("it is a shame", False),
        ("my number is four four oh one", True),
        ("it's 12 Acacia Avenue", True),
        ("my name's Sam", True),
        ("this is Priya speaking", True),
        ("me@example.com", True),
        ("Nair wants it", True),
    ],
)
def test_what_may_be_personal(text: str, personal: bool) -> None:
    assert may_be_personal(text, ["Priya Nair", None, 4]) is personal
