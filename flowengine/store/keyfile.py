"""The file of a record's keys: made once, read again when a rotation changed it, never left half written."""

from __future__ import annotations

import logging
import os
import secrets
import threading
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from flowengine.errors import StoreError
from flowengine.store.vault import INDEX, Vault, keys_from, new_key_line, new_keys

log = logging.getLogger(__name__)

LOOK_S = 1.0
"""A key that was put first seals in every process after this."""
SETTLED_S = 8.0
"""After this nothing that was sealed before is still on its way into the database: it may wait 5 s for a lock."""


class FileVault(Vault):
    """The vault of a key file. When that changes (`flowengine record rotate-keys`), so does this.

    `clock` counts seconds. Raises StoreError when the file cannot be used at the start; later, keys once read stay.
    """

    def __init__(self, file: Path, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.file = file
        self._clock = clock
        self._reading = threading.Lock()
        self._looked = clock()
        self._seen = _state(file)
        keys = keys_from(_text_of(file), str(file))
        super().__init__(keys, keys.pop(INDEX), named=str(file))

    def seal(self, text: str) -> str:
        if self._clock() - self._looked >= LOOK_S:
            self.look()
        return super().seal(text)

    def open(self, sealed: str) -> str:
        if not self.knows(sealed):
            # Another process has just begun to seal with a new key.
            self.look()
        return super().open(sealed)

    def look(self) -> None:
        """Take the keys of the file as it is now."""
        with self._reading:
            self._looked = self._clock()
            seen = _state(self.file)
            if seen is None or seen == self._seen:
                return
            self._seen = seen
            try:
                keys = keys_from(_text_of(self.file), str(self.file))
            except StoreError as error:
                log.error("the key file cannot be read again; the keys stay as they were", extra={"error": str(error)})
                return
            self.renew(keys, keys.pop(INDEX))


def unsettled_s(file: Path, now: datetime) -> float:
    """For how many seconds yet processes may write what they sealed with earlier keys. Raises StoreError."""
    try:
        return max(0.0, file.stat().st_mtime + SETTLED_S - now.timestamp())
    except OSError as error:
        raise _unusable(file, error) from error


def make(file: Path, now: datetime) -> bool:
    """A file with new keys, readable by its owner alone; False when there is one already. Raises StoreError."""
    try:
        if file.exists():
            return False
        draft = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
        _write(draft, new_keys(now))
        try:
            # Never over one that another process has just made, and never half of one.
            os.link(draft, file)
        except FileExistsError:
            return False
        finally:
            draft.unlink()
    except OSError as error:
        raise _unusable(file, error) from error
    return True


def add_key(file: Path, now: datetime) -> str:
    """Put a new key in the first place, where it seals; its id. Raises StoreError."""

    def with_new(lines: list[str]) -> list[str]:
        first = next(place for place, line in enumerate(lines) if line.partition("#")[0].strip())
        return [*lines[:first], added, *lines[first:]]

    added = new_key_line(now)
    _change(file, with_new)
    return added.partition(":")[0]


def forget_keys(file: Path, forgotten: set[str]) -> None:
    """Take keys out. Whatever they sealed is lost: the caller has seen that there is nothing. Raises StoreError."""
    _change(file, lambda lines: [line for line in lines if line.partition(":")[0].strip() not in forgotten])


def _change(file: Path, changed: Callable[[list[str]], list[str]]) -> None:
    """All or nothing, and not while another rotation does it."""
    draft = file.with_name(f"{file.name}.new")
    try:
        text = _text_of(file)
        # One line a key, also where they were written with commas between.
        lines = [part for line in text.splitlines() for part in ([line] if "#" in line else line.split(","))]
        new_text = "\n".join(changed(lines)) + "\n"
        keys_from(new_text, str(file))
        try:
            _write(draft, new_text)
        except FileExistsError as error:
            raise StoreError(
                f"{draft} is there: another rotation is at work, or was killed; in that case remove it"
            ) from error
        # Both under the draft's name: a second rotation that read the file before this line finds the draft.
        if _text_of(file) != text:
            draft.unlink()
            raise StoreError(f"{file} was changed meanwhile; run it again")
        os.replace(draft, file)
    except OSError as error:
        raise _unusable(file, error) from error


def _write(file: Path, text: str) -> None:
    descriptor = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with open(descriptor, "w", encoding="utf-8") as opened:
        opened.write(text)
        opened.flush()
        os.fsync(opened.fileno())


def _text_of(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _unusable(file, error) from error


def _state(file: Path) -> tuple[int, int, int] | None:
    """Changes when the file does."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _unusable(file: Path, error: OSError | UnicodeDecodeError) -> StoreError:
    what = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
    return StoreError(f"the key file {file} cannot be used: {what}; name another in FLOWENGINE_RECORD_KEY_FILE")
