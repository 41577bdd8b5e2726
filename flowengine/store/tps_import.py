"""From the TPS's file to the list that is looked up: 25 million numbers in seconds, in little memory.

Lines that hold one number and nothing odd, which is all of them in a clean file, are read with numpy, a block at a
time; every other line on its own. Numbers are sorted in runs of two million on disk, which are then merged band by
band, so that memory does not grow with the list. (`np.unique` over all of them took 55 s, this takes a tenth.)

A file that is probably not the whole list is refused: whoever is missing from it would be called.
"""

from __future__ import annotations

import re
import tempfile
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from flowengine.errors import ListFileError, MissingExtra, StoreError
from flowengine.store.list_files import Block, Progress, blocks, masked, text_of
from flowengine.store.tps import NUMBER_BYTES, TpsHeader, TpsKind, TpsList, list_file, write_list

try:
    import numpy as np
    from numpy.typing import NDArray
except ModuleNotFoundError as error:
    raise MissingExtra(
        'importing a TPS list needs numpy, which is not installed: pip install "flowengine[tps]"'
    ) from error

Numbers = NDArray[np.uint64]

FORMS = ((10, 0, 10), (10, 0, 9), (11, 0, 10), (11, 44, 9), (12, 44, 10), (13, 44, 9), (14, 44, 10))
"""A number as written: how many digits, the country code among them (0: none), and the digits of the national number.

With what stands before (0, 00), these tell 1134960123, 01134960123, 441134960123 and 00441134960123 apart. National
numbers have ten digits, or nine in a few old areas and 0800."""
COUNTRY = 44
BEGINNINGS = {10: (1, 2, 3, 5, 7, 8, 9), 9: (1, 8)}
"""What a national number of so many digits begins with."""
BLANKED = b'\t",;|+\x1a\xa0\xc2'
"""Signs beside a number that mean nothing: of CSV, the end of a DOS file, a no-break space in Latin-1 and UTF-8."""
TO_BLANK = bytes.maketrans(BLANKED, b" " * len(BLANKED))
FIELDS = re.compile(rb'[",;|\t]')
BETWEEN_DIGITS = re.compile(rb"\(0\)|[\s()./+\x1a\xa0\xc2-]")
RUN = 2_000_000
SAMPLES = 512
"""Of each run, to divide all numbers into bands of about one run's length."""
SHOWN = 10
FEWEST = 0.9
"""A list this much shorter than the last one was cut off: the TPS changes by a few parts in a hundred a month."""


@dataclass(slots=True)
class TpsReading:
    """What was found in a file. `rubbish`: lines without a number; of the first ones, the line's number and text."""

    numbers: int = 0
    rubbish: int = 0
    examples: list[tuple[int, str]] = field(default_factory=list)

    def reject(self, line_number: int, line: bytes) -> None:
        if line_number == 1 and not any(sign in b"0123456789" for sign in line):
            return  # the names of a CSV's columns
        self.rubbish += 1
        if len(self.examples) < SHOWN:
            self.examples.append((line_number, masked(text_of(line))))


@dataclass(frozen=True, slots=True)
class TpsImported:
    """A list that is now in use. `replaced`: the one before it."""

    header: TpsHeader
    reading: TpsReading
    replaced: TpsHeader | None

    @property
    def repeated(self) -> int:
        return self.reading.numbers - self.header.count


