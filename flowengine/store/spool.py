"""Where the record waits while its database cannot take it: a file beside the database, an item a line, sealed.

Lines that no database will ever take (an event without its call, half a line of a killed process) end up in a second
file, `.refused`: nothing is thrown away without a word. Lines of an earlier release, in clear, are read too.
"""

from __future__ import annotations

import json
import os
import threading
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import msgspec

from flowengine.errors import StoreError
from flowengine.store.rows import CallEnd, CallStart, Entry, Item, Suppression
from flowengine.store.vault import Vault, key_of

CLEAR = b"{"
"""How a line begins that an earlier release wrote."""
TYPES: dict[str, type[Item]] = {kind.__name__: kind for kind in (CallStart, Entry, CallEnd, Suppression)}


class Spool:
    """Items on their way into a database. May be used from several threads."""

    def __init__(self, path: Path, vault: Vault) -> None:
        self._path = path
        self._vault = vault
        self._refused = path.with_name(f"{path.name}.refused")
        self._lock = threading.Lock()

    @property
    def is_empty(self) -> bool:
        return not self._path.exists() and not self._parts()

    def add(self, items: Iterable[Item]) -> None:
        """Safe on the disk when this returns. Raises OSError."""
        with self._lock:
            _append(self._path, (self._line(item) for item in items))

    def refuse(self, items: Iterable[Item]) -> None:
        """Keep what no database takes, for people to look at. Raises OSError."""
        with self._lock:
            _append(self._refused, (self._line(item) for item in items))

    def replay(self, write: Callable[[list[Item]], list[Item]]) -> int:
        """Hand everything to `write`, which returns what it refuses for good; how many were refused.

        Raises OSError, and whatever `write` raises: the rest is then still here. Items may be handed over twice, when
        a process dies in between.
        """
        with self._lock:
            if self._path.exists():
                # Out of the way: what is added from now on goes into a new file.
                self._path.rename(self._path.with_name(f"{self._path.name}.{uuid.uuid4().hex[:12]}"))
        count = 0
        for part in self._parts():
            items, broken = self._read(part)
            refused = [*broken, *map(self._line, write(items))]
            if refused:
                with self._lock:
                    _append(self._refused, refused)
            part.unlink(missing_ok=True)
            count += len(refused)
        return count

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
            try:
                fields = json.loads(self._clear(line))
                items.append(msgspec.convert(fields, TYPES[fields.pop("type")]))
            except (StoreError, ValueError, LookupError, TypeError, AttributeError, msgspec.ValidationError):
                broken.append(line + b"\n")
        return items, broken

    def _parts(self) -> list[Path]:
        return sorted(part for part in self._path.parent.glob(f"{self._path.name}.*") if part != self._refused)


def _append(path: Path, lines: Iterable[bytes]) -> None:
    """Personal data, like the database: only its owner may read it."""
    is_new = not path.exists()
    descriptor = os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
    with open(descriptor, "ab") as file:
        file.writelines(lines)
        file.flush()
        os.fsync(file.fileno())
    if is_new:
        _sync_name(path.parent)


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
