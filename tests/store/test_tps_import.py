"""The import of a TPS file: every spelling and packing, what is refused, and that nothing is lost on the way."""

from __future__ import annotations

import gzip
import importlib
import io
import os
import random
import sys
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from flowengine.errors import ListFileError, MissingExtra
from flowengine.store import tps_import
from flowengine.store.tps import TpsList, check_whole
from flowengine.store.tps_import import TpsImported, import_tps

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
MADE = NOW - timedelta(days=2)


@pytest.fixture
def tps_file(tmp_path: Path) -> Path:
    return tmp_path / "flowengine.tps"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return tmp_path / "list.txt"


def taken(source: Path, tps_file: Path, content: bytes, *, force: bool = False) -> TpsImported:
    source.write_bytes(content)
    return import_tps(source, tps_file, "tps", now=NOW, snapshot=MADE, force=force)


def padded(numbers: list[str]) -> bytes:
    """As the TPS writes it."""
    return b"".join(number.encode().ljust(20) + b"\r\n" for number in numbers)


THREE = ["01134960123", "07700900123", "02079460123"]
IN_E164 = ["+441134960123", "+447700900123", "+442079460123"]
LINES = "\n".join(THREE) + "\n"

FILES = {
    "as the TPS writes it": padded(THREE),
    "bare": LINES.encode(),
    "no line end at the end": LINES.strip().encode(),
    "CRLF": LINES.replace("\n", "\r\n").encode(),
    "CR only": LINES.replace("\n", "\r").encode(),
    "UTF-8 with a mark": LINES.encode("utf-8-sig"),
    "UTF-16 with a mark": LINES.encode("utf-16"),
    "UTF-16 without a mark": LINES.encode("utf-16-le"),
    "UTF-16, big end first": LINES.encode("utf-16-be"),
    "UTF-32": LINES.encode("utf-32"),
    "blank lines": LINES.replace("\n", "\n\n  \n").encode(),
    "leading blanks and tabs": b"".join(b" \t" + line.encode() + b"\n" for line in THREE),
    "no-break spaces of Latin-1": LINES.replace("\n", "\u00a0\n").encode("latin-1"),
    "no-break spaces of UTF-8": LINES.replace("\n", "\u00a0\n").encode(),
    "the end of a DOS file": LINES.encode() + b"\x1a",
    "without the 0": LINES.replace("\n0", "\n")[1:].encode(),
    "44": b"441134960123\n447700900123\n442079460123\n",
    "+44": b"+441134960123\n+447700900123\n+442079460123\n",
    "0044": b"00441134960123\n00447700900123\n00442079460123\n",
    "every spelling": b"0113 496 0123\n+44 (0)7700 900123\n(020) 7946-0123\n",
    "quoted": b'"01134960123"\r\n"07700900123"\r\n"02079460123"\r\n',
    "CSV": b'Number,Name\n01134960123,Smith\n"07700900123","Jones, A"\n020 7946 0123,\n',
    "CSV by semicolons": b"Name;Number\nSmith;01134960123\nM\xfcller;07700900123\nJones;02079460123\n",
    "gzip": gzip.compress(padded(THREE)),
}


@pytest.mark.parametrize("content", FILES.values(), ids=FILES.keys())
def test_a_file_is_read_however_it_was_written(source: Path, tps_file: Path, content: bytes) -> None:
    imported = taken(source, tps_file, content)
    assert imported.reading.rubbish == 0
    assert imported.header.count == 3
    tps = TpsList.open(tps_file)
    assert all(tps.contains(number) for number in IN_E164)
    check_whole(tps_file)


def test_numbers_of_nine_digits_are_numbers(source: Path, tps_file: Path) -> None:
    taken(source, tps_file, b"0120412345\n44169772345\n0044800123456\n")
    tps = TpsList.open(tps_file)
    assert all(tps.contains(number) for number in ("+44120412345", "+44169772345", "+44800123456"))


