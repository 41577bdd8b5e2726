"""An opt-out that waits in the spool of a dead process: nobody is called by a record that lacks it."""

from __future__ import annotations

import fcntl
import os

import pytest

from flowengine.store.connection import Database
from flowengine.store.homecoming import NotHome, bring_home, is_home
from flowengine.store.queue_rows import Refused, Wait
from flowengine.store.rows import Item, Suppression
from flowengine.store.spool import Spool
from flowengine.store.store import Store
from tests.store.queue_cases import NOON, claimed, new, number, put, queue_on, state_of


def opted_out(index: int = 0) -> Suppression:
    return Suppression(number(index), "call-of-a-dead-process", "opt_out", NOON)


def spool_of(store: Store) -> Spool:
    return Spool(store.spool, store.database.vault)


def test_a_queued_call_is_not_claimed_against_an_opt_out_in_the_spool(store: Store) -> None:
    queue = queue_on(store.database)
    put(queue)
    spool_of(store).add([opted_out()])
    assert isinstance(queue.claim(NOON, "one"), Wait)
    assert state_of(queue)[3] == "refused"
    assert is_home(store.database)


@pytest.mark.parametrize("many", [False, True])
def test_a_call_is_not_accepted_against_an_opt_out_in_the_spool(store: Store, many: bool) -> None:
    queue = queue_on(store.database)
    spool_of(store).add([opted_out()])
    answer = queue.enqueue_many([new()], NOON)[0] if many else queue.enqueue(new(), NOON)
    assert isinstance(answer, Refused)
    assert [reason.code for reason in answer.decision.reasons] == ["DO_NOT_CALL"]


def test_whoever_asks_is_told_of_an_opt_out_in_the_spool(store: Store) -> None:
    spool_of(store).add([opted_out()])
    decision = queue_on(store.database).rules.decide(number(), NOON)
    assert [reason.code for reason in decision.reasons] == ["DO_NOT_CALL"]


def test_an_opt_out_that_comes_while_a_claim_waits_for_its_lock_counts(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue = queue_on(store.database)
    put(queue)
    looked: list[Database] = []

    def too_early(database: Database) -> None:
        looked.append(database)
        if len(looked) == 1:
            spool_of(store).add([opted_out()])
        else:
            bring_home(database)

    monkeypatch.setattr("flowengine.store.call_rules.bring_home", too_early)
    assert isinstance(queue.claim(NOON, "one"), Wait)
    assert state_of(queue)[3] == "refused"


def test_while_the_spool_cannot_be_read_nobody_is_called(store: Store) -> None:
    queue = queue_on(store.database)
    put(queue)
    store.spool.mkdir()
    for work in (lambda: queue.claim(NOON, "one"), lambda: queue.enqueue(new("call-2"), NOON)):
        with pytest.raises(NotHome, match="until they are, nobody may be called"):
            work()
    store.spool.with_name(f"{store.spool.name}.home").rmdir()
    assert claimed(queue).call.call_id == "call-1"


def test_what_another_process_holds_is_waited_for_and_then_stands_against_calls(store: Store) -> None:
    spool_of(store).add([opted_out()])
    other = os.open(store.spool, os.O_RDONLY)
    try:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(NotHome, match="another process holds it"):
            bring_home(store.database, patience_s=0.0)
        assert not is_home(store.database)
    finally:
        os.close(other)
    bring_home(store.database)
    assert store.is_suppressed(number())


def test_two_processes_that_bring_home_at_once_take_each_line_once(store: Store) -> None:
    spool_of(store).add([opted_out()])
    given: list[Item] = []

    def unexpected(items: list[Item]) -> list[Item]:
        raise AssertionError("somebody else has them already")

    def write(items: list[Item]) -> list[Item]:
        # Meanwhile another process looks at the same spool, and a call opts out.
        assert spool_of(store).replay(unexpected) == 0
        spool_of(store).add([opted_out(1)])
        given.extend(items)
        return []

    assert spool_of(store).replay(write) == 0
    assert given == [opted_out()]
    assert not is_home(store.database)
    bring_home(store.database)
    assert (store.is_suppressed(number(1)), is_home(store.database)) == (True, True)


def test_a_line_is_never_written_into_a_file_that_has_been_taken_away(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool_of(store).add([opted_out()])
    opened = os.open

    def open_then_taken(path: object, flags: int, mode: int = 0o777) -> int:
        descriptor = opened(store.spool, flags, mode)
        monkeypatch.setattr(os, "open", opened)
        bring_home(store.database)
        return descriptor

    monkeypatch.setattr(os, "open", open_then_taken)
    spool_of(store).add([opted_out(1)])
    bring_home(store.database)
    assert store.is_suppressed(number(1))


def test_half_a_line_of_a_dead_process_does_not_spoil_the_next(store: Store) -> None:
    spool_of(store).add([opted_out()])
    store.spool.write_bytes(store.spool.read_bytes()[:-20])
    spool_of(store).add([opted_out(1)])
    bring_home(store.database)
    assert (store.is_suppressed(number()), store.is_suppressed(number(1))) == (False, True)
