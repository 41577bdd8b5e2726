"""Files into the do-not-call list and the consents: any spelling, and nobody lost in silence."""

from __future__ import annotations

import csv
import errno
import gzip
import io
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from flowengine.errors import ListFileError, StoreError
from flowengine.store import list_import
from flowengine.store.audit import AuditLog
from flowengine.store.connection import Database
from flowengine.store.list_import import ListImported, exported, import_consents, import_do_not_call
from flowengine.store.list_rows import list_number
from flowengine.store.lists import Lists
from tests.store.records import NOW

ME = "cli:1000"
A, B, C = "+441134960123", "+447700900123", "+442079460123"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return tmp_path / "list.csv"


@pytest.fixture
def rejected(source: Path) -> Path:
    return source.with_name("list.csv.rejected")


def taken(source: Path, database: Database, content: str | bytes) -> ListImported:
    source.write_bytes(content if isinstance(content, bytes) else content.encode())
    return import_do_not_call(source, database, NOW, actor=ME, reason="imported")


def listed(database: Database) -> set[str]:
    return {entry.number for entry in Lists(database).do_not_call.every()}


SPELLINGS = "0113 496 0123\n+44 (0)7700 900 123\n(020) 7946-0123\n"
FILES = {
    "a number a line": SPELLINGS,
    "CRLF": SPELLINGS.replace("\n", "\r\n"),
    "CR only": SPELLINGS.replace("\n", "\r"),
    "UTF-8 with a mark": SPELLINGS.encode("utf-8-sig"),
    "UTF-16": SPELLINGS.encode("utf-16"),
    "gzip": gzip.compress(SPELLINGS.encode()),
    "blank lines and empty rows": SPELLINGS.replace("\n", "\n\n,,,\n"),
    "CSV": "Name,Phone\nSmith,0113 496 0123\n\"Jones, A\",07700900123\nO'Neill,'02079460123\n",
    "Latin-1": "Müller;01134960123\nGarçon;07700900123\nNuñez;02079460123\n".encode("latin-1"),
    "tabs": "Phone\tOrder number\n01134960123\t17\n07700900123\t18\n02079460123\t19\n",
    "zeros lost in a spreadsheet": "1134960123\n7700900123\n2079460123\n",
    "formulas": '="01134960123",x\n="07700900123",x\n="02079460123",x\n',
    "several in a row": "Home phone,Mobile\n01134960123,07700900123\n,02079460123\n",
    "types beside numbers": "Phone type,Phone\nhome,01134960123\nmobile,07700900123\nwork,02079460123\n",
    "without names": "Smith,01134960123,2026-01-02\nJones,07700900123,2026-01-02\nBrown,02079460123,none\n",
}


@pytest.mark.parametrize("content", FILES.values(), ids=FILES.keys())
def test_a_file_is_taken_over_however_it_was_written(
    source: Path, rejected: Path, database: Database, content: str | bytes
) -> None:
    imported = taken(source, database, content)
    assert (imported.added, imported.known, imported.rejected) == (3, 0, 0)
    assert listed(database) == {A, B, C}
    assert not rejected.exists()


UNREADABLE = {
    "too short": ("0113 496 012", "missing or too many"),
    "an extension": ("0113 496 0123 x4", "extension"),
    "two in one": ("0113 496 0123/07700 900123", "missing or too many"),
    "letters": ("0113 4960 I23", "letters"),
    "words": ("please remove me", "no number in it"),
    "a spreadsheet's number": ("1.13496E+09", "letters"),
    "a name without its number": ("Smith,", "no number in it"),
    "an open quotation mark": ('"Smith,01134960124', "no number in it"),
}


@pytest.mark.parametrize(("line", "why"), UNREADABLE.values(), ids=UNREADABLE.keys())
def test_a_line_that_gives_no_number_is_kept_to_be_mended(
    source: Path, rejected: Path, database: Database, line: str, why: str
) -> None:
    imported = taken(source, database, f"01134960123\n{line}\n07700900123\n")
    assert (imported.added, imported.rejected) == (2, 1)
    (number, shown, because) = imported.examples[0]
    assert number == 2
    assert why in because
    assert line not in shown
    assert imported.rejected_to == rejected
    assert rejected.read_text("utf-8") == f"{line}\n"
    assert rejected.stat().st_mode & 0o777 == 0o600


