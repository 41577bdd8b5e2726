"""The threads beside the event loop: there before they are needed, and quick to give way to it.

A thread that computes (flows compiled again, a request's TLS, a report from the database) holds Python's lock for the
switch interval, 5 ms of Python's own choosing, each time that the loop wants it. With 100 calls and flows being
compiled, frames were 227 ms late at the 99th of 100; with 1 ms they were 22. And to start a thread is to wait for it:
beside busy ones a hang-up waited 44 ms for the thread that was to ask Twilio.
"""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

SWITCH_S = 0.001
READY_S = 10.0


class Threads:
    """The default threads of one event loop, and the process's switch interval while it serves."""

    def __init__(self, count: int | None = None) -> None:
        # As many as asyncio would have, one after the other.
        self.count = count or min(32, (os.cpu_count() or 1) + 4)
        self._before: float | None = None

    def start(self) -> None:
        """For the running loop, which ends them with itself."""
        self._before = sys.getswitchinterval()
        sys.setswitchinterval(SWITCH_S)
        executor = ThreadPoolExecutor(self.count, thread_name_prefix="worker")
        together = threading.Barrier(self.count + 1)
        for _ in range(self.count):
            executor.submit(together.wait, READY_S)
        together.wait(READY_S)
        asyncio.get_running_loop().set_default_executor(executor)

    def stop(self) -> None:
        """Python's own interval again; idempotent."""
        if self._before is not None:
            sys.setswitchinterval(self._before)
            self._before = None
