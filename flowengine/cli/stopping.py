"""A command that is told to stop by the system stops what it has started, too."""

from __future__ import annotations

import asyncio
import contextlib
import signal


def stop_when_told() -> None:
    """SIGTERM cancels the running task, so that a server of our own is stopped with us."""
    running = asyncio.current_task()
    assert running is not None
    with contextlib.suppress(NotImplementedError):
        # Windows has no such signal.
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, running.cancel)
