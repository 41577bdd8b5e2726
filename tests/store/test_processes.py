"""Several services on one database: the calls of a dead one are closed, those of a live one left alone."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from datetime import timedelta

from flowengine.store.processes import DEAD_AFTER, Processes, new_owner
from flowengine.store.store import Store
from tests.store.records import NOW, end, noted, start

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


def test_a_process_of_this_machine_that_is_gone_is_dead_at_once(store: Store) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    dead = Processes(store.database, f"{socket.gethostname()[:32]}:{gone.pid}:abc")
    alive = Processes(store.database, f"{socket.gethostname()[:32]}:{os.getppid()}:abc")
    for each in (dead, alive):
        each.beat(NOW)
    store.write([start("left", owner=dead.owner), start("held", owner=alive.owner)])
    assert Processes(store.database, new_owner()).close_orphans(NOW + SECOND) == 1
    assert [call.call_id for call in store.calls() if call.ended_at is None] == ["held"]


def test_a_service_that_said_goodbye_is_not_remembered(store: Store) -> None:
    other = Processes(store.database, "elsewhere:1:abc")
    other.beat(NOW)
    store.write([start("theirs", owner=other.owner)])
    other.leave()
    assert Processes(store.database, "me").close_orphans(NOW + SECOND) == 1


def test_every_process_has_a_name_of_its_own() -> None:
    assert new_owner() != new_owner()
    assert len(new_owner()) <= 64
