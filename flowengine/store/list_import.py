"""Files of numbers into the lists: a do-not-call list from elsewhere, consents with their evidence.

In batches, so that memory stays flat and calls in progress wait for no long transaction. An import that broke off can
be run again: what is there already is left as it is. Lines that could not be taken go into a file beside the first,
ready to be mended and imported by themselves.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TextIO, TypeVar

from flowengine.errors import ListFileError
from flowengine.store.audit import AuditLog
from flowengine.store.connection import Database
from flowengine.store.consents import Consents, NewConsent
from flowengine.store.do_not_call import DoNotCall
from flowengine.store.list_files import Progress, masked
from flowengine.store.list_rows import ListRow, header_of, rows
from flowengine.store.rows import Suppression

BATCH = 2_000
"""Numbers of a transaction: beside live calls their record waits for it."""
SHOWN = 10
CALL_ID = re.compile(r"[A-Za-z0-9-]{1,36}")
LONGEST_ACTOR = 64

T = TypeVar("T")


@dataclass(slots=True)
class ListImported:
    """What became of a file. `known`: there already, or twice in it; `examples`: line, masked text and why.

    `rejected_to`: where the lines are that could not be taken.
    """

    added: int = 0
    known: int = 0
    rejected: int = 0
    examples: list[tuple[int, str, str]] = field(default_factory=list)
    rejected_to: Path | None = None

    @property
    def lines(self) -> int:
        return self.added + self.known + self.rejected

    def reject(self, row: ListRow, problem: str) -> None:
        self.rejected += 1
        if len(self.examples) < SHOWN:
            self.examples.append((row.line_number, masked(row.text), problem))


def import_do_not_call(
    path: Path,
    database: Database,
    now: datetime,
    *,
    actor: str,
    reason: str,
    beside: Path | None = None,
    progress: Progress = lambda done, whole: None,
) -> ListImported:
    """Put every number of a file on the do-not-call list. Raises ListFileError or StoreError.

    `reason` where the file names none. Columns that `flowengine do-not-call export` writes are taken over. `beside`:
    the file after which the one of rejected lines is named; `path` where it is None.
    """
    listed = DoNotCall(database)

    def read(row: ListRow) -> list[Suppression]:
        because = row.fields.get("reason") or reason
        call_id = row.fields.get("call_id", "")
        by = row.fields.get("written_by") or actor
        try:
            at = _moment(row.fields, "written_at") or now
        except ValueError:
            at = now  # no reason to call somebody who asked not to be
        return [
            Suppression(number, call_id if CALL_ID.fullmatch(call_id) else None, because, at, by[:LONGEST_ACTOR])
            for number in row.numbers
        ]

    audit = _Audit(database, "do-not-call.import", now, actor)
    return _import(path, beside or path, read, listed.add_all, audit, progress)


def import_consents(
    path: Path,
    database: Database,
    now: datetime,
    *,
    actor: str,
    kind: str | None = None,
    source: str | None = None,
    beside: Path | None = None,
    progress: Progress = lambda done, whole: None,
) -> ListImported:
    """Keep every consent of a CSV with the columns number, kind, source, given_at. Raises ListFileError or StoreError.

    `kind` and `source` where the file has no such column. When it was given must stand in the file. `beside`: as above.
    """
    consents = Consents(database)

    def read(row: ListRow) -> list[NewConsent]:
        given_at = _moment(row.fields, "given_at")
        if given_at is None:
            raise ValueError("no moment under given_at, like 2026-11-01T09:30+00:00")
        if given_at > now:
            raise ValueError("given_at is still to come")
        words = row.fields.get("kind") or kind or "", row.fields.get("source") or source or ""
        return [NewConsent(number, *words, given_at) for number in row.numbers]

    audit = _Audit(database, "consent.import", now, actor)
    return _import(path, beside or path, read, lambda batch: consents.give_all(batch, now), audit, progress)


def _import(
    path: Path,
    beside: Path,
    read: Callable[[ListRow], list[T]],
    keep: Callable[[list[T]], int],
    audit: _Audit,
    progress: Progress,
) -> ListImported:
    imported = ListImported()
    batch: list[T] = []

    def flush() -> None:
        added = keep(batch)
        imported.added += added
        imported.known += len(batch) - added
        batch.clear()

    with _Rejects(path, beside) as rejects:
        try:
            for row in rows(path, progress):
                problem = row.problem
                try:
                    batch += read(row)
                except ValueError as error:
                    problem = problem or str(error)
                if problem is not None:
                    rejects.add(row.text)
                    imported.reject(row, problem)
                if len(batch) >= BATCH:
                    flush()
        except ListFileError as error:
            # Cut off, perhaps: whoever stands in what could be read counts all the same.
            flush()
            if not imported.lines:
                raise
            audit.write(imported)
            where = f" (they are in {rejects.path})" if rejects.path else ""
            raise ListFileError(
                f"{error}; of what could be read, {imported.added:,} were added, {imported.known:,} were known "
                f"already, {imported.rejected:,} lines were rejected{where}"
            ) from error
        flush()
        imported.rejected_to = rejects.path
    if not imported.lines:
        raise ListFileError(f"{path} holds no line: nothing was imported")
    audit.write(imported)
    return imported


@dataclass(frozen=True, slots=True)
class _Audit:
    """The entry that an import leaves in the audit log."""

    database: Database
    action: str
    now: datetime
    actor: str

    def write(self, imported: ListImported) -> None:
        detail = {"added": imported.added, "known": imported.known, "rejected": imported.rejected}
        AuditLog(self.database).append(self.actor, self.action, "", detail, self.now)


class _Rejects:
    """The file beside the imported one, made when the first line goes into it. Only the owner may read it.

    Never over an older one: its lines may be people who asked not to be called, still to be mended.
    """

    def __init__(self, source: Path, beside: Path) -> None:
        self._source = source
        self._target = beside.with_name(f"{beside.name}.rejected")
        self._first = self._target
        self._file: TextIO | None = None

    @property
    def path(self) -> Path | None:
        return None if self._file is None else self._target

    def add(self, line: str) -> None:
        try:
            if self._file is None:
                self._file = self._opened()
            self._file.write(f"{line}\n")
        except OSError as error:
            raise ListFileError(
                f"lines could not be read, and {self._target} cannot be written for them ({error.strerror}); what came "
                "before is imported: make room, and import the file again"
            ) from error

    def _opened(self) -> TextIO:
        header = header_of(self._source)
        for number in itertools.count(2):
            try:
                descriptor = os.open(self._target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
                break
            except FileExistsError:
                self._target = self._first.with_name(f"{self._first.name}.{number}")
        file = os.fdopen(descriptor, "w", encoding="utf-8")
        if header is not None:
            file.write(f"{header}\n")
        return file

    def __enter__(self) -> _Rejects:
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            with contextlib.suppress(OSError):
                os.fsync(self._file.fileno())
            self._file.close()


def _moment(fields: Mapping[str, str], name: str) -> datetime | None:
    """A moment in ISO 8601, with its zone; None where there is nothing. Raises ValueError for what is none."""
    text = fields.get(name)
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise ValueError(f"{name} is no moment with its zone, like 2026-11-01T09:30+00:00")
    return moment


def exported(database: Database) -> Iterator[dict[str, str]]:
    """The do-not-call list as rows of a CSV that can be imported again."""
    for entry in DoNotCall(database).every():
        yield {
            "number": entry.number,
            "reason": entry.reason,
            "call_id": entry.call_id or "",
            "written_by": entry.written_by or "",
            "written_at": entry.written_at.isoformat(),
        }
