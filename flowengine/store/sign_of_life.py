"""A sign of life of each process, which the others of its machine can see: a file that it holds locked.

The kernel lets go of the lock as the process dies. A number among the running processes says less: one that was killed
keeps its number until its parent has asked for it, which some parents never do, and afterwards another may get it.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import socket
import stat
import tempfile
import time
from pathlib import Path

_held: dict[str, int] = {}
"""The open files of this process's own signs, by owner. They stay open: to close any of them lets go of its lock."""


FORGOTTEN_AFTER_S = 600.0
"""Who has not been seen for a minute is dead, whatever their sign says: after ten nobody looks at it any more."""


def show(owner: str) -> None:
    """Hold a sign for this process until it ends, and each time put the moment on it.

    Where no file can be written, the process's number has to do.
    """
    if not _is_local(owner) or _number(owner) != os.getpid():
        return
    with contextlib.suppress(OSError):
        if owner in _held:
            os.utime(_held[owner])
            return
        opened = os.open(_file(owner), os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
        _held[owner] = opened
        # A lock of POSIX, which a child that was forked does not hold on to, as it would to flock's.
        fcntl.lockf(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        _sweep()


def withdraw(owner: str) -> None:
    """This process holds it no more."""
    opened = _held.pop(owner, None)
    if opened is not None:
        with contextlib.suppress(OSError):
            os.unlink(_file(owner))
        os.close(opened)


def is_gone(owner: str) -> bool:
    """Whether it was a process of this machine, and is no more; one that has our number had it before us."""
    if not _is_local(owner):
        return False
    number = _number(owner)
    if number == os.getpid():
        return True
    shown = _is_shown(owner)
    return _has_no_such_process(number) if shown is None else not shown


def _sweep() -> None:
    """Away with the signs of processes that were killed long ago."""
    # To open and close one of our own would let go of its lock.
    ours = {_file(owner) for owner in _held}
    before = time.time() - FORGOTTEN_AFTER_S
    for sign in Path(tempfile.gettempdir()).glob("flowengine-*.alive"):
        if sign in ours or not _is_of_this_machine(sign):
            continue
        with contextlib.suppress(OSError):
            opened = os.open(sign, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
            try:
                found = os.fstat(opened)
                if stat.S_ISREG(found.st_mode) and not found.st_size and found.st_mtime < before:
                    # Whoever lives holds it.
                    fcntl.lockf(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    sign.unlink()
            finally:
                os.close(opened)


def _is_of_this_machine(sign: Path) -> bool:
    return sign.name.startswith(f"flowengine-{socket.gethostname()[:32].replace('/', '-')}-")


def _is_local(owner: str) -> bool:
    host, _, number = owner.rpartition(":")[0].rpartition(":")
    return host == socket.gethostname()[:32] and number.isdigit()


def _number(owner: str) -> int:
    return int(owner.split(":")[-2])


def _file(owner: str) -> Path:
    """The name ends in what no other process can guess beforehand."""
    return Path(tempfile.gettempdir()) / f"flowengine-{owner.replace(':', '-').replace('/', '-')}.alive"


def _is_shown(owner: str) -> bool | None:
    """None where there is no sign to be seen: it was swept away, or could never be written."""
    try:
        opened = os.open(_file(owner), os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        # Shared, so that two that look at once do not take one another for the process.
        fcntl.lockf(opened, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        # No locks on this file system.
        return None
    finally:
        os.close(opened)
    return False


def _has_no_such_process(number: int) -> bool:
    """By its number alone. One that is dead and was not asked for still has it, which Linux tells."""
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return True
    except OverflowError:
        return False
    except PermissionError:
        pass
    try:
        # proc_pid_stat(5): the state follows the name, which is in brackets and may hold anything.
        state = Path(f"/proc/{number}/stat").read_bytes().rpartition(b")")[2].split()[0]
    except (OSError, IndexError):
        return False
    return state in (b"Z", b"X")
