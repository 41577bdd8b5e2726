"""What the doctor finds, each with its remedy, and what it leaves alone."""

from __future__ import annotations

from array import array
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from flowengine.compliance.policy import Policy
from flowengine.service.doctor import examine as examining
from flowengine.service.doctor import flows, record, rules, surroundings, telephone
from flowengine.service.doctor.finding import Case, Check, Finding
from flowengine.service.settings import Settings
from flowengine.store.call_rules import CallRules
from flowengine.store.connection import Database
from flowengine.store.health import Health
from flowengine.store.queue import CallQueue
from flowengine.store.queue_rows import AttemptEnd, Claim, NewCall, Pace
from flowengine.store.store import Store
from flowengine.store.tps import list_file, write_list

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
GOOD_FLOW = """
flow small "Small" inbound
  agent "Amy" of "Us"

outcome done

state hello
  say "Hello, this is an automated assistant. Goodbye."
  end done
"""


def found(check: Check, env: dict[str, str], now: datetime = NOON) -> list[tuple[str, str, str, str]]:
    settings = Settings.from_env(env, dotenv=Path("none"))
    case = Case(settings, env, now, speaks=False, reaches=False)
    return [(each.subject, each.verdict, each.says, each.remedy) for each in check(case)]


def verdicts(check: Check, env: dict[str, str], now: datetime = NOON) -> dict[str, str]:
    return {subject: verdict for subject, verdict, _, _ in found(check, env, now)}


def test_a_misspelt_setting_is_named_with_the_one_that_was_meant() -> None:
    wrong = [each for each in found(surroundings.check, {"FLOWENGINE_MAX_CALL": "5"}) if each[1] == "warning"]
    assert wrong == [
        (
            "settings",
            "warning",
            "FLOWENGINE_MAX_CALL is no setting of flowengine's",
            "did you mean FLOWENGINE_MAX_CALLS?",
        )
    ]


def test_a_database_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/none.db"
    assert verdicts(record.check, {"FLOWENGINE_DATABASE_URL": url}) == {"record": "note"}
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("ahead_s", "is_told"), [(-60, True), (0, False), (60, True)])
def test_the_databases_clock_is_held_against_ours_as_it_was_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ahead_s: int, is_told: bool
) -> None:
    url = f"sqlite:///{tmp_path / 'record.db'}"
    Store.open(url).close()

    def read(database: Database) -> Health:
        return Health("SQLite", datetime.now(UTC) + timedelta(seconds=ahead_s), 0, 0)

    monkeypatch.setattr(record, "health", read)
    # The whole examination began long ago.
    assert ("clock" in verdicts(record.check, {"FLOWENGINE_DATABASE_URL": url}, NOON)) == is_told


def test_a_database_that_works_is_well_and_one_that_does_not_is_explained(tmp_path: Path) -> None:
    file = tmp_path / "record.db"
    Store.open(f"sqlite:///{file}").close()
    env = {"FLOWENGINE_DATABASE_URL": f"sqlite:///{file}"}
    assert verdicts(record.check, env, datetime.now(UTC))["record"] == "ok"
    (tmp_path / "record.db.spool.refused").write_text("x")
    assert [each[1] for each in found(record.check, env, datetime.now(UTC)) if each[0] == "record"] == ["ok", "warning"]
    file.write_bytes(b"this is no database, it is a text of some length" * 100)
    (problem,) = found(record.check, env)
    assert problem[:2] == ("record", "problem")
    assert "not a database; move that file away" in problem[2]


