"""A loop that is held up: counted by cause, and told with the function that did it."""

from __future__ import annotations

import asyncio
import gc
import logging
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from types import FrameType

import pytest

from flowengine.service import stalls as stalls_module
from flowengine.service.metrics.families import Families
from flowengine.service.stalls import LIMIT_S, Stalls, cause_of, where_is

HELD_S = 0.3
"""Far beyond the limit."""
LONG_S = 300.0


@pytest.fixture(autouse=True)
def log(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.LogCaptureFixture]:
    monkeypatch.setattr(logging.getLogger("flowengine"), "propagate", True)
    with caplog.at_level(logging.WARNING, "flowengine.service.stalls"):
        yield caplog


class Seen:
    """What the watching thread has found, where the loop's thread can see it while it is held up."""

    def __init__(self) -> None:
        self.where: list[str] = []

    def note(self, frame: FrameType | None) -> str:
        self.where.append(where_is(frame))
        return self.where[-1]

    def has(self, name: str) -> bool:
        return any(name in where for where in self.where)


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> Seen:
    """And every stall is told: on a busy machine another may come first."""
    found = Seen()
    monkeypatch.setattr(stalls_module, "LOG_EVERY_S", 0.0)
    monkeypatch.setattr(stalls_module, "where_is", found.note)
    return found


@pytest.fixture(autouse=True)
def no_garbage() -> Iterator[None]:
    """Among all the tests' objects a pass of the collector takes as long as a stall of ours: it would be its cause."""
    gc.disable()
    yield
    gc.enable()


def held_up(*by: Callable[[], None], is_live: bool = True) -> Families:
    """A loop that is watched, and held up by each of these."""

    async def main() -> Families:
        families = Families()
        stalls = Stalls(families, is_live=lambda: is_live)
        stalls.start()
        for each in by:
            await asyncio.sleep(0.05)
            each()
            await asyncio.sleep(0.05)
        stalls.stop()
        stalls.stop()
        return families

    return asyncio.run(main())


def counted(families: Families) -> dict[str, float]:
    return {labels["cause"]: value for _, labels, value in families.loop_stalls.samples()}


def told(log: pytest.LogCaptureFixture) -> list[str]:
    return [str(vars(record)["where"]) for record in log.records]


def sleep_on_the_loop() -> None:
    time.sleep(HELD_S)


def sleep_until_seen(seen: Seen) -> None:
    """As long as it takes until the watching thread has had its turn."""
    until = time.monotonic() + LONG_S
    while not seen.has("sleep_until_seen") and time.monotonic() < until:
        time.sleep(HELD_S)
    # What it has found it still has to put down.
    time.sleep(HELD_S)


def compute_until_seen(seen: Seen) -> None:
    until = time.thread_time() + LONG_S
    while not seen.has("compute_until_seen") and time.thread_time() < until:
        pass
    time.sleep(HELD_S)


def test_a_thread_that_waits_is_told_with_the_function_that_waits(log: pytest.LogCaptureFixture, seen: Seen) -> None:
    assert counted(held_up(partial(sleep_until_seen, seen)))["waiting"] >= 1
    assert any("test_stalls.sleep_until_seen <" in where for where in told(log))


def test_work_is_told_with_the_function_that_works(log: pytest.LogCaptureFixture, seen: Seen) -> None:
    held_up(partial(compute_until_seen, seen))
    assert any("test_stalls.compute_until_seen <" in where for where in told(log))


def test_many_stalls_are_counted_and_one_of_them_is_told(
    log: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stalls_module, "LOG_EVERY_S", LONG_S)
    assert sum(counted(held_up(*[sleep_on_the_loop] * 3)).values()) >= 3
    assert len(log.records) == 1


def test_with_nobody_on_the_line_a_stall_is_counted_and_not_told(log: pytest.LogCaptureFixture) -> None:
    assert counted(held_up(sleep_on_the_loop, is_live=False))["waiting"] >= 1
    assert not log.records


def test_a_stack_is_told_by_names_alone(log: pytest.LogCaptureFixture) -> None:
    def say(spoken: str) -> None:
        sleep_on_the_loop()

    held_up(lambda: say("my name is Rosalind"))
    assert "Rosalind" not in str([vars(record) for record in log.records])
    assert where_is(sys._getframe()).startswith(f"{__name__}.test_a_stack_is_told_by_names_alone < ")


def test_a_stack_ends_where_the_loop_is_run() -> None:
    async def told() -> tuple[str, str]:
        frame = sys._getframe()
        runner = frame
        while runner.f_back is not None and runner.f_globals["__name__"] != "asyncio.runners":
            runner = runner.f_back
        return where_is(frame), where_is(runner)

    inner, outer = asyncio.run(told())
    assert ".told < " in inner
    assert "asyncio.runners" not in inner
    assert outer == "the loop itself"


@pytest.mark.parametrize(
    ("late", "cpu_s", "garbage_s", "cause"),
    [
        (0.04, 0.04, 0.03, "garbage"),
        (0.04, 0.035, 0.01, "work"),
        (0.04, 0.001, 0.0, "waiting"),
    ],
)
def test_what_a_stall_left_behind_tells_its_cause(late: float, cpu_s: float, garbage_s: float, cause: str) -> None:
    assert late > LIMIT_S
    assert cause_of(late, cpu_s, garbage_s) == cause


def collect() -> None:
    gc.collect()


def test_passes_of_the_garbage_collector_are_timed_while_it_watches() -> None:
    families = held_up(collect)
    passes = {
        labels["generation"]: value
        for suffix, labels, value in families.garbage_seconds.samples()
        if suffix == "_count"
    }
    assert passes["2"] >= 1


def test_nothing_is_left_of_a_watch_that_has_stopped() -> None:
    def watching() -> tuple[int, list[str]]:
        """Threads of other tests may end meanwhile."""
        return len(gc.callbacks), [thread.name for thread in threading.enumerate() if thread.name == "stall watcher"]

    before = watching()
    assert before[1] == []
    held_up()
    assert watching() == before
