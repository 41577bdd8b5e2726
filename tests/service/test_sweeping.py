"""Full passes of the garbage collector are made while nobody is on the line."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterator, Mapping

import pytest

from flowengine.service import sweeping
from flowengine.service.sweeping import EVERY_S, MEASURE_S, Sweeping


class Service:
    """How many are on the line, and which edition of the flows runs."""

    def __init__(self, live: int = 0) -> None:
        self.live = live
        self.edition = 1
        self.now = 0.0
        self.sweeping = Sweeping(
            lambda: self.live == 0, lambda: self.live, lambda: self.edition, clock=lambda: self.now
        )

    def look_after(self, seconds: float) -> None:
        self.now += seconds
        self.sweeping.look()


@pytest.fixture(autouse=True)
def passes() -> Iterator[list[int]]:
    """The generations that were looked through."""
    found: list[int] = []

    def noted(phase: str, info: Mapping[str, int]) -> None:
        if phase == "stop":
            found.append(info["generation"])

    before = gc.get_threshold()
    gc.callbacks.append(noted)
    try:
        yield found
    finally:
        gc.callbacks.remove(noted)
        gc.unfreeze()
        assert gc.get_threshold() == before


def started(service: Service) -> None:
    """Started, and then stopped: what is looked at next goes by hand."""

    async def main() -> None:
        service.sweeping.start()
        assert gc.get_freeze_count() > 1000
        await service.sweeping.stop()
        await service.sweeping.stop()

    asyncio.run(main())


def test_python_makes_no_full_pass_of_its_own_meanwhile(passes: list[int]) -> None:
    async def main() -> None:
        service = Service(live=1)
        service.sweeping.start()
        passes.clear()
        gc.set_threshold(10, 1, gc.get_threshold()[2])
        held = [[each] for each in range(100_000)]
        assert 1 in passes
        assert 2 not in passes
        del held
        await service.sweeping.stop()

    before = gc.get_threshold()
    asyncio.run(main())
    assert gc.get_threshold() == before


def test_a_pass_waits_until_nobody_is_on_the_line(passes: list[int]) -> None:
    service = Service(live=1)
    started(service)
    passes.clear()
    service.look_after(10 * EVERY_S)
    assert 2 not in passes
    service.live = 0
    service.look_after(1)
    assert passes.count(2) == 1
    service.look_after(EVERY_S / 2)
    assert passes.count(2) == 1
    service.look_after(EVERY_S)
    assert passes.count(2) == 2


def test_flows_that_were_replaced_are_given_back_when_nobody_is_there() -> None:
    class Replaced:
        itself: Replaced

    service = Service(live=1)
    replaced = Replaced()
    replaced.itself = replaced
    started(service)
    del replaced
    service.edition += 1

    def left() -> int:
        return sum(type(each).__name__ == "Replaced" for each in gc.get_objects())

    service.look_after(10)
    gc.collect()
    assert _frozen_are(Replaced)
    service.live = 0
    service.look_after(10)
    gc.unfreeze()
    assert left() == 0


def _frozen_are(kind: type[object]) -> bool:
    """Whether one of these is still put aside."""
    gc.unfreeze()
    found = any(type(each) is kind for each in gc.get_objects())
    gc.freeze()
    return found


def test_garbage_that_piles_up_beneath_calls_is_looked_for_all_the_same(
    passes: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "MOST_NEW", 20_000)
    service = Service(live=3)
    started(service)
    service.look_after(MEASURE_S)
    passes.clear()
    held = [[each] for each in range(60_000)]
    gc.collect(1)
    service.look_after(MEASURE_S / 2)
    assert 2 not in passes
    service.look_after(MEASURE_S / 2)
    assert passes.count(2) == 1
    # Those are live after all: they count no more.
    service.look_after(MEASURE_S)
    assert passes.count(2) == 1
    del held
