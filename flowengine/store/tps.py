"""The Telephone Preference Service's list, looked up in microseconds: sorted numbers in a mapped file.

`flowengine tps import` writes the file (`tps_import.py`); this module lays it out and reads it. All processes share
one copy in memory. An import replaces the file by renaming, so that a reader has either list and never half of one;
who reads for long looks once a second whether there is a new one. A file that is cut off, damaged or somebody else's
is refused: it would answer "not listed" for people who are.
"""

from __future__ import annotations

import contextlib
import hashlib
import mmap
import os
import secrets
import struct
import time
import zlib
from bisect import bisect_left
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from flowengine.errors import StoreError

TpsKind = Literal["tps", "ctps"]
"""Persons (and sole traders), or companies: the Corporate Telephone Preference Service."""
KINDS: tuple[TpsKind, ...] = ("tps", "ctps")

MAGIC = b"flowtps\x01"
"""The last byte is the version of the layout."""
FIXED = struct.Struct("=8sQQqq32s256s")
"""Magic, byte order, count, snapshot and import (seconds since 1970), SHA-256 of the numbers, the source's name."""
ORDER = 0x0102030405060708
HEADER_BYTES = 4096
"""One page, so that the numbers begin at one."""
NUMBER_BYTES = 8
LOOK_EVERY_S = 1.0
AGAIN = "import the list again: flowengine tps import FILE"


@dataclass(frozen=True, slots=True)
class TpsHeader:
    """What a list says of itself. `snapshot`: when the TPS made it; `source`: the name of the file it came from."""

    count: int
    snapshot: datetime
    imported_at: datetime
    sha256: bytes
    source: str

    def packed(self) -> bytes:
        name = self.source.encode("utf-8", "replace")[:256]
        seconds = (int(self.snapshot.timestamp()), int(self.imported_at.timestamp()))
        fixed = FIXED.pack(MAGIC, ORDER, self.count, *seconds, self.sha256, name)
        return (fixed + zlib.crc32(fixed).to_bytes(4, "little")).ljust(HEADER_BYTES, b"\0")


class _Mapped:
    """One list file as it was when it was opened. It stays readable after the file was replaced."""

    def __init__(self, path: Path) -> None:
        """Raises FileNotFoundError, or StoreError for a file that is no whole list."""
        try:
            with open(path, "rb") as file:
                self.identity = _identity(os.fstat(file.fileno()))
                self.header = _read_header(file.read(HEADER_BYTES), path)
                expected = HEADER_BYTES + self.header.count * NUMBER_BYTES
                if (size := os.fstat(file.fileno()).st_size) != expected:
                    raise StoreError(f"{path} is cut off or damaged: {size:,} bytes, not {expected:,}; {AGAIN}")
                mapping = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except FileNotFoundError:
            raise
        except OSError as error:
            raise StoreError(f"the TPS list {path} cannot be read: {error.strerror}") from error
        self.numbers = memoryview(mapping)[HEADER_BYTES:].cast("Q")

    def contains(self, number: int) -> bool:
        place = bisect_left(self.numbers, number)
        return place < len(self.numbers) and self.numbers[place] == number


