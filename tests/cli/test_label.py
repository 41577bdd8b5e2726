"""`flowengine label` and `labels`: a turn of a recorded call is labelled, listed, and made a test and a phrase."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from flowengine.cli.main import main
from flowengine.graph.compile import compile_file
from flowengine.store.audit import AuditLog
from flowengine.store.connection import Database
from flowengine.store.store import Store
from flowengine.testing.suite import run as played
from tests.testing.recorded_calls import record
from tests.testing.test_labelled import VISIT

SLOTS = """
slot visit_day: date
  ask "Which day?"
  again "Which day, please?"
  confirm "{{ visit_day | spoken }}?"

slot lasts: duration
  ask "How long?"
  again "How long, please?"
  confirm "{{ lasts | spoken }}?"
"""
Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """In a folder with a record, one call of the flow in it, and the flow."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FLOWENGINE_DATABASE_URL", f"sqlite:///{tmp_path / 'record.db'}")
    flows = tmp_path / "flows"
    flows.mkdir()
    (flows / "visit.flow").write_text(VISIT.replace("\nstate start", f"{SLOTS}\nstate start"), encoding="utf-8")
    flow = compile_file(flows / "visit.flow").flow
    assert flow is not None
    store = Store(Database.open(f"sqlite:///{tmp_path / 'record.db'}"))
    record(store, flow, "call-1", {"name": "Priya"}, "yes please", "go on then", "press 1")
    store.close()
    return lambda *words: CliRunner().invoke(main, list(words))


def test_a_turn_is_labelled_listed_and_shown_with_its_call(run: Run) -> None:
    labelled = run("label", "last", "2", "agree")
    assert labelled.output == "turn 2  go on then\n  understood as nothing, labelled agree\n"
    listed = run("labels", "flows/visit.flow").output.splitlines()
    assert listed == [
        "call-1 turn 2  open     go on then",
        "  meant agree, then understood as nothing, now as nothing",
        "1 open",
    ]
    (row,) = json.loads(run("labels", "flows/visit.flow", "--json").output)
    assert (row["said"], row["state"], row["name"], row["status"]) == ("go on then", "sure", "agree", "open")
    assert "turn 2: labelled agree" in run("calls", "call-1").output
    assert run("label", "last", "2", "--remove").exit_code == 0
    assert run("labels", "flows/visit.flow").output.startswith("No turn")


def test_labelling_is_audited(run: Run, tmp_path: Path) -> None:
    run("label", "call-1", "2", "none")
    database = Database.open(f"sqlite:///{tmp_path / 'record.db'}")
    (entry,) = AuditLog(database).page(limit=10, before=None)
    database.close()
    assert (entry.action, entry.subject) == ("label.put", "call-1")
    assert "go on" not in entry.detail


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("2", "agre"), "did you mean 'agree'?"),
        (("9", "agree"), "the call has no turn 9 of the caller's: it has turns 1 to 3"),
        (("3", "agree"), "turn 3 was keys"),
        (("2", "--slot", "day"), "'visit' has no slot called 'day'"),
        (("2", "--slot", "visit_da"), "did you mean 'visit_day'?"),
        (("2", "--slot", "visit_day", "--value", "banana"), "it takes a date such as 2026-12-01"),
        (("2",), "give one of: an intent, none, right, --slot NAME, --remove"),
        (("2", "agree", "--value", "x"), "name it with --slot"),
        (("2", "--remove"), "turn 2 has no label"),
    ],
)
def test_what_cannot_be_a_label_is_explained(run: Run, words: tuple[str, ...], message: str) -> None:
    result = run("label", "call-1", *words)
    assert result.exit_code != 0
    assert message in result.output


@pytest.mark.parametrize(
    ("slot", "given", "kept"),
    [
        ("visit_day", "2026-12-01", "2026-12-01"),
        ("visit_day", "the first of December 2026", "2026-12-01"),
        ("lasts", "90s", "90s"),
        ("lasts", "two hours", "7200s"),
    ],
)
def test_a_value_is_read_as_its_slot_reads_it(run: Run, slot: str, given: str, kept: str) -> None:
    assert run("label", "call-1", "2", "--slot", slot, "--value", given).exit_code == 0
    (row,) = json.loads(run("labels", "flows/visit.flow", "--json").output)
    assert row["value"] == kept


def test_one_test_is_one_test(run: Run) -> None:
    run("label", "call-1", "1", "right")
    written = run("labels", "flows/visit.flow", "--tests", "flows/calls.flowtest").output
    assert written == "1 test in flows/calls.flowtest: flowengine test flows/calls.flowtest\n"


def test_the_flow_of_the_call_must_be_at_hand(run: Run, tmp_path: Path) -> None:
    (tmp_path / "flows" / "visit.flow").rename(tmp_path / "elsewhere.flow")
    assert "name its file with --flow" in run("label", "call-1", "2", "agree").output
    assert run("label", "call-1", "2", "agree", "--flow", "elsewhere.flow").exit_code == 0


def test_labels_become_tests_and_phrases(run: Run) -> None:
    run("label", "call-1", "1", "right")
    run("label", "call-1", "2", "agree")
    assert run("labels", "flows/visit.flow", "--phrases").output == 'intent agree\n  "go on then"\n'
    written = run("labels", "flows/visit.flow", "--tests", "flows/calls.flowtest")
    assert written.output == "2 tests in flows/calls.flowtest: flowengine test flows/calls.flowtest\n"
    results = played([Path("flows/calls.flowtest")]).results
    assert sorted(result.passed for result in results) == [False, True]
    again = run("labels", "flows/visit.flow", "--tests", "flows/calls.flowtest")
    assert "is there already" in again.output
    assert again.exit_code != 0
