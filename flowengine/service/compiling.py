"""Flows compiled by a process of their own: `python -m flowengine.service.compiling FOLDER` writes what they came to.

To compile takes a tenth of a second a flow, and in a thread it made the audio of live calls late. What the process
writes is pickled, which only whoever started it may read.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path

from flowengine.service.apart import run_apart
from flowengine.service.library import Shelf, compiled_here

LONGEST_S = 300.0


def compiled_apart(folder: Path) -> list[Shelf]:
    """As `compiled_here`, by another process, which is waited for: call it in a thread. Raises OSError."""
    try:
        done = run_apart("flowengine.service.compiling", str(folder), longest_s=LONGEST_S)
        shelves: list[Shelf] = pickle.loads(done)
    except (subprocess.SubprocessError, pickle.UnpicklingError, EOFError) as error:
        raise OSError(f"the flows could not be compiled by a process of their own ({type(error).__name__})") from error
    return shelves


def main() -> None:
    """Compile the folder that is named, and write the shelves to standard output."""
    sys.stdout.buffer.write(pickle.dumps(compiled_here(Path(sys.argv[1]))))


if __name__ == "__main__":
    main()
