"""`flowengine can-call`: the worked decisions through the command line, over the record, and for people."""

from __future__ import annotations

import json
import re
from array import array
from collections.abc import Mapping
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from flowengine.cli.main import main
from flowengine.compliance.rule_table import RULES
from flowengine.store.connection import Database
from flowengine.store.contacts import Contact
from flowengine.store.lists import Lists
from flowengine.store.rows import Suppression
from flowengine.store.spool import Spool
from flowengine.store.tps import write_list

ROOT = Path(__file__).parents[2]
CASES: list[dict[str, Any]] = json.loads((ROOT / "tests/compliance/can_call_cases.json").read_text("utf-8"))
DRAMA = {"FLOWENGINE_DRAMA_NUMBERS": "on"}
NUMBER, E164 = "0113 496 0123", "+441134960123"
WEDNESDAY = "2026-03-04T15:00+00:00"
AT = datetime.fromisoformat(WEDNESDAY)


@pytest.fixture(autouse=True)
def _apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a folder without a record, and without the settings of whoever runs the tests."""
    monkeypatch.chdir(tmp_path)
    for name in ("FLOWENGINE_DATABASE_URL", "FLOWENGINE_TPS", "TWILIO_DEFAULT_FROM"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def lists(tmp_path: Path) -> Any:
    database = Database.open(f"sqlite:///{tmp_path / 'flowengine.db'}")
    yield Lists(database)
    database.close()


def run(*words: str, **env: str) -> Result:
    return CliRunner().invoke(main, ["can-call", *words], env={**DRAMA, **env})


def codes(result: Result) -> list[str]:
    return [reason["code"] for reason in json.loads(result.stdout)["reasons"]]


def words_of(case: Mapping[str, Any]) -> list[str]:
    """A worked case as it is typed."""
    words = ["--at", case["at"]]
    for moment in case.get("attempts", []):
        words += ["--attempt", moment]
    if "abandoned" in case:
        words += ["--abandoned", case["abandoned"]]
    if "tps" in case:
        words.append("--tps" if case["tps"] else "--no-tps")
    words += [f"--{name.replace('_', '-')}" for name in ("consent", "do_not_call") if case.get(name)]
    return [*words, "--", case["number"]]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_each_worked_decision_comes_out_on_the_command_line(case: dict[str, Any]) -> None:
    result = run(*words_of(case), FLOWENGINE_TPS="on" if "tps" in case else "off")
    assert result.exit_code == (0 if case["can_call"] else 1), result.output
    body = json.loads(result.stdout)
    assert body["can_call"] == case["can_call"]
    assert sorted(codes(result)) == sorted(case["codes"])


def test_the_cases_use_no_word_that_the_command_line_lacks() -> None:
    typed = {"id", "number", "at", "can_call", "codes", "attempts", "abandoned", "tps", "consent", "do_not_call"}
    assert {name for case in CASES for name in case} <= typed


def test_the_record_is_asked_where_there_is_one(lists: Lists) -> None:
    assert codes(run(NUMBER, "--at", WEDNESDAY)) == []
    lists.do_not_call.add(E164, "asked", AT, actor="x")
    lists.contacts.put(Contact(E164, vulnerable=True), AT, actor="x")
    result = run(NUMBER, "--at", WEDNESDAY)
    assert codes(result) == ["DO_NOT_CALL", "VULNERABLE_HOLD"]
    assert json.loads(result.stdout)["number"] == E164


def test_what_if_comes_on_top_of_the_record(lists: Lists) -> None:
    lists.do_not_call.add(E164, "asked", AT, actor="x")
    attempts = [word for hours in (1, 2, 3) for word in ("--attempt", (AT - timedelta(hours=hours)).isoformat())]
    result = run(NUMBER, "--at", WEDNESDAY, *attempts)
    assert codes(result) == ["CAP_24H", "DO_NOT_CALL"]
    assert lists.do_not_call.count() == 1


def test_a_record_is_not_made_by_asking(tmp_path: Path) -> None:
    result = run(NUMBER, "--at", WEDNESDAY)
    assert result.exit_code == 0
    assert "There is no record yet" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_record_that_was_named_must_be_there() -> None:
    result = run(NUMBER, "--db", "sqlite:///none.db")
    assert result.exit_code == 1
    assert "there is no sqlite:///none.db" in result.stderr


def test_a_record_that_cannot_be_read_allows_nothing(tmp_path: Path) -> None:
    (tmp_path / "flowengine.db").write_bytes(b"no database" * 1000)
    result = run(NUMBER, "--at", WEDNESDAY)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "not a database" in result.stderr


def test_the_tps_list_is_asked_when_the_settings_say_so(tmp_path: Path) -> None:
    numbers = memoryview(array("Q", [int(E164)])).cast("B")
    write_list(tmp_path / "flowengine.tps", [numbers], snapshot=AT - timedelta(3), imported_at=AT, source="x")
    assert codes(run(NUMBER, "--at", WEDNESDAY, FLOWENGINE_TPS="off")) == []
    assert codes(run(NUMBER, "--at", WEDNESDAY, FLOWENGINE_TPS="on")) == ["TPS_REGISTERED"]
    assert codes(run(NUMBER, "--at", WEDNESDAY, "--no-tps", FLOWENGINE_TPS="on")) == []
    assert codes(run(NUMBER, "--at", "2026-04-08T15:00+01:00", FLOWENGINE_TPS="on")) == [
        "TPS_REGISTERED",
        "TPS_DATA_STALE",
    ]


def test_a_tps_list_that_is_not_there_allows_nothing() -> None:
    assert codes(run(NUMBER, "--at", WEDNESDAY, FLOWENGINE_TPS="on")) == ["TPS_DATA_STALE"]


def test_it_says_that_the_tps_does_not_count() -> None:
    assert "FLOWENGINE_TPS is off" in run(NUMBER, "--at", WEDNESDAY, "--tps").stderr


def test_a_caller_id_and_a_postcode_are_weighed() -> None:
    assert codes(run(NUMBER, "--at", WEDNESDAY, "--caller-id", "0909 879 0123")) == ["CLI_INVALID"]
    assert codes(run(NUMBER, "--at", WEDNESDAY, TWILIO_DEFAULT_FROM="+449098790123")) == ["CLI_INVALID"]
    easter_monday = ("--at", "2026-04-06T10:00+01:00")
    assert codes(run("07700 900123", *easter_monday)) == ["BANK_HOLIDAY"]
    assert codes(run("07700 900123", *easter_monday, "--postcode", "EH1 1AA")) == []


def test_a_moment_without_a_zone_is_london_s() -> None:
    assert codes(run(NUMBER, "--at", "2026-07-01T20:59")) == []
    assert codes(run(NUMBER, "--at", "2026-07-01T21:00")) == ["OUTSIDE_HOURS"]


@pytest.mark.parametrize(
    "words", [["--at", "noon", NUMBER], ["--attempt", "x", NUMBER], ["--at", "0001-01-01", NUMBER], [], ["--x", NUMBER]]
)
def test_a_wrong_question_has_an_exit_status_of_its_own(words: list[str]) -> None:
    assert run(*words).exit_code == 2


def test_it_is_explained_to_people() -> None:
    attempts = [word for hours in (1, 2, 3) for word in ("--attempt", (AT - timedelta(hours=hours)).isoformat())]
    told = run(NUMBER, "--at", WEDNESDAY, "--do-not-call", "--explain", *attempts)
    assert told.exit_code == 1
    assert told.stdout.startswith("+441134960123 may not be called on Wednesday 4 March 2026, 15:00 in England.\n")
    assert (
        "rule F1: at most 3 attempts in the last 24 hours (this product)\n    gone from Thursday 5 March" in told.stdout
    )
    assert (
        "rule D1: the company's own do-not-call list, over all campaigns (PECR 21(1)(a))\n    gone never" in told.stdout
    )
    assert "Attempts: 3 in 24 hours, 3 in 7 days." in told.stdout
    assert "Waiting alone does not help." in told.stdout


def test_when_waiting_helps_it_says_until_when() -> None:
    told = run(NUMBER, "--at", "2026-03-04T07:59:30+00:00", "--explain").stdout
    assert "Wednesday 4 March 2026, 07:59:30" in told
    assert "It may be called from Wednesday 4 March 2026, 08:00." in told
    assert "warning NO_AUTOMATED_CALL_CONSENT" in told


def test_the_table_of_rules_is_that_of_the_page() -> None:
    page = (ROOT / "docs/reference/compliance.md").read_text("utf-8")
    rows = re.findall(r"^\| (\w\d) \| (.+?) \| (.+?) \| .* \| `[A-Z_0-9]+` \|", page, re.MULTILINE)
    assert {rule: (asks, source) for rule, asks, source in rows} == {
        name: (rule.asks, rule.source) for name, rule in RULES.items()
    }


def test_an_opt_out_that_a_dead_process_left_in_the_spool_counts(lists: Lists) -> None:
    with closing(Database.open("sqlite:///flowengine.db")) as database:
        Spool(database.spool, database.vault).add([Suppression(E164, "call-1", "opt_out", AT)])
    answer = run(NUMBER, "--at", WEDNESDAY)
    assert (answer.exit_code, "DO_NOT_CALL" in answer.output) == (1, True)
