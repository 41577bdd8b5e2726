"""Writing files for an author: whole or not at all, and never over what is there unless that is asked for."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path


def replace_file(path: Path, data: bytes) -> None:
    """Give a file new content in one step, keeping its mode and owner; through a link, the file that it leads to.

    Raises OSError; the file is then as it was.
    """
    target = path.resolve()
    # A rename would replace a write-protected file too.
    if not os.access(target, os.W_OK):
        raise PermissionError(1, "it is write-protected")
    was = target.stat()
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    beside = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if hasattr(os, "chown"):
            with suppress(PermissionError):  # only root may give a file away
                os.chown(beside, was.st_uid, was.st_gid)
        beside.chmod(was.st_mode & 0o7777)
        beside.replace(target)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def why_not_writable(path: Path) -> str | None:
    """What will go wrong when this file is written; None where nothing is known to. It is tried, and leaves no trace.

    For what is written at the end of something long.
    """
    try:
        target = path.resolve()
        is_new = not target.exists()
        if not is_new and stat.S_ISFIFO(target.stat().st_mode):
            # Opening waits for whoever reads it.
            return None
        opened = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
        try:
            # A device may be opened, and take nothing all the same: it says so when it is given nothing, too.
            os.write(opened, b"")
        finally:
            os.close(opened)
            if is_new:
                target.unlink()
    except (OSError, RuntimeError) as error:  # a circle of links is the latter
        return getattr(error, "strerror", None) or str(error)
    return None


def create_files(texts: Mapping[Path, str]) -> None:
    """Write new files, all or none. Raises FileExistsError where one is there already, OSError for what else fails."""
    made: list[Path] = []
    try:
        for path, text in texts.items():
            with path.open("x", encoding="utf-8", newline="\n") as file:
                made.append(path)
                file.write(text)
    except BaseException:
        for path in made:
            with suppress(OSError):
                path.unlink()
        raise
