"""Flows compiled by a process of their own: `python -m flowengine.service.compiling FOLDER` writes what they came to.

To compile takes a tenth of a second a flow, and Python runs one thread at a time: in a thread it made the audio of live
calls late. The process has the least claim to the processor, and ends with its work. What it writes is pickled, which
only whoever started it may read.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path

from flowengine.service.library import Shelf, compiled_here

LONGEST_S = 300.0
BEHIND = """
import os, runpy
if hasattr(os, "nice"):
    os.nice(10)
if hasattr(os, "sched_setscheduler"):
    try:
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
    except OSError:
        pass
runpy.run_module("flowengine.service.compiling", run_name="__main__")
"""
"""Whatever claim to the processor the service has been given, this process does without, before it imports anything:
that is most of what it does."""


def compiled_apart(folder: Path) -> list[Shelf]:
    """As `compiled_here`, by another process, which is waited for: call it in a thread. Raises OSError."""
    try:
        done = subprocess.run(
            [sys.executable, "-c", BEHIND, str(folder)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=LONGEST_S,
            check=True,
        )
        shelves: list[Shelf] = pickle.loads(done.stdout)
    except (subprocess.SubprocessError, pickle.UnpicklingError, EOFError) as error:
        raise OSError(f"the flows could not be compiled by a process of their own ({type(error).__name__})") from error
    return shelves


def main() -> None:
    """Compile the folder that is named, and write the shelves to standard output."""
    sys.stdout.buffer.write(pickle.dumps(compiled_here(Path(sys.argv[1]))))


if __name__ == "__main__":
    main()
