"""A real load on a real server, small and short: all that is measured is there, and all calls end."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3
from collections import Counter
from pathlib import Path

import pytest

from flowengine.testing.load import run as load_module
from flowengine.testing.load.persona import personas
from flowengine.testing.load.process import Usage, usage
from flowengine.testing.load.report import Level, level_of
from flowengine.testing.load.run import TALK, LoadFailed, Stretch, load_run, why_not
from flowengine.testing.twilio.exchange import Exchange
from flowengine.testing.twilio.server import free_port, running_server

SPEECH = {"NOVA_STT_WS_URL": "scripted:", "NOVA_TTS_WS_URL": "scripted:"}


def test_callers_of_all_kinds_are_served_and_measured(tmp_path: Path) -> None:
    pids: list[int] = []
    env = SPEECH | {"FLOWENGINE_DATABASE_URL": f"sqlite:///{tmp_path}/record.db"}

    async def main() -> Level:
        with Exchange() as exchange:
            async with running_server(TALK.parent, exchange, env=env, started=pids.append) as base:
                callers = personas(("agreeable", "talkative", "hangs-up", "drops"))
                async with load_run(exchange, base, TALK.stem, callers, pid=pids[0]) as run:
                    await run.raise_to(4)
                    return level_of(await run.measure(14, settles_s=0))

    found = asyncio.run(main())
    assert found.calls == 4
    # Each line sends fifty frames a second, but for the moment between two calls.
    assert 0.7 * 4 * 50 * 14 < found.frames <= 4 * 50 * 14.5
    assert found.messages > 50
    assert found.marks > 4
    assert found.lost_marks == 0
    assert not found.problems
    assert found.replies.count > 2
    assert (found.replies.p50 or 0) >= 0.4
    assert found.clears.count >= 1
    assert found.ended >= 1
    assert found.cpu is not None
    assert 0 < found.cpu < 1
    assert (found.memory or 0) > 10 << 20
    with contextlib.closing(sqlite3.connect(tmp_path / "record.db")) as database:
        kept = database.execute("select outcome, abnormal, ended_at is not null from calls").fetchall()
    assert len(kept) >= 4 + found.ended
    # All are over, and only a line that broke is abnormal.
    assert {(outcome, over) for outcome, abnormal, over in kept if not abnormal} == {("hung_up", 1)}
    assert {over for _, _, over in kept} == {1}


def test_a_server_that_refuses_says_why() -> None:
    async def main() -> None:
        with Exchange() as exchange:
            env = SPEECH | {"FLOWENGINE_MAX_CALLS": "1"}
            async with (
                running_server(TALK.parent, exchange, env=env) as base,
                load_run(exchange, base, TALK.stem, personas(())) as run,
            ):
                await run.raise_to(4, up_within_s=2)

    with pytest.raises(LoadFailed, match=r"1 of 4 calls came about: answered without a stream"):
        asyncio.run(main())


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
        with Exchange() as exchange:
            async with load_run(exchange, f"http://127.0.0.1:{free_port()}", TALK.stem, personas(())) as run:
                loop = asyncio.get_running_loop()
                began = loop.time()
                with pytest.raises(LoadFailed, match=r"0 of 1 calls .* does it run\?$"):
                    await run.raise_to(1, up_within_s=600)
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
                await run.calm()

    asyncio.run(main())
    assert looks == [0.0, 50.0, 90.0, 95.0, 95.0]


def test_a_measurement_that_is_cancelled_hands_over_what_it_has() -> None:
    kept: list[Stretch] = []

    async def main() -> None:
        with Exchange() as exchange:
            async with load_run(exchange, "http://127.0.0.1:9", TALK.stem, personas(()), pid=os.getpid()) as run:
                measuring = asyncio.create_task(run.measure(60, settles_s=0, cut=kept.append))
                await asyncio.sleep(0.05)
                measuring.cancel()
                await asyncio.wait({measuring})
                assert measuring.cancelled()

    asyncio.run(main())
    (stretch,) = kept
    assert 0 < stretch.seconds < 60
    assert stretch.before is not None
    assert stretch.after is not None
