"""The TPS list: what is on it, when it is read again, and which files it refuses."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from flowengine.errors import StoreError
from flowengine.store.tps import HEADER_BYTES, TpsHeader, TpsList, check_whole, list_file, write_list

SNAPSHOT = datetime(2026, 3, 1, 12, tzinfo=UTC)
LISTED = "+441134960123"
UNLISTED = "+441134960124"


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def write(path: Path, numbers: Iterable[str] = (LISTED,), snapshot: datetime = SNAPSHOT) -> TpsHeader:
    ordered = array("Q", sorted({int(number) for number in numbers}))
    return write_list(
        path, [memoryview(ordered).cast("B")], snapshot=snapshot, imported_at=snapshot + timedelta(1), source="tps.txt"
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "flowengine.tps"


def test_a_number_is_listed_or_it_is_not(path: Path) -> None:
    write(path, ["+441134960000", LISTED, "+447700900123"])
    tps = TpsList.open(path)
    assert [tps.contains(number) for number in ("+441134960000", LISTED, "+447700900123")] == [True] * 3
    assert not any(tps.contains(number) for number in ("+1", UNLISTED, "+447700900999"))
    assert tps.count == 3


def test_what_is_no_number_is_not_looked_up(path: Path) -> None:
    write(path)
    with pytest.raises(ValueError, match="invalid literal"):
        TpsList.open(path).contains("anonymous")


def test_the_list_says_where_and_when_it_came_from(path: Path) -> None:
    write(path)
    header = TpsList.open(path).headers()["tps"]
    assert (header.count, header.snapshot, header.imported_at) == (1, SNAPSHOT, SNAPSHOT + timedelta(1))
    assert header.source == "tps.txt"


def test_without_a_file_nobody_is_listed_and_there_is_no_snapshot(path: Path) -> None:
    tps = TpsList.open(path)
    assert not tps.contains(LISTED)
    assert (tps.snapshot, tps.count, tps.age(SNAPSHOT)) == (None, 0, None)


def test_a_number_on_either_list_is_listed_and_the_older_list_counts_for_the_age(path: Path) -> None:
    write(path, [LISTED])
    write(list_file(path, "ctps"), [UNLISTED], SNAPSHOT - timedelta(30))
    tps = TpsList.open(path)
    assert tps.contains(LISTED)
    assert tps.contains(UNLISTED)
    assert tps.age(SNAPSHOT) == timedelta(30)


def test_companies_alone_are_no_tps_list(path: Path) -> None:
    write(list_file(path, "ctps"))
    tps = TpsList.open(path)
    assert tps.contains(LISTED)
    assert tps.snapshot is None


def test_a_new_list_is_read_after_a_second(path: Path) -> None:
    clock = Clock()
    write(path, [LISTED])
    tps = TpsList.open(path, clock)
    write(path, [UNLISTED], SNAPSHOT + timedelta(7))
    clock.now = 0.9
    assert tps.contains(LISTED)
    clock.now = 1.0
    assert not tps.contains(LISTED)
    assert tps.contains(UNLISTED)
    assert tps.snapshot == SNAPSHOT + timedelta(7)


def test_a_list_that_is_imported_later_is_found(path: Path) -> None:
    clock = Clock()
    tps = TpsList.open(path, clock)
    write(path)
    clock.now = 1.0
    assert tps.contains(LISTED)


def test_the_file_is_not_looked_at_more_than_once_a_second(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(path)
    tps = TpsList.open(path, clock := Clock())
    looks = []

    def fresh(file: Path, known: object) -> object:
        looks.append(file)
        return known

    monkeypatch.setattr("flowengine.store.tps._fresh", fresh)
    for tenth in range(25):
        clock.now = tenth / 10
        tps.contains(LISTED)
    assert len(looks) == 2 * 2  # after one second and after two, both files


def _foreign(path: Path) -> None:
    path.write_bytes(b"01134960123\r\n" * 1000)


def _cut_off(path: Path) -> None:
    write(path, [LISTED, UNLISTED])
    path.write_bytes(path.read_bytes()[:-8])


def _cut_off_early(path: Path) -> None:
    write(path)
    path.write_bytes(path.read_bytes()[:100])


def _newer(path: Path) -> None:
    write(path)
    path.write_bytes(b"flowtps\x02" + path.read_bytes()[8:])


def _bent(path: Path) -> None:
    write(path)
    raw = bytearray(path.read_bytes())
    raw[40] ^= 1
    path.write_bytes(raw)


def _empty(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (_foreign, "is not a list that"),
        (_empty, "is not a list that"),
        (_cut_off, "is cut off"),
        (_cut_off_early, "is cut off"),
        (_newer, "another version"),
        (_bent, "does not hold together"),
    ],
)
def test_a_file_that_is_no_whole_list_is_refused(path: Path, spoil: object, says: str) -> None:
    assert callable(spoil)
    spoil(path)
    with pytest.raises(StoreError, match=says):
        TpsList.open(path)


def test_a_folder_is_no_list(path: Path) -> None:
    path.mkdir()
    with pytest.raises(StoreError, match="cannot be read"):
        TpsList.open(path)


def test_a_list_spoilt_in_use_is_refused_at_every_question_until_it_is_mended(path: Path) -> None:
    clock = Clock()
    write(path)
    tps = TpsList.open(path, clock)
    spoilt = path.with_name("spoilt")
    _foreign(spoilt)
    spoilt.replace(path)
    clock.now = 1.0
    for _ in range(2):
        with pytest.raises(StoreError, match="is not a list that"):
            tps.contains(LISTED)
    write(path)
    assert tps.contains(LISTED)


def test_a_changed_number_is_found_by_the_checksum(path: Path) -> None:
    write(path)
    check_whole(path)
    raw = bytearray(path.read_bytes())
    raw[HEADER_BYTES] ^= 1
    path.write_bytes(raw)
    with pytest.raises(StoreError, match="checksum differs"):
        check_whole(path)


def test_there_is_nothing_to_check_without_a_list(path: Path) -> None:
    with pytest.raises(StoreError, match="there is no TPS list"):
        check_whole(path)


def test_a_writing_that_fails_leaves_the_old_list_and_nothing_else(path: Path) -> None:
    def breaks() -> Iterable[bytes]:
        yield b"12345678"
        raise OSError(28, "No space left on device")

    write(path)
    with pytest.raises(StoreError, match="No space left"):
        write_list(path, breaks(), snapshot=SNAPSHOT, imported_at=SNAPSHOT, source="x")
    assert TpsList.open(path).contains(LISTED)
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_only_the_owner_may_read_the_list(path: Path) -> None:
    write(path)
    assert path.stat().st_mode & 0o777 == 0o600
