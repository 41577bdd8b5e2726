"""A command that is told to stop, by Ctrl-C or by the system, stops what it has started, too."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import signal
from collections.abc import Callable
from queue import SimpleQueue


def stop_when_told() -> None:
    """SIGTERM cancels the running task, so that a server of our own is stopped with us."""
    running = asyncio.current_task()
    assert running is not None
    when_told(running.cancel, signal.SIGTERM)


def when_told(then: Callable[[], object], *signals: signal.Signals) -> None:
    """On these signals do this, in the running loop. Windows has no such signals: there nothing changes."""
    for each in signals:
        with contextlib.suppress(NotImplementedError):
            asyncio.get_running_loop().add_signal_handler(each, then)


class Told:
    """SIGTERM, for a command that only stands there until then. To be made before whatever has to be ended well.

    A handler runs in the midst of whatever its thread does. So no event of `threading` tells it: setting one takes the
    lock that waiting for it holds for a moment, and a signal that comes in that moment would be waited on for ever.
    """

    def __init__(self) -> None:
        self._told: SimpleQueue[None] = SimpleQueue()
        signal.signal(signal.SIGTERM, lambda *_: self._told.put(None))

    def wait(self) -> None:
        """Until it has come, now or before."""
        self._told.get()


class Stop:
    """Ctrl-C and SIGTERM: the first cancels the task that runs, so that it can end well and tell what it has.

    The second calls `at_once` too, which should do away with whatever the ending waits for. To be made in that task.
    """

    def __init__(self, at_once: Callable[[], object]) -> None:
        self.by: signal.Signals | None = None
        self.is_urgent = False
        self._at_once = at_once
        self._running = asyncio.current_task()
        for each in (signal.SIGINT, signal.SIGTERM):
            when_told(functools.partial(self._told, each), each)

    @property
    def status(self) -> int:
        """Of a process that a signal has ended, as a shell gives it."""
        return 0 if self.by is None else 128 + self.by

    def _told(self, by: signal.Signals) -> None:
        self.is_urgent = self.by is not None
        self.by = self.by or by
        if self.is_urgent:
            self._at_once()
        assert self._running is not None
        self._running.cancel()