def test_a_row_with_a_good_and_a_bad_number_is_listed_and_rejected(
    source: Path, rejected: Path, database: Database
) -> None:
    imported = taken(source, database, "Name,Home phone,Mobile\nSmith,01134960123,0770090012\n")
    assert listed(database) == {A}
    assert imported.rejected == 1
    assert rejected.read_text("utf-8") == "Name,Home phone,Mobile\nSmith,01134960123,0770090012\n"


def test_rejected_lines_can_be_mended_and_imported_by_themselves(
    source: Path, rejected: Path, database: Database
) -> None:
    taken(source, database, "Phone;Reason\n01134960123;asked\n0770090012;by letter\n")
    rejected.write_text(rejected.read_text("utf-8").replace("0770090012", "07700900123"), "utf-8")
    assert import_do_not_call(rejected, database, NOW, actor=ME, reason="x").rejected == 0
    entry = Lists(database).do_not_call.find(B)
    assert entry is not None
    assert entry.reason == "by letter"


def test_a_number_is_taken_that_no_table_knows_yet(source: Path, database: Database) -> None:
    taken(source, database, "01999 999 999\n")
    assert listed(database) == {"+441999999999"}


def test_numbers_from_abroad_are_taken(source: Path, database: Database) -> None:
    taken(source, database, "+353 86 123 4567\n")
    assert listed(database) == {"+353861234567"}


def test_the_known_and_the_repeated_are_counted_apart(
    source: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_import, "BATCH", 2)
    Lists(database).do_not_call.add(A, "said so", NOW, actor=ME)
    imported = taken(source, database, "01134960123\n07700900123\n07700 900123\n02079460123\n07700900123\n")
    assert (imported.added, imported.known) == (2, 3)
    entry = Lists(database).do_not_call.find(A)
    assert entry is not None
    assert entry.reason == "said so"


def test_an_import_stands_in_the_audit_log(source: Path, database: Database) -> None:
    taken(source, database, "01134960123\nrubbish\n")
    entry = AuditLog(database).last()
    assert entry is not None
    assert (entry.action, entry.actor) == ("do-not-call.import", ME)
    assert json.loads(entry.detail) == {"added": 1, "known": 0, "rejected": 1}


def test_what_could_be_read_of_a_cut_off_file_counts(source: Path, database: Database) -> None:
    whole = "".join(f"0113496{number:04}\n" for number in range(10_000)).encode() * 10
    with pytest.raises(
        ListFileError, match=r"cut off .*; of what could be read, 10,000 were added, [0-9,]+ were known"
    ):
        taken(source, database, gzip.compress(whole)[:-100])
    assert len(listed(database)) == 10_000
    assert AuditLog(database).last() is not None


@pytest.mark.parametrize("content", ["", "\n\n", "Phone,Name\n"])
def test_a_file_without_lines_is_refused(source: Path, database: Database, content: str) -> None:
    with pytest.raises(ListFileError, match="holds no line"):
        taken(source, database, content)


def test_rejected_lines_of_an_earlier_import_are_never_written_over(
    source: Path, rejected: Path, database: Database
) -> None:
    files = [taken(source, database, f"{line}\n").rejected_to for line in ("Smith", "Jones", "Brown")]
    assert files == [rejected, source.with_name("list.csv.rejected.2"), source.with_name("list.csv.rejected.3")]
    assert [file.read_text("utf-8") for file in files if file] == ["Smith\n", "Jones\n", "Brown\n"]


@pytest.mark.parametrize("before", [0, 5000], ids=["early", "late"])
def test_a_nul_spoils_its_line_and_not_the_list(source: Path, rejected: Path, database: Database, before: int) -> None:
    imported = taken(source, database, b" " * before + b"01134960123\n0770\x000900123\n02079460123\n")
    assert (imported.added, imported.rejected) == (2, 1)
    assert listed(database) == {A, C}
    assert "NUL" in imported.examples[0][2]
    assert rejected.read_text("utf-8") == "0770\ufffd0900123\n"
    assert import_do_not_call(rejected, database, NOW, actor=ME, reason="x").rejected == 1


def test_what_is_mostly_not_text_is_no_list(source: Path, database: Database) -> None:
    with pytest.raises(ListFileError, match="is no text"):
        taken(source, database, bytes(range(256)) * 20)


