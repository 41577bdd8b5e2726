"""A real load on a real server, small and short: all that is measured is there, and all calls end."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import sqlite3
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from flowengine.testing.load import caller, line, wire
from flowengine.testing.load import run as load_module
from flowengine.testing.load.pacer import SLOTS
from flowengine.testing.load.persona import personas
from flowengine.testing.load.process import Usage, usage
from flowengine.testing.load.report import Level, level_of
from flowengine.testing.load.run import TALK, LoadFailed, LoadRun, Stretch, load_run, why_not
from flowengine.testing.load.tally import Tally
from flowengine.testing.twilio import account
from flowengine.testing.twilio.exchange import Exchange
from flowengine.testing.twilio.server import running_server

SPEECH = {"NOVA_STT_WS_URL": "scripted:", "NOVA_TTS_WS_URL": "scripted:"}
LONG_S = 600.0
"""Never waited for to its end, however slow the machine is."""


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Callers to whom a machine that is slow, or stands still for a while, is no problem of the server's."""
    monkeypatch.setattr(account, "TIMEOUT_S", LONG_S)
    monkeypatch.setattr(caller, "ANSWER_WITHIN_S", LONG_S)
    monkeypatch.setattr(caller, "PATIENCE_S", LONG_S)
    monkeypatch.setattr(line, "CLOSES_WITHIN_S", LONG_S)
    monkeypatch.setattr(wire, "OPEN_S", LONG_S)


async def _measured(run: LoadRun, is_enough: Callable[[Tally], bool]) -> Level:
    """A stretch that is as long as it takes until there is enough."""
    kept: list[Stretch] = []
    measuring = asyncio.create_task(run.measure(LONG_S, settles_s=0, cut=kept.append))
    tallies = run._network.tallies
    before = tallies.now
    while tallies.now is before or not is_enough(tallies.now):
        assert not measuring.done(), tallies.now
        await asyncio.sleep(0.1)
    measuring.cancel()
    await asyncio.wait({measuring})
    return level_of(kept[0])


def _all_kinds(tally: Tally) -> bool:
    is_heard = tally.messages > 50 and tally.marks > 4
    return is_heard and len(tally.replies) > 2 and len(tally.clears) > 0 and tally.ended > 0


@pytest.mark.usefixtures("patient")
def test_callers_of_all_kinds_are_served_and_measured(tmp_path: Path) -> None:
    pids: list[int] = []
    env = SPEECH | {"FLOWENGINE_DATABASE_URL": f"sqlite:///{tmp_path}/record.db"}

    async def main() -> Level:
        with Exchange() as exchange:
            async with running_server(TALK.parent, exchange, env=env, started=pids.append) as base:
                callers = personas(("agreeable", "talkative", "hangs-up", "drops"))
                async with load_run(exchange, base, TALK.stem, callers, pid=pids[-1]) as run:
                    await run.raise_to(4, up_within_s=LONG_S)
                    return await _measured(run, _all_kinds)

    found = asyncio.run(main())
    assert found.calls == 4
    # Each caller sends a frame in every tenth step of the clock: two of them all the time, two but for the moment
    # between two calls. How many steps there are in a second, is the machine's affair.
    rounds = found.own_lateness.count // SLOTS
    assert 2 * (rounds - 1) <= found.frames <= 4 * (rounds + 1) + found.begun
    assert not found.problems
    # How soon an answer and a `clear` are there, the machine has its share in; neither is there before it is asked for.
    assert all(spread.most is not None and min(spread.at.values()) > 0 for spread in (found.replies, found.clears))
    assert found.cpu is not None
    assert 0 < found.cpu <= (os.cpu_count() or 1) + 0.1
    assert (found.memory or 0) > 10 << 20
    with contextlib.closing(sqlite3.connect(tmp_path / "record.db")) as database:
        kept = database.execute("select outcome, abnormal, ended_at is not null from calls").fetchall()
    assert len(kept) >= 4 + found.ended
    # All are over, and only a line that broke is abnormal.
    assert {(outcome, over) for outcome, abnormal, over in kept if not abnormal} == {("hung_up", 1)}
    assert {over for _, _, over in kept} == {1}