def import_tps(
    source: Path,
    tps_file: Path,
    kind: TpsKind,
    *,
    now: datetime,
    snapshot: datetime | None = None,
    force: bool = False,
    progress: Progress = lambda done, whole: None,
) -> TpsImported:
    """Make the list of `source` the one in use. Raises ListFileError, and then the old one stays; or StoreError.

    `snapshot`: when the TPS made the list; the file's own time where it is None. `force`: take it although it looks
    wrong (see `_check`).
    """
    snapshot = snapshot or _time_of(source)
    if snapshot > now:
        raise ListFileError(
            f"the list cannot be of {snapshot:%d %B %Y %H:%M} UTC, still to come: give its date with --snapshot"
        )
    target = list_file(tps_file, kind)
    before = _header_at(tps_file, kind)
    reading = TpsReading()
    try:
        with tempfile.TemporaryFile(dir=target.parent) as file:
            runs = _Runs(file)
            for block in blocks(source, progress):
                runs.add(_numbers(block, reading))
            runs.end()
            reading.numbers = runs.count
            _check(source, reading, snapshot, before, force=force)
            header = write_list(target, runs.merged(), snapshot=snapshot, imported_at=now, source=source.name)
    except OSError as error:
        raise StoreError(f"the TPS list {target} cannot be written: {error.strerror}") from error
    return TpsImported(header, reading, before)


def _check(source: Path, reading: TpsReading, snapshot: datetime, before: TpsHeader | None, *, force: bool) -> None:
    found = f"{source}: {reading.numbers:,} numbers"
    if not reading.numbers:
        raise ListFileError(f"{source} is no TPS file: there is no number in it ({reading.rubbish:,} other lines)")
    if force:
        return
    if reading.rubbish > reading.numbers:
        shown = "; ".join(f"line {number}: {text}" for number, text in reading.examples[:3])
        raise ListFileError(
            f"{found} and {reading.rubbish:,} lines that are none, so this is no TPS file ({shown}); --force takes it"
        )
    if before is not None and reading.numbers < FEWEST * before.count:
        raise ListFileError(
            f"{found}, where the list in use has {before.count:,}: it was probably cut off. Fetch it again, or take it "
            "with --force"
        )
    if before is not None and snapshot < before.snapshot:
        raise ListFileError(
            f"{source} is of {snapshot:%d %B %Y}, older than the list in use ({before.snapshot:%d %B %Y}); --force "
            "takes it, --snapshot gives another date"
        )


def _header_at(tps_file: Path, kind: TpsKind) -> TpsHeader | None:
    try:
        return TpsList.open(tps_file).headers().get(kind)
    except StoreError:
        return None  # damaged or foreign: an import mends that


def _time_of(source: Path) -> datetime:
    try:
        return datetime.fromtimestamp(source.stat().st_mtime, UTC)
    except OSError as error:
        raise ListFileError(f"{source} cannot be read: {error.strerror}") from error


# Reading.


def _numbers(block: Block, reading: TpsReading) -> Numbers:
    """The numbers of a block, in E.164 without the plus."""
    signs = np.frombuffer(block.data.translate(TO_BLANK), np.uint8)
    digit = (signs - np.uint8(ord("0"))) < 10
    edges = np.flatnonzero(digit[1:] != digit[:-1]) + 1
    if digit[0]:
        edges = np.concatenate(([0], edges))
    # The last sign ends a line, so that every run of digits has its end.
    starts, lengths = edges[::2], edges[1::2] - edges[::2]
    values, known = _values(signs, starts, lengths)
    ends = np.flatnonzero(signs == ord("\n"))
    odd = np.flatnonzero(~digit & (signs != ord(" ")) & (signs != ord("\n")))
    is_clean = len(starts) == len(ends) and not len(odd) and bool(known.all())
    if is_clean and bool((starts < ends).all() and (starts[1:] > ends[:-1]).all()):
        return values
    line_of = np.searchsorted(ends, starts)
    runs = np.bincount(line_of, minlength=len(ends))
    plain = runs == 1
    plain[np.searchsorted(ends, odd)] = False
    plain[line_of[~known]] = False
    wanted = runs > 0
    wanted[np.searchsorted(ends, odd)] = True
    others = _one_by_one(block, np.flatnonzero(wanted & ~plain), ends, reading)
    return np.concatenate((values[plain[line_of]], np.array(others, np.uint64)))


