"""Event loops whose clock does not depend on the machine.

`VirtualLoop`: it jumps to the next timer, so that asyncio code runs in no time and is told that hours went by.
`PatientLoop`: it follows real time, for what answers over sockets, but stands still while there is anything to do: a
machine that is slow, busy or stopped for a while makes nothing late, as long as both ends are in this process.
"""

from __future__ import annotations

import asyncio
import contextlib
import selectors
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Executor
from typing import Any, TypeVar, TypeVarTuple

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


SLICE_S = 0.01
"""A patient clock goes on by this at most each time it looks, however late the machine lets it look again."""


class _InstantSelector(selectors.DefaultSelector):
    """Never waits for time: instead of sleeping it moves the loop's clock on."""

    loop: VirtualLoop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if ready:
            return ready
        if timeout is None:
            # Nothing is scheduled: only a thread or a socket can wake us, so really wait a little.
            return super().select(0.05)
        if timeout > 0:
            if self.loop.in_threads > 0:
                # A thread's work takes no time of this clock: it is waited for before any timer.
                return super().select(0.05)
            if self.loop.on_sockets:
                # Whoever answers lives in real time: this clock follows it.
                began, longest = time.monotonic(), min(timeout, SLICE_S)
                ready = super().select(longest)
                self.loop.moment += min(longest, time.monotonic() - began)
                return ready
            self.loop.moment += timeout
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """`loop.time()` is virtual and begins at 1000 seconds. `in_threads`: how many jobs threads are doing for it.

    `on_sockets`: how many answers are waited for that come over a real socket.
    """

    def __init__(self) -> None:
        self.moment = 1000.0
        self.in_threads = self.on_sockets = 0
        selector = _InstantSelector()
        selector.loop = self
        super().__init__(selector)

    def run_in_executor(self, executor: Executor | None, func: Callable[[*Ts], T], *args: *Ts) -> asyncio.Future[T]:
        job = super().run_in_executor(executor, func, *args)
        self.in_threads += 1
        job.add_done_callback(self._thread_done)
        return job

    def _thread_done(self, job: asyncio.Future[Any]) -> None:
        self.in_threads -= 1

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """The clock stands still: what happens here is waited for in real time, however long that takes."""
        self.in_threads += 1
        try:
            yield
        finally:
            self.in_threads -= 1

    @contextlib.contextmanager
    def released(self) -> Iterator[None]:
        """Within `held`: the clock jumps all the same, as who is waited for waits for what happens here."""
        self.in_threads -= 1
        try:
            yield
        finally:
            self.in_threads += 1

    def time(self) -> float:
        return self.moment


class PatientLoop(VirtualLoop):
    """`loop.time()` goes on only while nothing has come over any socket, and no thread is at work for the loop."""

    def __init__(self) -> None:
        super().__init__()
        self.on_sockets = 1


def run_virtually(main: Coroutine[Any, Any, T]) -> T:
    """Like `asyncio.run`, in virtual time."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)


def run_patiently(main: Coroutine[Any, Any, T]) -> T:
    """Like `asyncio.run`, and no time-out comes about because the machine is slow."""
    with asyncio.Runner(loop_factory=PatientLoop) as runner:
        return runner.run(main)
