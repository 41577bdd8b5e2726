"""Looking again when a flow changes: files are asked for their time and size a few times a second.

A library that the operating system tells of changes was weighed against this: for some dozens of files, asking takes
well under a millisecond, works on network drives and in containers, and needs no package with compiled parts.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from flowengine.graph.compile import find_files

PAUSE = 0.3
"""Seconds between two looks, as long as a look is quick; else so long that looking takes a tenth of the time."""

Stamps = dict[Path, tuple[int, int, int]]


def changes(
    places: Sequence[Path], used: Callable[[], Iterable[Path]], sleep: Callable[[float], None] = time.sleep
) -> Iterator[list[Path]]:
    """The files to begin with, then all files again whenever one of them changed, came or went.

    `used` names the files that the last look at them needed, libraries included.
    """
    known = _stamps(places, ())
    while True:
        yield find_files(places)
        # Which libraries there are is known only now. What changed while it was read has its earlier stamp, so that
        # it is read again.
        libraries = list(used())
        known = {path: known.get(path, stamp) for path, stamp in _stamps(places, libraries).items()}
        while True:
            began = time.perf_counter()
            now = _stamps(places, libraries)
            if now != known:
                known = now
                break
            sleep(max(PAUSE, 9 * (time.perf_counter() - began)))


def _stamps(places: Sequence[Path], libraries: Iterable[Path]) -> Stamps:
    """Time, size and number of every file that matters; what cannot be asked just now is left out."""
    found: Stamps = {}
    for file in _files(places, libraries):
        with suppress(OSError):
            stat = file.stat()
            found[file] = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
    return found


def _files(places: Sequence[Path], libraries: Iterable[Path]) -> set[Path]:
    """What was named, what that uses, and flows where libraries are looked for: one that is missing may come."""
    files: set[Path] = set(libraries)
    with suppress(OSError):
        files.update(find_files(places))
    folders = {file.parent / place for file in files for place in (".", "lib", "../lib")}
    for folder in folders:
        with suppress(OSError):
            files.update(folder.glob("*.flow"))
    return files
