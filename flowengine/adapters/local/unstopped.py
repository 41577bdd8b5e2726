"""The signals that end the service and that the speech process lives through: calls that may still finish need it.

Ctrl-C reaches the whole group of a terminal, and systemd's stop every process of a service. Until the child can ignore
them it would end in the middle of its imports; so they are held back from before it is started.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

STOPS = frozenset({signal.SIGINT, signal.SIGTERM})
HOLDS = hasattr(signal, "pthread_sigmask")
"""Windows has no such mask."""


@contextmanager
def held_back() -> Iterator[None]:
    """What is started inside inherits that the signals wait; so do they for this thread, until it is left."""
    if not HOLDS:
        yield
        return
    new = STOPS - signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, new)


def ignore() -> None:
    """In the child, before it has threads: they are ignored from now on, also those that came while they waited."""
    for each in STOPS:
        signal.signal(each, signal.SIG_IGN)
    if HOLDS:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