def test_where_rejected_lines_cannot_be_kept_the_import_stops(
    source: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("flowengine.store.list_import.os.open", full)
    with pytest.raises(ListFileError, match="import the file again"):
        taken(source, database, "01134960123\nrubbish\n")
    assert listed(database) == {A}


def test_hostile_columns_spoil_no_import(source: Path, database: Database) -> None:
    text = f"phone,reason,call_id,written_by,written_at\n01134960123,ab,{'x' * 99},{'y' * 99},yesterday\n"
    assert taken(source, database, text).added == 1
    entry = Lists(database).do_not_call.find(A)
    assert entry is not None
    assert (entry.reason, entry.call_id, entry.written_by, entry.written_at) == ("ab", None, "y" * 64, NOW)


def test_a_list_moves_house(source: Path, database: Database, tmp_path: Path) -> None:
    """Export and import: every entry, with its reason, its call and its time."""
    taken(source, database, SPELLINGS)
    Lists(database).do_not_call.add("+353861234567", 'said "no, thanks"', NOW, actor=ME, call_id="call-1")
    moved = io.StringIO()
    writer = csv.DictWriter(moved, ["number", "reason", "call_id", "written_by", "written_at"])
    writer.writeheader()
    writer.writerows(exported(database))
    new = Database.open(f"sqlite:///{tmp_path / 'new.db'}")
    source.write_text(moved.getvalue(), "utf-8")
    imported = import_do_not_call(source, new, datetime(2027, 1, 1, tzinfo=UTC), actor="other", reason="other")
    assert (imported.added, imported.rejected) == (4, 0)
    before = [(e.number, e.reason, e.call_id, e.written_by, e.written_at) for e in Lists(database).do_not_call.every()]
    after = [(e.number, e.reason, e.call_id, e.written_by, e.written_at) for e in Lists(new).do_not_call.every()]
    new.close()
    assert sorted(before, key=str) == sorted(after, key=str)


def test_a_store_that_is_gone_stops_an_import(
    source: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(self: object, entries: object) -> int:
        raise StoreError("gone")

    monkeypatch.setattr("flowengine.store.do_not_call.DoNotCall.add_all", gone)
    with pytest.raises(StoreError):
        taken(source, database, SPELLINGS)


@pytest.mark.parametrize(
    "spelt",
    ["01134960123", "0113 496 0123", "+44 113 496 0123", "+44 (0)113 496 0123", "0044 113-496-0123", "44 1134960123"],
)
def test_all_spellings_are_one_number(spelt: str) -> None:
    assert list_number(spelt) == (A, "")


# Consents.


def test_consents_come_with_their_evidence(source: Path, rejected: Path, database: Database) -> None:
    source.write_text(
        "number,kind,source,given_at\n"
        "0113 496 0123,automated,web form 12,2026-03-01T09:30+00:00\n"
        "01134960123,sector:claims,web form 12,2026-03-01T09:30+00:00\n"
        "07700900123,sms,web form 13,2026-03-01T09:30+00:00\n"
        "07700900123,automated,web form 13,2026-03-01\n"
        "07700900123,automated,,2026-03-01T09:30+00:00\n"
        "07700900123,automated,web form 13,2999-03-01T09:30+00:00\n",
        "utf-8",
    )
    imported = import_consents(source, database, NOW, actor=ME)
    assert (imported.added, imported.rejected) == (2, 4)
    whys = [why for _, _, why in imported.examples]
    assert ["kind" in whys[0], "zone" in whys[1], "evidence" in whys[2], "still to come" in whys[3]] == [True] * 4
    assert {each.kind for each in Lists(database).consents.of(A)} == {"automated", "sector:claims"}
    assert len(rejected.read_text("utf-8").splitlines()) == 5
    assert import_consents(source, database, NOW, actor=ME).known == 2


def test_kind_and_source_can_be_given_for_a_whole_file(source: Path, database: Database) -> None:
    source.write_text("Phone,given_at\n01134960123,2026-03-01T09:30+00:00\n", "utf-8")
    imported = import_consents(source, database, NOW, actor=ME, kind="tps", source="campaign of March")
    assert imported.added == 1
    assert [each.source for each in Lists(database).consents.of(A)] == ["campaign of March"]