def test_a_pause_of_all_dialling_is_a_problem(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/record.db"
    store = Store.open(url)
    queue = CallQueue(CallRules(store.database, Policy(drama_numbers=True), caller_id="+441134960124"), Pace())
    for at in range(2):
        now = NOON + timedelta(minutes=at)
        queue.enqueue(NewCall(f"c{at}", f"+44113496012{at}", "small"), now)
        claim = queue.claim(now, "this process")
        assert isinstance(claim, Claim)
        queue.end(AttemptEnd(claim.attempt_id, now, "abandoned", abandoned=True))
    store.close()
    later = NOON + timedelta(hours=1)
    (pause,) = [each for each in found(record.check, {"FLOWENGINE_DATABASE_URL": url}, later) if each[0] == "dialling"]
    assert pause[1] == "problem"
    assert pause[2].endswith("(A2): 2 of 2")
    assert "dialling" not in verdicts(record.check, {"FLOWENGINE_DATABASE_URL": url}, later + timedelta(days=1))


def test_hours_wider_than_the_products_are_warned_of() -> None:
    env = {"FLOWENGINE_WEEKDAY_HOURS": "06:00-24:00", "FLOWENGINE_BANK_HOLIDAYS": "on"}
    warned = [each[2] for each in found(rules.check, env) if each[:2] == ("hours", "warning")]
    assert [each.partition(" (")[0] for each in warned] == [
        "calls are made from 06:00 to 24:00 on Monday to Friday",
        "calls are made on bank holidays",
    ]


def test_flows_that_cannot_run_and_numbers_without_a_flow_are_problems(tmp_path: Path) -> None:
    (tmp_path / "small.flow").write_text(GOOD_FLOW)
    (tmp_path / "broken.flow").write_text("flow broken inbound\n  agent")
    env = {"FLOWENGINE_FLOWS": str(tmp_path), "FLOWENGINE_NUMBERS": "+441134960124=small,+441134960125=broken"}
    problems = [each for each in found(flows.check, env) if each[1] == "problem"]
    assert [each[2].partition(" has ")[0] for each in problems[:1]] == [str(tmp_path / "broken.flow")]
    assert problems[1][2] == "FLOWENGINE_NUMBERS sends +441…25 to 'broken', which cannot run"


@pytest.mark.parametrize(
    ("at", "verdict", "says"),
    [
        ("2026-11-24T12:00+00:00", "ok", "calls may be made now (Tuesday 12:00 in London)"),
        (
            "2026-11-24T21:30+00:00",
            "note",
            "no calls now: Tuesday 21:30 is outside 08:00 to 21:00 local time. Next: Wednesday 25 November 2026, 08:00",
        ),
    ],
)
def test_the_hours_are_told_as_of_now(at: str, verdict: str, says: str) -> None:
    hours = [each for each in found(rules.check, {}, datetime.fromisoformat(at)) if each[0] == "hours"]
    assert hours == [("hours", verdict, says, "")]


@pytest.mark.parametrize(("days", "verdict"), [(3, "ok"), (25, "warning"), (29, "problem")])
def test_the_age_of_the_tps_list_counts(tmp_path: Path, days: int, verdict: str) -> None:
    file = tmp_path / "flowengine.tps"
    numbers = array("Q", [441134960123]).tobytes()
    snapshot = NOON - timedelta(days=days)
    write_list(list_file(file, "tps"), [numbers], snapshot=snapshot, imported_at=NOON, source="test")
    assert verdicts(rules.check, {"FLOWENGINE_TPS": "on", "FLOWENGINE_TPS_FILE": str(file)})["TPS"] == verdict


def test_a_tps_switched_on_without_its_list_calls_nobody(tmp_path: Path) -> None:
    env = {"FLOWENGINE_TPS": "on", "FLOWENGINE_TPS_FILE": str(tmp_path / "none")}
    assert [each[2].partition(", and")[0] for each in found(rules.check, env) if each[0] == "TPS"] == [
        "it is switched on"
    ]


def test_no_telephone_line_is_no_fault_and_an_address_of_this_machine_is_one() -> None:
    assert verdicts(telephone.check, {}) == {"telephone": "note"}
    line = {
        "TWILIO_ACCOUNT_SID": "AC" + "1" * 32,
        "TWILIO_AUTH_TOKEN": "t" * 32,
        "SERVER_BASE_URL": "http://localhost:1",
    }
    assert verdicts(telephone.check, line) == {"telephone": "problem"}


def test_a_check_that_breaks_is_a_finding_and_hides_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(case: Case) -> list[Finding]:
        raise RuntimeError("+441134960123")

    monkeypatch.setattr(examining, "CHECKS", (broken, surroundings.check))
    case = Case(Settings(), {}, NOON)
    seen = list(examining.examine(case))
    assert (seen[0].subject, seen[0].says) == ("test_examine", "this check broke (RuntimeError)")
    assert seen[1].verdict == "ok"
