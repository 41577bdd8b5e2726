"""Several services on one database: the calls of a dead one are closed, those of a live one left alone."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from datetime import timedelta

from flowengine.store.processes import COMES_BACK_WITHIN, DEAD_AFTER, Processes, new_owner
from flowengine.store.store import Store
from tests.store.records import NOW, end, noted, open_calls, start

SECOND = timedelta(seconds=1)


def test_calls_that_nobody_owns_end_when_they_fell_silent(store: Store) -> None:
    store.write([start("talked"), start("silent"), start("over"), noted(30, "talked"), end("over")])
    processes = Processes(store.database, "me")
    assert processes.close_orphans(NOW + timedelta(days=2)) == 2
    talked, silent, over = (store.call(call_id) for call_id in ("talked", "silent", "over"))
    assert talked is not None
    assert silent is not None
    assert over is not None
    assert (talked.outcome, talked.abnormal, talked.ended_at) == ("failed", True, NOW + timedelta(seconds=3))
    assert silent.ended_at == NOW
    assert over.outcome == "booked"
    assert processes.close_orphans(NOW) == 0


def test_the_calls_of_a_live_service_are_left_alone_until_it_falls_silent(store: Store) -> None:
    other, me = Processes(store.database, "elsewhere:1:abc"), Processes(store.database, "me")
    other.beat(NOW)
    store.write([start("theirs", owner=other.owner)])
    other.beat(NOW + 30 * SECOND)
    assert me.close_orphans(NOW + DEAD_AFTER + 29 * SECOND) == 0
    assert me.close_orphans(NOW + DEAD_AFTER + 30 * SECOND) == 1
    call = store.call("theirs")
    assert call is not None
    assert (call.outcome, call.reason) == ("failed", "the service stopped during the call")


def test_a_service_leaves_its_own_calls_alone_however_long_it_was_silent(store: Store) -> None:
    me = Processes(store.database, "me")
    me.beat(NOW)
    store.write([start("mine", owner="me")])
    assert me.close_orphans(NOW + timedelta(hours=1)) == 0


def gone_owner(number: int | None = None) -> str:
    """A process of this machine that is no more."""
    if number is None:
        gone = subprocess.Popen([sys.executable, "-c", ""])
        gone.wait()
        number = gone.pid
    return f"{socket.gethostname()[:32]}:{number}:abc"


def test_a_process_of_this_machine_that_is_gone_is_dead_at_once(store: Store) -> None:
    dead, alive = Processes(store.database, gone_owner()), Processes(store.database, gone_owner(os.getppid()))
    for each in (dead, alive):
        each.beat(NOW)
    page = start("page", call_sid="page", owner=dead.owner)
    store.write([page, start("left", owner=dead.owner), start("held", owner=alive.owner)])
    me = Processes(store.database, new_owner())
    assert me.is_dead(dead.owner, NOW)
    assert not me.is_dead(alive.owner, NOW)
    assert me.close_orphans(NOW + SECOND) == 1
    assert open_calls(store) == ["held", "left"], "a telephone call may come back"
    for each in (alive, me):
        each.beat(NOW + COMES_BACK_WITHIN)
    assert me.close_orphans(NOW + COMES_BACK_WITHIN) == 1
    assert open_calls(store) == ["held"]


def test_a_process_that_has_the_number_of_the_dead_one_knows_that_it_is_another(store: Store) -> None:
    # In a container every first process is number 1.
    before = Processes(store.database, gone_owner(os.getpid()))
    before.beat(NOW)
    assert Processes(store.database, new_owner()).is_dead(before.owner, NOW)


def test_a_call_of_a_dead_process_is_taken_over_by_one_alone(store: Store) -> None:
    dead = gone_owner()
    first, second = Processes(store.database, new_owner()), Processes(store.database, new_owner())
    store.write([start("left", owner=dead), start("over", owner=dead), end("over")])
    assert [each.take_over("left", dead) for each in (first, second, first)] == [True, False, False]
    assert not second.take_over("over", dead)
    call = store.call("left")
    assert call is not None
    assert (call.owner, call.ended_at) == (first.owner, None)
    assert first.close_orphans(NOW + timedelta(days=1)) == 0


def test_a_service_that_said_goodbye_is_not_remembered(store: Store) -> None:
    other = Processes(store.database, "elsewhere:1:abc")
    other.beat(NOW)
    store.write([start("theirs", owner=other.owner)])
    other.leave()
    assert Processes(store.database, "me").close_orphans(NOW + COMES_BACK_WITHIN) == 1


def test_every_process_has_a_name_of_its_own() -> None:
    assert new_owner() != new_owner()
    assert len(new_owner()) <= 64
