"""Room on the disk that is kept for the spool: a file of real bytes beside it, given back when the disk is full.

A full disk takes neither what the database writes nor the spool. An opt-out has to be kept all the same: it was
confirmed to the person.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from pathlib import Path

BYTES = 1 << 20
"""Some 2,500 opt-outs, or the last minutes of a busy service's calls."""
STEP_BYTES = 32 << 10
"""Given back at a time: the database, and whatever else fills the disk, may be quicker than the spool to take it."""
SHARE = 4
"""It takes a quarter of what is free at most: the rest is for the database, which may just have got it back."""
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


class Reserve:
    """One file, shared by the processes that share the spool. May be used from several threads."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def is_held(self) -> bool:
        """Some of it is there."""
        return self._size() > 0

    def hold(self) -> int:
        """Its bytes, made as many as may be: `BYTES`, or by whole steps less on a disk with little room; 0: none."""
        size = self._size()
        if size >= BYTES:
            return size
        try:
            room = shutil.disk_usage(self.path.absolute().parent).free + size
            wanted = min(BYTES, room // SHARE // STEP_BYTES * STEP_BYTES)
            if size < wanted:
                self._fill(wanted)
        except OSError:
            # What there was of it, or got there, is room all the same.
            return self._size()
        return max(size, wanted)

    def _fill(self, size: int) -> None:
        descriptor = os.open(self.path, os.O_CREAT | os.O_WRONLY, 0o600)
        try:
            # What could be packed, some file systems would pack: then it would give nothing back.
            left = memoryview(os.urandom(size))
            while left:
                left = left[os.write(descriptor, left) :]
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def give_back(self) -> bool:
        """A step's room is free; whether there was any left."""
        size = self._size()
        with contextlib.suppress(OSError):
            if size > STEP_BYTES:
                os.truncate(self.path, size - STEP_BYTES)
                return True
            self.path.unlink()
            return size > 0
        return False

    def _size(self) -> int:
        try:
            return os.stat(self.path).st_size
        except OSError:
            return 0
