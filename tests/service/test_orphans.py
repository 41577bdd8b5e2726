"""Calls whose process was killed: those that are over at Twilio are closed at once, the others may come back."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from flowengine.errors import RequestNotSent
from flowengine.service.orphans import close_those_over, look_after_orphans
from flowengine.store.processes import STOPPED, Processes, new_owner
from flowengine.store.store import Store
from tests.store.records import open_calls, start
from tests.store.test_processes import gone_owner

STARTED = datetime.now(UTC) - timedelta(seconds=5)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(f"sqlite:///{tmp_path / 'record.db'}")
    yield opened
    opened.close()


def killed(store: Store, *names: str) -> Processes:
    """A process that was killed a moment ago, in so many calls; and this one."""
    dead = Processes(store.database, gone_owner())
    dead.beat(datetime.now(UTC))
    store.write([start(name, owner=dead.owner, started_at=STARTED) for name in names])
    mine = Processes(store.database, new_owner())
    mine.beat(datetime.now(UTC))
    return mine


async def _status(sid: str) -> str:
    if sid == "CA-unsure":
        raise RequestNotSent("Twilio does not answer")
    return "completed" if sid == "CA-over" else "in-progress"


def test_a_call_that_is_over_is_closed_at_once_and_others_are_waited_for(store: Store) -> None:
    mine = killed(store, "over", "up", "unsure")
    assert asyncio.run(close_those_over(mine, _status)) == 1
    assert open_calls(store) == ["unsure", "up"]
    call = store.call("over")
    assert call is not None
    assert (call.outcome, call.reason, call.abnormal) == ("failed", STOPPED, True)


def test_a_call_that_was_taken_over_meanwhile_is_left_alone(store: Store) -> None:
    mine = killed(store, "over")

    async def status(sid: str) -> str:
        call = store.call("over")
        assert call is not None
        assert call.owner is not None
        assert Processes(store.database, "another").take_over("over", call.owner)
        return "completed"

    assert asyncio.run(close_those_over(mine, status)) == 0
    assert open_calls(store) == ["over"]


def test_a_service_looks_as_soon_as_it_starts(store: Store) -> None:
    mine = killed(store, "over")

    async def main() -> None:
        looking = asyncio.create_task(look_after_orphans(mine, _status))
        async with asyncio.timeout(120):
            while open_calls(store):  # noqa: ASYNC110 - the record has no event for it
                await asyncio.sleep(0.01)
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)

    asyncio.run(main())
