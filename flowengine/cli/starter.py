"""A process that another program has started ends with that program, however it died.

A program that is killed (SIGKILL) can stop nobody any more. But the kernel closes what it held, so that whoever reads
from a pipe of its reads the end. That holds on every system; Linux's own signal to the children of a dead process comes
when the thread ends that has started them, which need not be the end of the process.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

STANDARD_INPUT = 0
ENDS_WITHIN_S = 20.0
"""As long as whoever starts a server of its own waits for its end."""
TRIES = 20
"""A file that comes between the removal of those in a folder and of the folder itself makes one more try necessary."""


def end_with_input(scratch: Path | None = None) -> None:
    """Once standard input ends, so does this process: as after two Ctrl-C, and at the latest after 20 s.

    `scratch`: the starter's folder of things that nobody needs then, which is removed in its place.
    """
    when_input_ends(STANDARD_INPUT, lambda: _end(scratch))


def when_input_ends(descriptor: int, then: Callable[[], object]) -> threading.Thread:
    """Call `then` in a thread of its own when nobody can write to this pipe any more; what comes is passed over."""
    watching = threading.Thread(target=_watch, args=(descriptor, then), name="starter", daemon=True)
    watching.start()
    return watching


def _watch(descriptor: int, then: Callable[[], object]) -> None:
    # Not by `sys.stdin`, whose lock would be held while the interpreter ends.
    with contextlib.suppress(OSError):
        while os.read(descriptor, 4096):
            pass
    then()


def remove(scratch: Path) -> None:
    """A folder with all in it, though somebody may still be writing there."""
    for _ in range(TRIES):
        shutil.rmtree(scratch, ignore_errors=True)
        if not scratch.exists():
            return


def _end(scratch: Path | None) -> None:
    if scratch is not None:
        # Before the signals: in the first seconds the first of them ends the process there and then.
        remove(scratch)
    # Two of a kind could be taken for one.
    for each in (signal.SIGTERM, signal.SIGINT):
        os.kill(os.getpid(), each)
    time.sleep(ENDS_WITHIN_S)
    os.kill(os.getpid(), signal.SIGKILL)
