"""What a process uses, read from outside: processor time and memory."""

from __future__ import annotations

import contextlib
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Usage:
    """Processor seconds since the process began, of all its threads and of its first one; bytes in memory."""

    cpu_s: float
    first_thread_s: float
    memory: int


def allow_files() -> None:
    """As many sockets as the system lets this process have, and those that it starts; 1024 is a common beginning."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def usage(pid: int) -> Usage | None:
    """None where it cannot be read: the process is gone, or belongs to somebody else, or this is no Unix."""
    if Path("/proc/self/stat").exists():
        return _from_proc(pid)
    return _from_ps(pid)


def _from_proc(pid: int) -> Usage | None:
    ticks = os.sysconf("SC_CLK_TCK")
    try:
        # Behind the name, which may hold anything, come the numbers: user and system time are the 14th and 15th field.
        whole = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        first = Path(f"/proc/{pid}/task/{pid}/schedstat").read_text().split()
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError, ValueError):
        return None
    cpu_s = (int(whole[11]) + int(whole[12])) / ticks
    return Usage(cpu_s, int(first[0]) / 1e9, pages * os.sysconf("SC_PAGE_SIZE"))


def _from_ps(pid: int) -> Usage | None:
    try:
        answer = subprocess.run(
            ["ps", "-o", "time=,rss=", "-p", str(pid)], capture_output=True, text=True, check=True, timeout=10
        )
        shown, kib = answer.stdout.split()
        seconds = 0.0
        for part in shown.replace("-", ":").split(":"):
            seconds = seconds * 60 + float(part)
        return Usage(seconds, seconds, int(kib) * 1024)
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
