"""A command that is told to stop by the system stops what it has started, too."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Callable


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
