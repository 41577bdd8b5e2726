"""Where the record waits while its database cannot take it: a file beside the database, an item a line, sealed.

Lines that no database will ever take (an event without its call, half a line of a killed process) end up in a second
file, `.refused`: nothing is thrown away without a word. Lines of an earlier release, in clear, are read too.

Processes that share a database share its spool. Whoever appends, and whoever brings home, holds the file's lock
(`flock`, which the kernel takes from the dead), so nobody reads half of a line that is being written, and no line gets
into a file that has just been read. What is being brought home is out of the way in a file `.home`: its name and the
spool's are all there is to look at, to know that nothing waits.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import msgspec

from flowengine.errors import UNREADABLE_JSON, StoreError
from flowengine.store.reserve import FULL, Reserve
from flowengine.store.rows import CallEnd, CallStart, Entry, Item, Suppression
from flowengine.store.vault import Vault, key_of

CLEAR = b"{"
"""How a line begins that an earlier release wrote."""
LOCK_S = 2.0
"""Whoever appends holds the lock for one sync of the disk; who holds it longer is stopped, or their disk is."""
TYPES: dict[str, type[Item]] = {kind.__name__: kind for kind in (CallStart, Entry, CallEnd, Suppression)}


class Spool:
    """Items on their way into a database. May be used from several threads."""

    def __init__(self, path: Path, vault: Vault) -> None:
        self._path = path
        self._vault = vault
        self._home = path.with_name(f"{path.name}.home")
        self._refused = path.with_name(f"{path.name}.refused")
        self.reserve = Reserve(path.with_name(f"{path.name}.reserve"))
        self._lock = threading.Lock()

    @property
    def is_empty(self) -> bool:
        """Nothing waits. (What an earlier release left half brought home is found by `replay` alone.)"""
        return not (_is_there(self._path) or _is_there(self._home))

    def add(self, items: Iterable[Item], *, by_reserve: bool = False) -> None:
        """Safe on the disk when this returns; `by_reserve`: a full one too, as far as the reserve goes.

        Raises OSError: nothing of them is there then.
        """
        lines = [self._line(item) for item in items]
        with self._lock:
            while True:
                try:
                    _append(self._path, lines)
                except OSError as error:
                    if not (by_reserve and error.errno in FULL and self.reserve.give_back()):
                        raise
                else:
                    return

    def refuse(self, items: Iterable[Item]) -> None:
        """Keep what no database takes, for people to look at. Raises OSError."""
        with self._lock:
            _append(self._refused, (self._line(item) for item in items))

    def replay(self, write: Callable[[list[Item]], list[Item]]) -> int:
        """Hand everything to `write`, which returns what it refuses for good; how many were refused.

        Raises OSError, and whatever `write` raises: the rest is then still here, as is what another process is bringing
        home at this moment. Items may be handed over twice, when a process dies in between.
        """
        count = sum(self._brought_home(part, write) for part in self._parts())
        with _locked(self._path) as file:
            # Only who holds the lock of the spool makes a file `.home` of it, so none is there that this would replace.
            if file is None or _is_there(self._home):
                return count
            # Out of the way: what is added from now on goes into a new file.
            self._path.rename(self._home)
        return count + self._brought_home(self._home, write)

    def _brought_home(self, part: Path, write: Callable[[list[Item]], list[Item]]) -> int:
        with _locked(part) as file:
            if file is None:
                return 0
            items, broken = self._read(part)
            refused = [*broken, *map(self._line, write(items))]
            if refused:
                with self._lock:
                    _append(self._refused, refused)
            part.unlink(missing_ok=True)
            return len(refused)

    def refused(self) -> Iterator[str]:
        """The lines of `.refused` in clear, as JSON; one that cannot be read any more, as it is. Raises OSError."""
        if self._refused.exists():
            for line in self._refused.read_bytes().splitlines():
                try:
                    yield self._clear(line).decode()
                except (StoreError, UnicodeDecodeError):
                    yield line.decode(errors="replace")

    def keys_in_use(self) -> set[str]:
        """The ids of the keys with which lines are sealed, refused ones included. Raises OSError."""
        files = [file for file in (self._path, self._refused, *self._parts()) if file.exists()]
        lines = [line for file in files for line in file.read_bytes().splitlines() if line[:1] != CLEAR]
        return {key_of(line.decode(errors="replace")) for line in lines}

    def _line(self, item: Item) -> bytes:
        fields = {name: _plain(value) for name, value in asdict(item).items()}
        # The standard library's JSON: it takes even text that is not valid Unicode.
        clear = json.dumps({"type": type(item).__name__, **fields})
        return self._vault.seal(clear).encode() + b"\n"

    def _clear(self, line: bytes) -> bytes:
        return line if line[:1] == CLEAR else self._vault.open(line.decode(errors="replace")).encode()

    def _read(self, path: Path) -> tuple[list[Item], list[bytes]]:
        """The items, and the lines that are none."""
        items: list[Item] = []
        broken: list[bytes] = []
        for line in path.read_bytes().splitlines():
            if not line:
                continue
            try:
                fields = json.loads(self._clear(line))
                items.append(msgspec.convert(fields, TYPES[fields.pop("type")]))
            except (StoreError, *UNREADABLE_JSON, LookupError, TypeError, AttributeError):
                broken.append(line + b"\n")
        return items, broken

    def _parts(self) -> list[Path]:
        """What is on its way home, or was when a process died; an earlier release gave each a name of its own."""
        others = (self._refused, self.reserve.path)
        return sorted(part for part in self._path.parent.glob(f"{self._path.name}.*") if part not in others)


def _is_there(path: Path) -> bool:
    """Whatever cannot be looked at counts as there."""
    try:
        os.stat(path)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return True


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[int | None]:
    """The file, locked; None where there is none, or somebody else holds it. Raises OSError."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        yield None
        return
    try:
        yield descriptor if _lock(descriptor) and _is_named(descriptor, path) else None
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> bool:
    """False: somebody else has it. A file system without locks has to do without."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        if error.errno not in (errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS, errno.EINVAL):
            raise
    return True


def _is_named(descriptor: int, path: Path) -> bool:
    """Whether the open file is still the one of that name."""
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(path))
    except FileNotFoundError:
        return False


def _append(path: Path, lines: Iterable[bytes]) -> None:
    """All of it or nothing. Personal data, like the database: only its owner may read it. Raises OSError."""
    whole = b"".join(lines)
    is_new = not path.exists()
    until = time.monotonic() + LOCK_S
    while True:
        descriptor = os.open(path, os.O_CREAT | os.O_APPEND | os.O_RDWR, 0o600)
        try:
            # A file that was taken away to be brought home, since it was opened, takes nothing any more.
            if _lock(descriptor) and _is_named(descriptor, path):
                _write(descriptor, whole)
                break
        finally:
            os.close(descriptor)
        if time.monotonic() > until:
            raise OSError(errno.EAGAIN, "another process holds its lock")
        time.sleep(0.002)
    if is_new:
        _sync_name(path.parent)


def _write(descriptor: int, whole: bytes) -> None:
    size = os.fstat(descriptor).st_size
    if size and os.pread(descriptor, 1, size - 1) != b"\n":
        # Half a line, whose process died over it, must not spoil the next one.
        whole = b"\n" + whole
    left = memoryview(whole)
    try:
        while left:
            left = left[os.write(descriptor, left) :]
        os.fsync(descriptor)
    except OSError:
        with contextlib.suppress(OSError):
            os.ftruncate(descriptor, size)
        raise


def _sync_name(folder: Path) -> None:
    """Without it a power cut may leave a new file without its name. (Windows knows no such sync.)"""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value