class TpsList:
    """The TPS list and, where it was imported, the CTPS list beside it: a number on either is listed."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._files = tuple(list_file(path, kind) for kind in KINDS)
        self._clock = clock
        self._lists = tuple(_mapped(file) for file in self._files)
        self._looked_at = clock()

    @classmethod
    def open(cls, path: Path, clock: Callable[[], float] = time.monotonic) -> TpsList:
        """The lists at `path` (FLOWENGINE_TPS_FILE); no file there is an empty list without a snapshot.

        `clock` in seconds says when to look for a new file. Raises StoreError for a file that is no whole list; so do
        the methods, when such a file has taken the place of a good one.
        """
        return cls(path, clock)

    def contains(self, number: str) -> bool:
        """Whether this number, in E.164, is on a list. Raises ValueError for what is no number."""
        value = int(number)
        return any(each.contains(value) for each in self._current() if each is not None)

    @property
    def snapshot(self) -> datetime | None:
        """When the older of the lists was made; None when the TPS list was never imported."""
        present = self._current()
        if present[0] is None:
            return None
        return min(each.header.snapshot for each in present if each is not None)

    @property
    def count(self) -> int:
        return sum(each.header.count for each in self._current() if each is not None)

    def age(self, now: datetime) -> timedelta | None:
        """How old the snapshot is; None without one."""
        snapshot = self.snapshot
        return None if snapshot is None else now - snapshot

    def headers(self) -> dict[TpsKind, TpsHeader]:
        """What each list that was imported says of itself."""
        return {kind: each.header for kind, each in zip(KINDS, self._current(), strict=True) if each is not None}

    def _current(self) -> tuple[_Mapped | None, ...]:
        now = self._clock()
        if now - self._looked_at >= LOOK_EVERY_S:
            self._lists = tuple(map(_fresh, self._files, self._lists))
            # Last: where a new file is refused, the next question is refused as well.
            self._looked_at = now
        return self._lists


def list_file(path: Path, kind: TpsKind) -> Path:
    """Where a list lies: the TPS at FLOWENGINE_TPS_FILE itself, the CTPS beside it."""
    return path if kind == "tps" else path.with_name(f"{path.name}.ctps")


def check_whole(path: Path) -> None:
    """Read all of a list and compare its checksum: 0.2 s for 25 million. Raises StoreError."""
    mapped = _mapped(path)
    if mapped is None:
        raise StoreError(f"there is no TPS list at {path}: flowengine tps import FILE")
    if hashlib.sha256(mapped.numbers).digest() != mapped.header.sha256:
        raise StoreError(f"{path} is damaged: its checksum differs; {AGAIN}")


def write_list(
    path: Path, parts: Iterable[bytes | memoryview], *, snapshot: datetime, imported_at: datetime, source: str
) -> TpsHeader:
    """Put a list in place of the one at `path`, all of it or nothing. Raises StoreError.

    `parts`: unsigned 64-bit integers in this machine's byte order, ascending, each once.
    """
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}.new")
    try:
        with open(draft, "xb", opener=_private) as file:
            file.seek(HEADER_BYTES)
            digest = hashlib.sha256()
            for part in parts:
                digest.update(part)
                file.write(part)
            count = (file.tell() - HEADER_BYTES) // NUMBER_BYTES
            header = TpsHeader(count, snapshot, imported_at, digest.digest(), source)
            file.seek(0)
            file.write(header.packed())
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
        _sync_folder(path.parent)
    except OSError as error:
        raise StoreError(f"the TPS list {path} cannot be written: {error.strerror}") from error
    finally:
        draft.unlink(missing_ok=True)
    return header


def _private(path: str, flags: int) -> int:
    """Telephone numbers in bulk, like the record: only the owner may read them."""
    return os.open(path, flags, 0o600)


def _sync_folder(folder: Path) -> None:
    """So that the renaming, too, outlives a power cut. Not every file system knows how."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _mapped(path: Path) -> _Mapped | None:
    try:
        return _Mapped(path)
    except FileNotFoundError:
        return None


def _fresh(path: Path, known: _Mapped | None) -> _Mapped | None:
    """The list that is there now: the known one when the file is still the same."""
    with contextlib.suppress(OSError):
        if known is not None and _identity(os.stat(path)) == known.identity:
            return known
    return _mapped(path)


def _identity(status: os.stat_result) -> tuple[int, int, int, int]:
    return status.st_dev, status.st_ino, status.st_mtime_ns, status.st_size


def _read_header(raw: bytes, path: Path) -> TpsHeader:
    fixed, checksum = raw[: FIXED.size], raw[FIXED.size : FIXED.size + 4]
    if not raw.startswith(MAGIC[:-1]):
        raise StoreError(f"{path} is not a list that `flowengine tps import` wrote; name another, or {AGAIN}")
    if raw[len(MAGIC) - 1] != MAGIC[-1]:
        raise StoreError(f"{path} was written by another version of flowengine; {AGAIN}")
    if len(raw) < HEADER_BYTES or zlib.crc32(fixed).to_bytes(4, "little") != checksum:
        raise StoreError(f"{path} is cut off or damaged: its first page does not hold together; {AGAIN}")
    _, order, count, snapshot, imported_at, sha256, source = FIXED.unpack(fixed)
    if order != ORDER:
        raise StoreError(f"{path} was written on a machine of another byte order; {AGAIN}")
    return TpsHeader(
        count,
        datetime.fromtimestamp(snapshot, UTC),
        datetime.fromtimestamp(imported_at, UTC),
        sha256,
        source.rstrip(b"\0").decode("utf-8", "replace"),
    )