def test_a_zip_with_one_file_is_read(source: Path, tps_file: Path) -> None:
    with zipfile.ZipFile(source, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("folder/", "")
        archive.writestr("folder/list.txt", padded(THREE))
    assert import_tps(source, tps_file, "tps", now=NOW, snapshot=MADE).header.count == 3


def test_odd_lines_among_clean_ones_lose_none(source: Path, tps_file: Path) -> None:
    """Blocks, runs and bands have edges: a list that spans several of each comes out whole."""
    chance = random.Random(4)
    numbers = [f"01{chance.randrange(10**9):09}" for _ in range(120_000)]
    lines = [
        number
        if chance.random() < 0.9
        else f'{number[:5]} {number[5:]},"x"'
        if chance.random() < 0.5
        else "+44" + number[1:]
        for number in numbers
    ]
    lines[5000] = "rubbish"
    del numbers[5000]
    imported = taken(source, tps_file, "\r\n".join(lines).encode())
    assert imported.reading.examples == [(5001, "r••••••")]
    assert imported.header.count == len(set(numbers))
    assert imported.repeated == len(numbers) - len(set(numbers))
    tps = TpsList.open(tps_file)
    assert all(tps.contains("+44" + number[1:]) for number in numbers)
    check_whole(tps_file)


@pytest.mark.parametrize("order", ["rising", "falling", "shuffled", "all the same"])
def test_runs_are_merged_into_one_rising_list(
    source: Path, tps_file: Path, order: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tps_import, "RUN", 500)
    numbers = [1_130_000_000 + 7 * step for step in range(5_000)]
    match order:
        case "falling":
            numbers.reverse()
        case "shuffled":
            random.Random(2).shuffle(numbers)
        case "all the same":
            numbers = numbers[:1] * 5_000
    taken(source, tps_file, padded([f"0{number}" for number in numbers]))
    tps = TpsList.open(tps_file)
    assert tps.count == len(set(numbers))
    assert all(tps.contains(f"+44{number}") for number in numbers)
    assert not any(tps.contains(f"+44{number + 1}") for number in numbers)


def test_rubbish_is_counted_and_shown_masked(source: Path, tps_file: Path) -> None:
    odd = [b"0113 496 01x23", b"Mr Smith", b"011349601234567", b"12345", b"\xff\xfe\x01", b"06134960123", b"01134960-"]
    imported = taken(source, tps_file, padded(THREE * 5) + b"\r\n".join(odd) + b"\r\n")
    assert imported.reading.rubbish == len(odd)
    assert imported.reading.examples[0] == (16, "0113 ••• ••x23")
    assert imported.reading.examples[1] == (17, "M• S••••")
    assert imported.reading.examples[3] == (19, "12•••")
    assert imported.header.count == 3


def test_a_file_of_mostly_rubbish_is_refused_unless_forced(source: Path, tps_file: Path) -> None:
    content = b"<html>\n<body>\n<p>2 \nPlease sign in\n01134960123\n"
    with pytest.raises(ListFileError, match=r"no TPS file \(line 2: <b•••>"):
        taken(source, tps_file, content)
    assert not tps_file.exists()
    assert taken(source, tps_file, content, force=True).header.count == 1


@pytest.mark.parametrize("content", [b"", b"\r\n\r\n", b"\xef\xbb\xbf", b"Number\n", b"nothing\nhere\n"])
def test_a_file_without_numbers_is_refused_whatever_is_said(source: Path, tps_file: Path, content: bytes) -> None:
    with pytest.raises(ListFileError, match="there is no number in it"):
        taken(source, tps_file, content, force=True)


def test_a_list_that_was_cut_off_is_refused_unless_forced(source: Path, tps_file: Path) -> None:
    many = padded([f"0113496{number:04}" for number in range(1000)])
    taken(source, tps_file, many)
    with pytest.raises(ListFileError, match="899 numbers, where the list in use has 1,000: it was probably cut off"):
        taken(source, tps_file, many[: 22 * 899])
    assert TpsList.open(tps_file).count == 1000
    assert taken(source, tps_file, many[: 22 * 900]).header.count == 900
    assert taken(source, tps_file, many[:220], force=True).header.count == 10


def test_an_older_list_does_not_take_the_place_of_a_newer_one_unless_forced(source: Path, tps_file: Path) -> None:
    taken(source, tps_file, padded(THREE))
    older = MADE - timedelta(days=30)
    with pytest.raises(ListFileError, match="older than the list in use"):
        import_tps(source, tps_file, "tps", now=NOW, snapshot=older)
    assert import_tps(source, tps_file, "tps", now=NOW, snapshot=older, force=True).header.snapshot == older


def test_a_damaged_list_in_use_does_not_stand_in_the_way(source: Path, tps_file: Path) -> None:
    tps_file.write_bytes(b"rubbish")
    assert taken(source, tps_file, padded(THREE)).replaced is None


def test_the_snapshot_is_of_the_file_s_time_unless_given(source: Path, tps_file: Path) -> None:
    source.write_bytes(padded(THREE))
    os.utime(source, (MADE.timestamp(), MADE.timestamp()))
    assert import_tps(source, tps_file, "tps", now=NOW).header.snapshot == MADE


def test_a_snapshot_that_is_still_to_come_is_refused(source: Path, tps_file: Path) -> None:
    source.write_bytes(padded(THREE))
    with pytest.raises(ListFileError, match="still to come"):
        import_tps(source, tps_file, "tps", now=NOW, snapshot=NOW + timedelta(minutes=1))


def test_companies_go_beside_persons(source: Path, tps_file: Path) -> None:
    taken(source, tps_file, padded(THREE[:2]))
    source.write_bytes(padded(THREE[2:]))
    import_tps(source, tps_file, "ctps", now=NOW, snapshot=MADE)
    tps = TpsList.open(tps_file)
    assert {kind: header.count for kind, header in tps.headers().items()} == {"tps": 2, "ctps": 1}
    assert all(tps.contains(number) for number in IN_E164)


def zipped(names: list[str]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name in names:
            # At a time of its own: what is written goes into the name of a test.
            archive.writestr(zipfile.ZipInfo(name), LINES)
    return held.getvalue()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (gzip.compress(padded(THREE), mtime=0)[:-12], "cut off or damaged"),
        (zipped(["a"])[:60], "cut off or damaged"),
        (zipped(["a", "b"]), "holds 2 files"),
        (b"\x00\x01\x02\x03" * 2000, "is no text"),
        (b"0" * 3_000_000, "a line of more than"),
    ],
)
def test_what_is_no_list_is_refused_with_the_reason(source: Path, tps_file: Path, content: bytes, says: str) -> None:
    with pytest.raises(ListFileError, match=says):
        taken(source, tps_file, content)


def test_a_file_that_is_not_there_is_said_to_be_so(source: Path, tps_file: Path) -> None:
    with pytest.raises(ListFileError, match="No such file"):
        import_tps(source, tps_file, "tps", now=NOW)


def test_without_numpy_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numpy", None)
    monkeypatch.delitem(sys.modules, "flowengine.store.tps_import")
    with pytest.raises(MissingExtra, match=r"flowengine\[tps\]"):
        importlib.import_module("flowengine.store.tps_import")


def test_progress_ends_at_the_whole_file(source: Path, tps_file: Path) -> None:
    source.write_bytes(padded(THREE * 30_000))
    told: list[tuple[int, int]] = []
    import_tps(source, tps_file, "tps", now=NOW, snapshot=MADE, progress=lambda done, whole: told.append((done, whole)))
    size = source.stat().st_size
    assert told[-1] == (size, size)
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert len(told) > 1
