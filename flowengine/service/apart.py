"""Work that computes for long, by a process of its own: calls do not wait for it.

Python runs one thread at a time. A thread that computes for seconds has the lock when the event loop wants it, and has
it still when the system takes the processor away from that thread: then all calls wait for it to get one again. So such
work is done by `python -m MODULE`, which has the least claim to the processor and ends with its work.
"""

from __future__ import annotations

import subprocess
import sys

BEHIND = """
import os, runpy, sys
if hasattr(os, "nice"):
    os.nice(10)
if hasattr(os, "sched_setscheduler"):
    try:
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
    except OSError:
        pass
runpy.run_module(sys.argv.pop(1), run_name="__main__")
"""
"""Whatever claim to the processor the service has been given, this process does without, before it imports anything:
that is most of what it does."""


def run_apart(module: str, *arguments: str, given: bytes = b"", longest_s: float | None = None) -> bytes:
    """What `python -m MODULE ARGUMENTS` writes to standard output; it is waited for: call it in a thread.

    `given`: what it reads from standard input. Raises OSError; subprocess.SubprocessError for one that fails, or takes
    longer than `longest_s` (None: as long as it likes).
    """
    done = subprocess.run(
        [sys.executable, "-c", BEHIND, module, *arguments],
        input=given,
        capture_output=True,
        timeout=longest_s,
        check=True,
    )
    return done.stdout
