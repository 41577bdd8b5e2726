"""The record, on a real SQLite file."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given, settings
from hypothesis import strategies as st

from flowengine.store.rows import Entry, Item, Suppression
from flowengine.store.store import Store
from tests.store.records import NOW, NUMBER, end, noted, open_calls, start


def test_a_call_is_found_by_either_id(store: Store) -> None:
    store.write([start()])
    by_id, by_sid = store.call("call-1"), store.call("CA-call-1")
    assert by_id is not None
    assert by_id == by_sid
    assert (by_id.started_at, by_id.answered_at, by_id.status) == (NOW, NOW, "in-progress")
    assert store.call("CA2") is None


def test_calls_are_found_by_the_beginning_of_an_id(store: Store) -> None:
    for call_id in ("ab-1", "ab-2", "a%-3"):
        store.write([start(call_id)])
    assert [call.call_id for call in store.calls_like("ab")] == ["ab-1", "ab-2"]
    assert [call.call_id for call in store.calls_like("CA-ab-2")] == ["ab-2"]
    # A wildcard of SQL is an ordinary character.
    assert [call.call_id for call in store.calls_like("a%")] == ["a%-3"]


def test_a_call_cannot_begin_twice(store: Store) -> None:
    second = start("call-2", call_sid="CA-call-1")
    assert store.write([start()]) == []
    assert store.write([second]) == [second]
    assert [call.call_id for call in store.calls()] == ["call-1"]


def test_an_end_closes_the_call(store: Store) -> None:
    store.write([start()])
    assert open_calls(store) == ["call-1"]
    assert store.write([end()]) == []
    call = store.call("call-1")
    assert call is not None
    assert (call.outcome, call.ended_at, call.status) == ("booked", NOW, "completed")
    assert open_calls(store) == []


def test_calls_are_listed_newest_first(store: Store) -> None:
    for hours, call_id in enumerate(("first", "second", "third")):
        store.write([start(call_id, started_at=NOW + timedelta(hours=hours), flow=f"flow-{hours % 2}")])
    assert [call.call_id for call in store.calls(limit=2)] == ["third", "second"]
    assert [call.call_id for call in store.calls(flow="flow-0")] == ["third", "first"]


def test_what_is_written_twice_is_there_once(store: Store) -> None:
    items: list[Item] = [start(), noted(0), noted(1), end(), Suppression(NUMBER, "call-1", "opt_out", NOW)]
    assert store.write(items) == []
    assert store.write(items) == []
    assert [entry.seq for entry in store.entries("call-1")] == [0, 1]
    assert len(store.calls()) == 1


def test_what_cannot_be_kept_is_handed_back_and_the_rest_is_kept(store: Store) -> None:
    stray = noted(0, "call-that-nobody-began")
    second = start("call-2", call_sid="CA-call-1")
    broken = Entry("call-1", 1, 0.0, "in", "CallerSaid", "\ud800")
    assert store.write([start(), noted(0), stray, second, broken, end()]) == [stray, second, broken]
    assert [entry.seq for entry in store.entries("call-1")] == [0]
    call = store.call("call-1")
    assert call is not None
    assert call.outcome == "booked"


def test_a_time_without_a_zone_is_handed_back(store: Store) -> None:
    naive = start(started_at=datetime(2026, 11, 24, 10))  # noqa: DTZ001 - that is the point
    assert store.write([naive]) == [naive]


def test_a_time_of_any_zone_comes_back_as_the_same_moment(store: Store) -> None:
    tokyo = NOW.astimezone(timezone(timedelta(hours=9)))
    store.write([start(started_at=tokyo)])
    call = store.call("call-1")
    assert call is not None
    assert call.started_at == NOW
    assert call.started_at.tzinfo is UTC


def test_an_opt_out_is_kept_once_and_outlives_its_call(store: Store) -> None:
    store.write([Suppression(NUMBER, "a call that is not in the record", "opt_out", NOW)])
    store.write([Suppression(NUMBER, "call-2", "opt_out", NOW)])
    assert store.is_suppressed(NUMBER)
    assert not store.is_suppressed("+441134960124")


def test_a_repeated_status_callback_is_noticed(store: Store) -> None:
    assert store.add_status("CA1", 2, "completed", "{}", NOW)
    assert store.add_status("CA1", 0, "ringing", "{}", NOW)
    assert not store.add_status("CA1", 2, "completed", "{}", NOW)


def test_a_repr_holds_no_personal_data(store: Store) -> None:
    store.write([start(contact='{"name": "Priya"}')])
    call = store.call("call-1")
    shown = f"{call!r} {start()!r} {Suppression(NUMBER, 'call-1', 'opt_out', NOW)!r}"
    assert NUMBER not in shown
    assert "Priya" not in shown


payloads = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60)


def test_any_entries_come_back_in_order_as_they_were(store: Store) -> None:
    numbers = itertools.count()

    @settings(max_examples=40, deadline=None)
    @given(st.lists(st.tuples(st.integers(0, 40), st.floats(0, 7200), payloads), max_size=30))
    def come_back(rows: list[tuple[int, float, str]]) -> None:
        call_id = f"call-{next(numbers)}"
        written = {seq: Entry(call_id, seq, at, "in", "X", text) for seq, at, text in reversed(rows)}
        store.write([start(call_id), *written.values()])
        assert store.entries(call_id) == [written[seq] for seq in sorted(written)]

    come_back()
