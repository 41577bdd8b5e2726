"""Lists are imported by a process of their own, unless they are short."""

from __future__ import annotations

import gzip
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from flowengine.errors import ListFileError, StoreError
from flowengine.service import importing
from flowengine.service.importing import SHORT_BYTES, DoNotCallImport, Import, import_apart, import_beside_calls
from flowengine.store.connection import Database
from flowengine.store.list_import import ListImported
from flowengine.store.lists import Lists

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
NUMBER = "+441134960123"


def wanted(folder: Path, data: bytes) -> DoNotCallImport:
    file = folder / "list.txt"
    file.write_bytes(data)
    return DoNotCallImport(file, f"sqlite:///{folder / 'record.db'}", None, None, NOW, "key:1", "asked by letter")


def test_another_process_puts_a_list_into_the_same_record(tmp_path: Path) -> None:
    order = wanted(tmp_path, f"{NUMBER}\nnobody\n".encode())
    database = Database.open(order.url)
    try:
        assert import_apart(order) == ListImported(
            added=1,
            rejected=1,
            examples=[(2, "n•••••", "no number in it")],
            rejected_to=tmp_path / "list.txt.rejected",
        )
        entry = Lists(database).do_not_call.find(NUMBER)
    finally:
        database.close()
    assert entry is not None
    assert (entry.reason, entry.written_by, entry.written_at) == ("asked by letter", "key:1", NOW)


def test_what_is_wrong_with_the_list_comes_back_from_the_process(tmp_path: Path) -> None:
    with pytest.raises(ListFileError, match=r"list.txt holds no line: nothing was imported"):
        import_apart(wanted(tmp_path, b""))


@pytest.mark.skipif(os.name == "nt", reason="there is no program that does nothing but fail")
def test_a_process_that_fails_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/bin/false")
    with pytest.raises(StoreError, match=r"the process that imports the list failed \(\w+\); see that"):
        import_apart(wanted(tmp_path, b""))


@pytest.mark.parametrize(
    ("data", "is_apart"),
    [
        (b"1134960123\n", False),
        (b"1134960123\n".ljust(SHORT_BYTES, b"\n"), False),
        (b"1134960123\n".ljust(SHORT_BYTES + 1, b"\n"), True),
        (gzip.compress(b"1134960123\n"), True),
    ],
    ids=["one number", "as long as may be", "longer", "packed"],
)
def test_only_a_short_list_is_imported_here(
    data: bytes, is_apart: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[Import[ListImported]] = []

    def apart(order: Import[ListImported]) -> ListImported:
        sent.append(order)
        return order.run()

    monkeypatch.setattr(importing, "import_apart", apart)
    order = wanted(tmp_path, data)
    assert import_beside_calls(order).added == 1
    assert sent == ([order] if is_apart else [])