def test_a_server_that_refuses_says_why() -> None:
    async def main() -> str:
        with Exchange() as exchange:
            env = SPEECH | {"FLOWENGINE_MAX_CALLS": "1"}
            async with (
                running_server(TALK.parent, exchange, env=env) as base,
                load_run(exchange, base, TALK.stem, personas(())) as run,
            ):
                await run.raise_to(1, up_within_s=LONG_S)
                while True:
                    with pytest.raises(LoadFailed, match=r"^1 of 4 calls came about: ") as failed:
                        await run.raise_to(4, up_within_s=0.5)
                    # Until the others have been answered: they ring again and again.
                    if not str(failed.value).endswith("the server answers too slowly"):
                        return str(failed.value)

    assert asyncio.run(main()).startswith("1 of 4 calls came about: answered without a stream")


def test_the_use_of_a_process_grows_with_what_it_does() -> None:
    before = usage(os.getpid())
    assert before is not None
    end = before.cpu_s + 0.3
    while (now := usage(os.getpid())) is not None and now.cpu_s < end:
        sum(range(10_000))
    assert now is not None
    assert now.memory > 1 << 20
    assert usage(2**22 + 1) is None


@pytest.mark.parametrize(
    ("problem", "remedy"),
    [
        ("11200: host does not answer (URLError)", "is that the server's address, and does it run?"),
        ("http://host/twilio/voice answered 403", "account, token and address must be what the server has"),
        ("answered without a stream: Sorry, this number is not in use at the moment.", "no flow of this name"),
        ("answered without a stream: Sorry, all our lines are busy.", "FLOWENGINE_MAX_CALLS"),
        ("the stream could not be opened (OSError)", "could not be opened (OSError) (3 times)"),
    ],
)
def test_why_no_call_came_about_is_said_with_what_to_look_at(problem: str, remedy: str) -> None:
    assert remedy in why_not(Counter({problem: 3}))


def test_a_server_that_is_not_there_is_given_up_soon() -> None:
    async def main() -> float:
        with Exchange() as exchange, socket.socket() as deaf:
            deaf.bind(("127.0.0.1", 0))
            nobody = f"http://127.0.0.1:{deaf.getsockname()[1]}"
            async with load_run(exchange, nobody, TALK.stem, personas(())) as run:
                loop = asyncio.get_running_loop()
                began = loop.time()
                with pytest.raises(LoadFailed, match=r"0 of 1 calls .* does it run\?$"):
                    await run.raise_to(1, up_within_s=LONG_S)
                return loop.time() - began

    assert asyncio.run(main()) < 300


def test_a_server_that_is_still_busy_with_its_start_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    took = iter([0.0, 50.0, 90.0, 95.0, 95.0, 99.0])
    looks: list[float] = []

    def used(pid: int) -> Usage:
        looks.append(next(took))
        return Usage(looks[-1], 0.0, 0)

    monkeypatch.setattr(load_module, "usage", used)
    monkeypatch.setattr(load_module, "CALM_LOOK_S", 0.01)

    async def main() -> None:
        with Exchange() as exchange:
            async with load_run(exchange, "http://127.0.0.1:9", TALK.stem, personas(()), pid=1) as run:
                await run.calm(within_s=LONG_S)

    asyncio.run(main())
    assert looks == [0.0, 50.0, 90.0, 95.0, 95.0]


def test_a_measurement_that_is_cancelled_hands_over_what_it_has() -> None:
    kept: list[Stretch] = []

    async def main() -> None:
        with Exchange() as exchange:
            async with load_run(exchange, "http://127.0.0.1:9", TALK.stem, personas(()), pid=os.getpid()) as run:
                measuring = asyncio.create_task(run.measure(LONG_S, settles_s=0, cut=kept.append))
                await asyncio.sleep(0.05)
                measuring.cancel()
                await asyncio.wait({measuring})
                assert measuring.cancelled()

    asyncio.run(main())
    (stretch,) = kept
    assert 0 < stretch.seconds < LONG_S
    assert stretch.before is not None
    assert stretch.after is not None
