"""Turns, read off recorded calls."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from flowengine.conversation.commands import Understood
from flowengine.conversation.hiding import HIDDEN
from flowengine.errors import StoreError
from flowengine.store.labels import Label, Labels
from flowengine.store.rows import Entry
from flowengine.store.store import Store
from flowengine.testing.confusions.recorded import turns, turns_of
from tests.store.records import NOW, end, start
from tests.testing.confusions.flows import asked, missed, record, taken, turn


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(f"sqlite:///{tmp_path / 'record.db'}")
    yield opened
    opened.close()


def label(store: Store, call_id: str, turn: int, name: str | None) -> None:
    kept = Label(call_id, turn, "none" if name is None else "intent", name, "reviewer", NOW)
    assert Labels(store.database).put(kept)


def test_each_turn_has_its_words_its_state_and_how_it_was_taken(store: Store) -> None:
    record(store, "call-1", taken("I want to buy", "buy"), missed("I fancy a motor"))
    calls, (first, second) = turns_of(store, "shop")
    assert calls == 1
    assert (first.said, first.state, first.understood.intent, first.is_missed) == (
        "I want to buy",
        "choose",
        "buy",
        False,
    )
    assert (second.said, second.is_missed) == ("I fancy a motor", True)


def test_what_the_caller_answers_to_a_question_resolves_it(store: Store) -> None:
    answer = turn("no", Understood("no", "sell", 0.89, "phrase"))
    record(store, "call-1", asked("purchase", "buy", "sell"), answer)
    _, (only,) = turns_of(store, "shop")
    assert (only.asked, only.resolved, only.is_missed) == (True, "sell", False)


def test_a_no_to_both_resolves_nothing_and_is_no_turn_of_its_own(store: Store) -> None:
    record(store, "call-1", asked("purchase", "buy", "sell"), missed("no"), missed("I fancy a motor"))
    _, found = turns_of(store, "shop")
    assert [(each.said, each.resolved) for each in found] == [("purchase", None), ("I fancy a motor", None)]


def test_what_is_said_afresh_after_a_question_is_a_turn(store: Store) -> None:
    record(store, "call-1", asked("purchase", "buy", "sell"), taken("when are you open", "hours"))
    _, found = turns_of(store, "shop")
    assert [(each.said, each.resolved) for each in found] == [("purchase", None), ("when are you open", None)]


def test_a_question_that_the_call_ends_on_is_kept(store: Store) -> None:
    record(store, "call-1", asked("purchase", "buy", "sell"))
    assert [each.said for each in turns_of(store, "shop")[1]] == ["purchase"]


def test_a_label_belongs_to_its_turn_though_the_words_were_said_before(store: Store) -> None:
    record(store, "call-1", missed("the motor"), missed("the motor"))
    label(store, "call-1", 2, "buy")
    assert [(each.reviewed, each.meant) for each in turns_of(store, "shop")[1]] == [(False, None), (True, "buy")]


def test_a_label_that_nothing_was_meant_is_one(store: Store) -> None:
    record(store, "call-1", taken("purchase order", "buy"))
    label(store, "call-1", 1, None)
    (only,) = turns_of(store, "shop")[1]
    assert (only.reviewed, only.meant) == (True, None)


def test_other_flows_and_older_calls_are_left_out(store: Store) -> None:
    record(store, "call-1", missed("the motor"))
    store.write([start("call-2"), end("call-2")])
    assert turns_of(store, "shop")[0] == 1
    assert turns_of(store, "shop", since=NOW + timedelta(days=1)) == (0, [])


def test_what_was_hidden_is_no_turn(store: Store) -> None:
    record(store, "call-1", missed(HIDDEN))
    assert turns_of(store, "shop")[1] == []


def test_a_damaged_entry_is_named(store: Store) -> None:
    begun = record(store, "call-1")
    call = store.call(begun.call_id)
    assert call is not None
    with pytest.raises(StoreError, match=r"entry 7 of call call-1 is damaged \(Understood\)"):
        list(turns(call, [Entry("call-1", 7, 0.1, "out", "Understood", '{"kind":"Understood"}')]))
