"""A folder of converted models, made once a machine: complete or absent, however many processes want it at once."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

STALE_S = 600.0
"""A conversion takes ten seconds; an unfinished one of this age was abandoned."""
WAIT_S = 0.2


def cache_folder() -> Path:
    """`$XDG_CACHE_HOME/flowengine`, or the platform's usual place."""
    chosen = os.environ.get("XDG_CACHE_HOME")
    if chosen:
        return Path(chosen) / "flowengine"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "flowengine"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "flowengine"
    return Path.home() / ".cache" / "flowengine"


def key_of(*parts: str, files: tuple[Path, ...] = ()) -> str:
    """A name that changes with any of the parts or any byte of the files."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.encode() + b"\0")
    for path in files:
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:16]


def cached(name: str, make: Callable[[Path], None], root: Path | None = None) -> Path:
    """The folder of this name; made by `make(folder)` if it is not there.

    Made aside and renamed into place, so nobody sees half of it. Other processes that want it meanwhile wait for the
    first; if that one dies, one of them takes over.
    """
    root = root or cache_folder()
    target = root / name
    root.mkdir(parents=True, exist_ok=True)
    claim = root / f".{name}.making"
    while not target.is_dir():
        if not _claimed(claim):
            time.sleep(WAIT_S)
            continue
        try:
            if not target.is_dir():
                _make(target, make)
        finally:
            claim.unlink(missing_ok=True)
    return target


def _make(target: Path, make: Callable[[Path], None]) -> None:
    aside = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        make(aside)
        aside.rename(target)
    except OSError:
        if not target.is_dir():
            raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _claimed(claim: Path) -> bool:
    """Whether this process may make it. A claim whose maker is gone, or that is too old, is taken away."""
    try:
        with claim.open("x") as file:
            file.write(str(os.getpid()))
    except FileExistsError:
        if _abandoned(claim):
            claim.unlink(missing_ok=True)
        return False
    return True


def _abandoned(claim: Path) -> bool:
    try:
        maker = claim.read_text()
        old = time.time() - claim.stat().st_mtime > STALE_S
    except OSError:
        return False
    if old or not maker.isdigit() or os.name == "nt":
        return old
    try:
        os.kill(int(maker), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
