"""What the record knows of a number, as the calling rules get it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from flowengine.compliance.facts import Facts, PastAttempt
from flowengine.compliance.policy import Policy
from flowengine.errors import StoreError
from flowengine.store import tables
from flowengine.store.call_rules import CallRules
from flowengine.store.connection import Database
from flowengine.store.rows import CallStart
from flowengine.store.store import Store
from tests.store.queue_cases import DAY, HOUR, NOON, POLICY, attempted, listed, number, rows
from tests.store.records import end


@dataclass
class Register:
    """A TPS list in memory."""

    snapshot: datetime | None
    numbers: frozenset[str] = frozenset()

    def contains(self, number: str) -> bool:
        return number in self.numbers


def facts(database: Database, at: datetime = NOON, tps: Register | None = None, policy: Policy = POLICY) -> Facts:
    rules = CallRules(database, policy, tps)
    with database.reading() as connection:
        return rules.facts(connection, number(), at)


def agreed(database: Database, kind: str, given_at: datetime = NOON - DAY, **changes: Any) -> None:
    vault = database.vault
    row: dict[str, Any] = {
        "consent_id": kind,
        "number_hash": vault.index(number()),
        "number": vault.seal(number()),
        "kind": kind,
    }
    row |= {"source": vault.seal("form"), "written_at": given_at, "given_at": given_at}
    with database.writing() as connection:
        connection.execute(insert(tables.consents).values(row | changes))


def test_of_a_strange_number_nothing_is_known(database: Database) -> None:
    attempted(database, number(1), NOON)
    listed(database, number(2))
    assert facts(database) == Facts()


def test_attempts_of_the_last_week_are_known(database: Database) -> None:
    attempted(database, number(), NOON - 7 * DAY)
    attempted(database, number(), NOON - 6 * DAY, abandoned=True)
    attempted(database, number(), NOON - HOUR, counts=False)
    assert set(facts(database).attempts) == {
        PastAttempt(NOON - 6 * DAY, abandoned=True),
        PastAttempt(NOON - HOUR, counts=False),
    }


def test_a_longer_rest_after_an_abandoned_call_looks_further_back(database: Database) -> None:
    attempted(database, number(), NOON - 9 * DAY, abandoned=True)
    patient = Policy(drama_numbers=True, abandoned_hours=240)
    assert facts(database, policy=patient).attempts == (PastAttempt(NOON - 9 * DAY, abandoned=True),)
    assert [each.code for each in CallRules(database, patient).decide(number(), NOON).reasons] == ["ABANDONED_72H"]


def test_an_attempt_that_never_ended_is_known_however_old(database: Database) -> None:
    attempted(database, number(), NOON - 30 * DAY, state="placed", ended_at=None)
    assert facts(database).attempts == (PastAttempt(NOON - 30 * DAY, is_live=True),)
    decision = CallRules(database, POLICY).decide(number(), NOON)
    assert [each.code for each in decision.reasons] == ["CALL_IN_PROGRESS"]


def test_a_call_from_the_number_is_in_progress_until_it_ends(database: Database) -> None:
    store = Store(database)
    store.write([CallStart("call-1", "CA1", "booking", "abc", "inbound", NOON, number(), "+441134960124")])
    assert facts(database).in_progress
    store.write([end("call-1")])
    assert not facts(database).in_progress


def test_the_do_not_call_list_is_known(database: Database) -> None:
    listed(database, number())
    assert facts(database) == Facts(do_not_call=True)


def test_consents_hold_until_they_are_withdrawn(database: Database) -> None:
    for kind in ("automated", "tps", "sector:claims", "sector:pensions"):
        agreed(database, kind)
    known = facts(database)
    assert known == Facts(automated_consent=True, tps_override=True, sector_consents=frozenset({"claims", "pensions"}))


@pytest.mark.parametrize("change", [{"withdrawn_at": NOON - HOUR}, {"given_at": NOON + HOUR}])
def test_a_consent_that_is_withdrawn_or_still_to_come_is_none(database: Database, change: dict[str, datetime]) -> None:
    agreed(database, "automated", **change)
    assert facts(database) == Facts()


def test_what_is_known_of_the_person(database: Database) -> None:
    vault = database.vault
    row = {"number_hash": vault.index(number()), "number": vault.seal(number()), "updated_at": NOON}
    with database.writing() as connection:
        connection.execute(insert(tables.contacts).values(vulnerable=True, postcode=vault.seal("EH1 1AA"), **row))
    assert facts(database) == Facts(vulnerable=True, postcode="EH1 1AA")


def test_the_register_is_asked_where_it_has_data(database: Database) -> None:
    register = Register(NOON - DAY, frozenset({number()}))
    assert facts(database, tps=register) == Facts(tps=True, tps_snapshot=NOON - DAY)
    assert facts(database, tps=Register(NOON)) == Facts(tps=False, tps_snapshot=NOON)
    assert facts(database, tps=Register(None)) == Facts()


def test_every_spelling_is_one_number(database: Database) -> None:
    for hours in (1, 2, 3):
        attempted(database, number(), NOON - hours * HOUR)
    rules = CallRules(database, POLICY)
    for spelling in ("07700 900000", "+44 7700 900000", "0044 7700 900 000", "+44 (0)7700 900000", number()):
        decision = rules.decide(spelling, NOON)
        assert (decision.number, decision.counts.h24) == (number(), 3)
        assert [each.code for each in decision.reasons] == ["CAP_24H"]


def test_a_text_that_is_no_number_is_refused_without_being_looked_up(database: Database) -> None:
    decision = CallRules(database, POLICY).decide("0800 FLOWERS", NOON)
    assert [each.code for each in decision.reasons] == ["INVALID_NUMBER"]


def test_asking_writes_nothing(database: Database) -> None:
    CallRules(database, POLICY).decide(number(), NOON)
    assert rows(database, tables.decisions) == 0


def test_a_record_that_cannot_be_read_is_an_error_and_no_decision(database: Database) -> None:
    with database.writing() as connection:
        tables.attempts.drop(connection)
    with pytest.raises(StoreError, match="could not be read"):
        CallRules(database, POLICY).decide(number(), NOON)


def test_a_day_is_24_hours_where_the_clocks_change(database: Database) -> None:
    """They go back on 25 October 2026: a day by the wall clock is 25 hours."""
    at = datetime.fromisoformat("2026-10-25T12:00:00+00:00")
    for minutes in (0, 1, 2):
        attempted(database, number(), at - timedelta(hours=24, minutes=minutes))
    assert CallRules(database, POLICY).decide(number(), at).counts.h24 == 0
