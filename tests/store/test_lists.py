"""The lists of people: permanent, sealed, and every change in the audit log."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import Connection, select

from flowengine.store.audit import AuditLog
from flowengine.store.connection import Database
from flowengine.store.consents import KINDS, NewConsent
from flowengine.store.contacts import Contact
from flowengine.store.do_not_call import DoNotCall
from flowengine.store.lists import Lists
from flowengine.store.rows import Suppression
from flowengine.store.store import Store
from flowengine.store.tables import consents, contacts, do_not_call
from tests.store.records import NOW, NUMBER

OTHER = "+447700900123"
ME = "cli:1000"


@pytest.fixture
def lists(database: Database) -> Lists:
    return Lists(database)


def actions(database: Database) -> list[str]:
    """What the audit log has, the oldest first."""
    return [entry.action for entry in reversed(AuditLog(database).page(limit=100))]


# Do not call.


def test_a_number_is_listed_once_and_for_good(lists: Lists) -> None:
    assert not lists.do_not_call.contains(NUMBER)
    assert lists.do_not_call.add(NUMBER, "asked by letter", NOW, actor=ME)
    assert not lists.do_not_call.add(NUMBER, "asked again", NOW + timedelta(days=900), actor="key:1")
    entry = lists.do_not_call.find(NUMBER)
    assert entry is not None
    assert (entry.number, entry.reason, entry.written_by, entry.written_at) == (NUMBER, "asked by letter", ME, NOW)
    assert lists.do_not_call.contains(NUMBER)
    assert not lists.do_not_call.contains(OTHER)
    assert lists.do_not_call.find(OTHER) is None


def test_many_are_added_at_once_and_the_known_are_left(lists: Lists) -> None:
    lists.do_not_call.add(NUMBER, "first", NOW, actor=ME)
    entries = [Suppression(number, None, "import", NOW, ME) for number in (NUMBER, OTHER, OTHER)]
    assert lists.do_not_call.add_all(entries) == 1
    assert lists.do_not_call.add_all([]) == 0
    assert lists.do_not_call.count() == 2
    entry = lists.do_not_call.find(NUMBER)
    assert entry is not None
    assert entry.reason == "first"


def test_what_is_listed_by_another_meanwhile_is_known(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = DoNotCall(database), DoNotCall(database)
    look = ours._new

    def slow(connection: Connection, entries: Sequence[Suppression]) -> list[dict[str, object]]:
        rows = look(connection, entries)
        connection.rollback()
        assert theirs.add(NUMBER, "opt_out", NOW, actor=ME)
        return rows

    monkeypatch.setattr(ours, "_new", slow)
    assert ours.add_all([Suppression(number, None, "import", NOW, ME) for number in (NUMBER, OTHER)]) == 1
    entry = ours.find(NUMBER)
    assert entry is not None
    assert entry.reason == "opt_out"
    assert ours.count() == 2


def test_the_list_is_paged_without_gaps(lists: Lists, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = {f"+44113496{number:04}" for number in range(25)}
    lists.do_not_call.add_all([Suppression(number, "call-1", "said so", NOW) for number in numbers])
    first = lists.do_not_call.page(limit=10)
    second = lists.do_not_call.page(limit=10, after=first[-1].place)
    assert len({entry.number for entry in first + second}) == 20
    assert first[0].call_id == "call-1"
    monkeypatch.setattr("flowengine.store.do_not_call.PAGE", 7)
    assert sorted(entry.number for entry in lists.do_not_call.every()) == sorted(numbers)


def test_a_mistake_is_taken_back_and_stays_in_the_audit_log(lists: Lists, database: Database) -> None:
    lists.do_not_call.add(NUMBER, "asked by letter", NOW, actor=ME)
    assert lists.do_not_call.remove(NUMBER, "mistyped", NOW + timedelta(hours=1), actor="key:7") == "removed"
    assert not lists.do_not_call.contains(NUMBER)
    assert lists.do_not_call.remove(NUMBER, "again", NOW, actor="key:7") == "not listed"
    log = AuditLog(database)
    entry = log.last()
    assert entry is not None
    assert (entry.actor, entry.action) == ("key:7", "do-not-call.remove")
    detail = json.loads(entry.detail)
    assert (detail["reason"], detail["listed_at"], detail["listed_by"]) == ("mistyped", NOW.isoformat(), ME)
    # What stood in the list was sealed; the audit log is in clear, and for good.
    assert "letter" not in entry.detail
    assert NUMBER not in entry.detail + entry.subject
    assert log.verify().broken_at is None


@pytest.mark.parametrize(
    "said",
    [
        Suppression(NUMBER, "call-1", "opt_out", NOW),
        Suppression(NUMBER, "call-1", "asked by letter", NOW, ME),
        Suppression(NUMBER, None, "opt_out", NOW, ME),
        Suppression(NUMBER, None, "removed", NOW),
    ],
    ids=["in a call", "in a call, moved from elsewhere", "its reason", "by nobody's hand"],
)
def test_who_opted_out_in_a_call_stays(lists: Lists, database: Database, said: Suppression) -> None:
    lists.do_not_call.add_all([said])
    assert lists.do_not_call.remove(NUMBER, "a mistake, honestly", NOW, actor="key:7") == "opted out"
    assert lists.do_not_call.contains(NUMBER)
    assert AuditLog(database).last() is None


def test_an_opt_out_makes_an_entry_by_hand_permanent(lists: Lists, database: Database) -> None:
    lists.do_not_call.add(NUMBER, "asked by letter", NOW, actor=ME)
    Store(database).write([Suppression(NUMBER, "call-1", "opt_out", NOW)])
    assert lists.do_not_call.remove(NUMBER, "mistyped", NOW, actor="key:7") == "opted out"
    entry = lists.do_not_call.find(NUMBER)
    assert entry is not None
    assert (entry.reason, entry.call_id) == ("asked by letter", "call-1")


# Consents.


def consent(kind: str = "automated", number: str = NUMBER, **days: int) -> NewConsent:
    return NewConsent(number, kind, "web form 12", NOW - timedelta(**days))


def test_a_consent_is_given_and_withdrawn_and_stays_to_be_shown(lists: Lists, database: Database) -> None:
    lists.consents.give(consent(days=3), NOW, actor=ME)
    lists.consents.give(consent("tps", days=1), NOW, actor=ME)
    assert lists.consents.withdraw(NUMBER, "automated", NOW, actor=ME) == 1
    assert lists.consents.withdraw(NUMBER, "automated", NOW, actor=ME) == 0
    tps, automated = lists.consents.of(NUMBER)
    assert (tps.kind, tps.withdrawn_at) == ("tps", None)
    assert (automated.kind, automated.withdrawn_at, automated.source) == ("automated", NOW, "web form 12")
    assert lists.consents.of(OTHER) == []
    assert actions(database) == ["consent.give", "consent.give", "consent.withdraw", "consent.withdraw"]


def test_consents_of_a_file_are_kept_once(lists: Lists) -> None:
    given = [consent(days=3), consent("sector:claims", days=3), consent(number=OTHER, days=3)]
    assert lists.consents.give_all(given, NOW) == 3
    assert lists.consents.give_all([*given, consent(days=2)], NOW) == 1
    assert len(lists.consents.of(NUMBER)) == 3


@pytest.mark.parametrize(
    ("kind", "source", "says"), [("sms", "form", "of the kind"), ("tps", " ", "needs its evidence")]
)
def test_a_consent_that_no_rule_can_use_is_refused(kind: str, source: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        NewConsent(NUMBER, kind, source, NOW)


def test_a_consent_needs_a_moment_with_its_zone() -> None:
    with pytest.raises(ValueError, match="time zone"):
        NewConsent(NUMBER, KINDS[0], "form", NOW.replace(tzinfo=None))


# Contacts.


def test_what_is_known_of_a_person_is_replaced(lists: Lists, database: Database) -> None:
    assert lists.contacts.find(NUMBER) is None
    lists.contacts.put(Contact(NUMBER, "LS1 4AP", vulnerable=True, note="ask for the daughter"), NOW, actor=ME)
    lists.contacts.put(Contact(NUMBER, "EH1 1AA"), NOW, actor=ME)
    assert lists.contacts.find(NUMBER) == Contact(NUMBER, "EH1 1AA")
    assert actions(database) == ["contact.put", "contact.put"]


def test_personal_fields_lie_sealed(lists: Lists, database: Database) -> None:
    lists.do_not_call.add(NUMBER, "asked by Mrs Smith", NOW, actor=ME)
    lists.consents.give(consent(), NOW, actor=ME)
    lists.contacts.put(Contact(NUMBER, "LS1 4AP", note="a note"), NOW, actor=ME)
    with database.reading() as connection:
        kept = [connection.execute(select(table)).all() for table in (do_not_call, consents, contacts)]
    assert not any(word in str(kept) for word in (NUMBER, "Mrs Smith", "web form", "LS1 4AP", "a note"))
