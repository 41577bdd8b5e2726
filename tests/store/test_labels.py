"""What reviewers say of turns is kept beside the call, sealed where it is personal, and goes with the call's words."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from flowengine.conversation.commands import Entered, Understood
from flowengine.conversation.events import CallerPressed, CallerSaid
from flowengine.store import tables
from flowengine.store.labels import Label, Labels, Meaning, labels_of
from flowengine.store.retention import Keep, Purged, due, purge
from flowengine.store.store import Store
from tests.store.records import NOW, end, entries, start

KEEP = Keep(timedelta(days=8))
AGREED = Label("call-1", 2, "intent", "agree", "key:1", NOW)


def kept(store: Store, call_id: str = "call-1", **changes: object) -> None:
    """A call with three turns of the caller's: words, words that were understood, and keys."""
    happened = entries(
        (0.0, Entered("greeting", None, "start")),
        (2.0, CallerSaid(2.0, "hello")),
        (2.0, Understood("hello", None, 0.0, "none")),
        (4.0, CallerSaid(4.0, "go on then")),
        (4.0, Understood("go on then", "hurry", 0.9, "phrase")),
        (4.0, Entered("choose", "greeting", "hurry")),
        (6.0, CallerPressed(6.0, "1")),
        (6.2, CallerPressed(6.2, "2")),
        call_id=call_id,
    )
    store.write([start(call_id, **changes), *happened, end(call_id)])


def test_a_label_comes_with_the_turn_it_is_about(store: Store) -> None:
    kept(store)
    assert Labels(store.database).put(AGREED)
    (found,) = labels_of(store, "telemarketing")
    assert (found.label, found.meant) == (AGREED, "agree")
    assert (found.line.text, found.line.intent, found.line.state) == ("go on then", "hurry", "greeting")


def test_what_a_label_means_of_the_intents(store: Store) -> None:
    kept(store)
    labels = Labels(store.database)
    cases: tuple[tuple[Meaning, str | None], ...] = (("none", None), ("right", "hurry"), ("slot", "hurry"))
    for meaning, meant in cases:
        assert labels.put(replace(AGREED, meaning=meaning, name="day" if meaning == "slot" else None))
        assert [each.meant for each in labels_of(store, "telemarketing")] == [meant]


def test_a_later_label_takes_the_place_of_the_earlier(store: Store) -> None:
    kept(store)
    labels = Labels(store.database)
    later = replace(AGREED, meaning="none", name=None, labelled_by="key:2", labelled_at=NOW + timedelta(hours=1))
    assert labels.put(AGREED)
    assert labels.put(later)
    assert labels.of_call("call-1") == {2: later}
    assert labels.remove("call-1", 2)
    assert not labels.remove("call-1", 2)
    assert labels.of_call("call-1") == {}


def test_the_labels_of_a_flow_are_its_own_the_newest_first(store: Store) -> None:
    kept(store, "one")
    kept(store, "two")
    kept(store, "other", flow="booking")
    labels = Labels(store.database)
    for age, call_id in enumerate(("two", "one", "other")):
        assert labels.put(replace(AGREED, call_id=call_id, labelled_at=NOW - timedelta(minutes=age)))
    assert [each.label.call_id for each in labels_of(store, "telemarketing")] == ["two", "one"]
    assert [each.label.call_id for each in labels_of(store, "telemarketing", limit=1)] == ["two"]


def test_the_right_value_of_a_slot_is_sealed(store: Store) -> None:
    kept(store)
    given = replace(AGREED, meaning="slot", name="postcode", value="SW1A 1AA")
    assert Labels(store.database).put(given)
    with store.database.reading() as connection:
        sealed = connection.execute(select(tables.labels.c.value)).scalar_one()
    assert "SW1A" not in sealed
    assert Labels(store.database).of_call("call-1") == {2: given}
    assert "SW1A" not in repr(given)


def test_a_call_that_is_not_there_or_was_emptied_takes_no_label(store: Store) -> None:
    labels = Labels(store.database)
    assert not labels.put(AGREED)
    kept(store, started_at=NOW - timedelta(days=9))
    purge(store.database, NOW, KEEP)
    assert not labels.put(AGREED)
    assert labels.of_call("call-1") == {}


def test_labels_go_with_the_words_they_are_about(store: Store) -> None:
    kept(store, "old", started_at=NOW - timedelta(days=9))
    kept(store, "young")
    labels = Labels(store.database)
    for call_id in ("old", "young"):
        assert labels.put(replace(AGREED, call_id=call_id))
    expected = Purged(calls=1, events=8, labels=1)
    assert due(store.database, NOW, KEEP) == expected
    assert purge(store.database, NOW, KEEP) == expected
    assert [each.label.call_id for each in labels_of(store, "telemarketing")] == ["young"]


def test_turns_are_counted_as_the_caller_took_them(store: Store) -> None:
    kept(store)
    assert Labels(store.database).put(replace(AGREED, turn=3))
    (found,) = labels_of(store, "telemarketing")
    assert (found.line.text, found.line.state) == ("(press 12)", "choose")
