"""Lists of numbers imported beside live calls: short ones here, all others by a process of their own.

200,000 numbers take six seconds of processor time. In a thread of the service they made audio 50 ms late: whenever
the system took the processor away from that thread, the loop waited for Python's lock. The process is told what to do
on standard input, since what opens the record is among it, and answers on standard output; both are pickled, which
only the two of them may read: `python -m flowengine.service.importing`.
"""

from __future__ import annotations

import contextlib
import pickle
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol, TypeVar

from flowengine.errors import FlowEngineError, StoreError
from flowengine.service.apart import run_apart
from flowengine.store.connection import Database
from flowengine.store.list_files import GZIP, ZIP
from flowengine.store.list_import import ListImported, import_do_not_call
from flowengine.store.tps import TpsKind
from flowengine.store.tps_import import TpsImported, import_tps

T_co = TypeVar("T_co", covariant=True)

SHORT_BYTES = 16_384
"""Of a list that is not packed: a thousand numbers, some 30 ms of work. A process takes half a second to begin."""


class Import(Protocol[T_co]):
    """An import that can be sent to another process."""

    @property
    def file(self) -> Path: ...

    def run(self) -> T_co:
        """Raises ListFileError, StoreError, MissingExtra."""
        ...


@dataclass(frozen=True, slots=True)
class DoNotCallImport:
    """Every number of a file onto the do-not-call list of the database at `url`, whose keys are where settings say."""

    file: Path
    url: str = field(repr=False)
    keys: str | None = field(repr=False)
    key_file: Path | None
    now: datetime
    actor: str
    reason: str

    def run(self) -> ListImported:
        database = Database.open(self.url, keys=self.keys, key_file=self.key_file)
        with contextlib.closing(database):
            return import_do_not_call(self.file, database, self.now, actor=self.actor, reason=self.reason)


@dataclass(frozen=True, slots=True)
class TpsImport:
    """A new list of the TPS in place of the one in use."""

    file: Path
    tps_file: Path
    kind: TpsKind
    now: datetime
    snapshot: datetime
    force: bool

    def run(self) -> TpsImported:
        return import_tps(self.file, self.tps_file, self.kind, now=self.now, snapshot=self.snapshot, force=self.force)


def import_beside_calls(wanted: Import[T_co]) -> T_co:
    """Do it, here or by another process, which is waited for: call it in a thread.

    Raises ListFileError, StoreError, MissingExtra.
    """
    return wanted.run() if _is_short(wanted.file) else import_apart(wanted)


def import_apart(wanted: Import[T_co]) -> T_co:
    """As `wanted.run`, by another process."""
    try:
        answer: T_co | FlowEngineError = pickle.loads(
            run_apart("flowengine.service.importing", given=pickle.dumps(wanted))
        )
    except (OSError, subprocess.SubprocessError, pickle.UnpicklingError, EOFError) as error:
        # What was imported stays, and what is there already is left alone.
        raise StoreError(
            f"the process that imports the list failed ({type(error).__name__}); see that there is memory for it, and "
            "send the list again"
        ) from error
    if isinstance(answer, FlowEngineError):
        raise answer
    return answer


def _is_short(file: Path) -> bool:
    """By its size; of one that is packed nobody knows yet how long it is."""
    if file.stat().st_size > SHORT_BYTES:
        return False
    with file.open("rb") as opened:
        return not opened.read(len(ZIP)).startswith((GZIP, ZIP))


def main() -> None:
    """Do the import that standard input holds, and write what came of it."""
    wanted: Import[object] = pickle.load(sys.stdin.buffer)
    try:
        answer = wanted.run()
    except FlowEngineError as error:
        answer = error
    sys.stdout.buffer.write(pickle.dumps(answer))


if __name__ == "__main__":
    main()