def _values(signs: NDArray[np.uint8], starts: NDArray[Any], lengths: NDArray[Any]) -> tuple[Numbers, NDArray[np.bool_]]:
    """The number that each run of digits is, and whether it is one."""
    values = np.zeros(len(starts), np.uint64)
    known = np.zeros(len(starts), np.bool_)
    for length in {form[0] for form in FORMS}:
        which = np.flatnonzero(lengths == length)
        if not len(which):
            continue
        written = np.zeros(len(which), np.uint64)
        at = starts[which]
        for place in range(length):
            written *= np.uint64(10)
            written += signs[at + place] - np.uint8(ord("0"))
        for digits, country, national in FORMS:
            if digits != length:
                continue
            rest = written - np.uint64(country * 10**national)
            area = rest // np.uint64(10 ** (national - 1))
            fits = np.isin(area, BEGINNINGS[national])
            values[which[fits]] = rest[fits] + np.uint64(COUNTRY * 10**national)
            known[which[fits]] = True
    return values, known


def _one_by_one(block: Block, which: NDArray[Any], ends: NDArray[Any], reading: TpsReading) -> list[int]:
    numbers = []
    for index in which.tolist():
        line = block.data[int(ends[index - 1]) + 1 if index else 0 : int(ends[index])]
        found = list(numbers_in(line))
        numbers += found
        if not found:
            reading.reject(block.first_line + index, line)
    return numbers


def numbers_in(line: bytes) -> Iterator[int]:
    """The numbers among the fields of one line, however they are spaced."""
    for part in FIELDS.split(line):
        digits = BETWEEN_DIGITS.sub(b"", part)
        if not digits.isdigit():
            continue
        for length, country, national in FORMS:
            rest = int(digits) - country * 10**national
            if len(digits) == length and rest // 10 ** (national - 1) in BEGINNINGS[national]:
                yield COUNTRY * 10**national + rest


# Sorting.


class _Runs:
    """Sorted runs of numbers in a file, and all of them in order."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._run = np.empty(RUN, np.uint64)
        self._filled = 0
        self._ends = [0]
        self._samples: list[Numbers] = []

    @property
    def count(self) -> int:
        return self._ends[-1]

    def add(self, numbers: Numbers) -> None:
        while len(numbers):
            taken = numbers[: RUN - self._filled]
            self._run[self._filled : self._filled + len(taken)] = taken
            self._filled += len(taken)
            numbers = numbers[len(taken) :]
            if self._filled == RUN:
                self.end()

    def end(self) -> None:
        """The run is over: sort it and write it."""
        if not self._filled:
            return
        run = self._run[: self._filled]
        run.sort()
        self._samples.append(run[:: max(1, len(run) // SAMPLES)].copy())
        self._file.write(run.data)
        self._ends.append(self._ends[-1] + self._filled)
        self._filled = 0

    def merged(self) -> Iterator[memoryview]:
        """Every number once, ascending, in bands of about RUN."""
        bands = max(1, self.count // RUN)
        samples = np.sort(np.concatenate(self._samples))
        starts = self._ends[:-1]
        for band in range(1, bands + 1):
            below = int(samples[band * len(samples) // bands]) if band < bands else None
            stops = [self._first_from(below, *run) for run in zip(starts, self._ends[1:], strict=True)]
            numbers = np.concatenate([self._read(*part) for part in zip(starts, stops, strict=True)])
            numbers.sort()
            is_first = np.ones(len(numbers), np.bool_)
            np.not_equal(numbers[1:], numbers[:-1], out=is_first[1:])
            yield numbers[is_first].data
            starts = stops

    def _first_from(self, number: int | None, start: int, end: int) -> int:
        """The place of the first number of a run that is not below this one."""
        if number is None:
            return end
        return bisect_left(range(start, end), number, key=lambda place: int(self._read(place, place + 1)[0])) + start

    def _read(self, start: int, end: int) -> Numbers:
        self._file.seek(start * NUMBER_BYTES)
        return np.frombuffer(self._file.read((end - start) * NUMBER_BYTES), np.uint64)
