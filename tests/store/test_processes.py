"""Several services on one database: the calls of a dead one are closed, those of a live one left alone."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert

from flowengine.store import sign_of_life, tables
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


SHOWS_ITSELF = """
import sys
from flowengine.store import sign_of_life, tables
from flowengine.store.processes import new_owner
owner = new_owner()
if sys.argv[1] == "shows":
    sign_of_life.show(owner)
print(owner, flush=True)
sys.stdin.read()
"""


@contextlib.contextmanager
def another_process(word: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """One that runs until it is killed, and its name. `shows`: it holds its sign."""
    words = [sys.executable, "-c", SHOWS_ITSELF, word]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline().strip()
        finally:
            process.kill()


def killed_and_not_reaped(process: subprocess.Popen[str]) -> None:
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where signs of life are, of us and of processes that we start."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return tmp_path


@pytest.mark.parametrize("word", ["shows", "cannot"])
def test_a_killed_process_that_nobody_has_reaped_is_dead_at_once(store: Store, folder: Path, word: str) -> None:
    me = Processes(store.database, new_owner())
    with another_process(word) as (process, owner):
        with store.database.writing() as connection:
            connection.execute(insert(tables.processes).values(owner=owner, seen_at=NOW))
        assert not me.is_dead(owner, NOW)
        killed_and_not_reaped(process)
        os.kill(process.pid, 0)  # A number among the running processes: it raises nothing.
        assert me.is_dead(owner, NOW)


def test_the_number_of_a_dead_process_that_another_has_got_is_no_life(folder: Path) -> None:
    owner = gone_owner(os.getppid())
    assert not sign_of_life.is_gone(owner), "by its number"
    (folder / f"flowengine-{owner.replace(':', '-')}.alive").touch()
    assert sign_of_life.is_gone(owner), "nobody holds its sign"


def test_who_leaves_takes_the_sign_along(store: Store, folder: Path) -> None:
    me = Processes(store.database, new_owner())
    me.beat(NOW)
    me.beat(NOW)
    (sign,) = folder.glob("flowengine-*.alive")
    me.leave()
    assert not sign.exists()


def test_who_starts_takes_away_the_signs_of_those_who_were_killed_long_ago(store: Store, folder: Path) -> None:
    with another_process("shows") as (_, living), another_process("shows") as (killed, dead):
        killed_and_not_reaped(killed)
        signs = {name: folder / f"flowengine-{name.replace(':', '-')}.alive" for name in (living, dead)}
        just_killed, elsewhere = folder / f"flowengine-{socket.gethostname()[:32]}-9-abc.alive", folder / "my.alive"
        just_killed.touch()
        for old in (*signs.values(), elsewhere):
            old.touch()
            os.utime(old, (0, 0))
        me = Processes(store.database, new_owner())
        me.beat(NOW)
        assert (signs[living].exists(), just_killed.exists(), elsewhere.exists()) == (True, True, True)
        assert not signs[dead].exists()
        me.leave()


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
