"""The key file, and whether a database's keys are its own."""

from __future__ import annotations

import base64
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from flowengine.errors import StoreError
from flowengine.store.connection import Database
from flowengine.store.keyfile import FileVault, add_key, forget_keys, make, unsettled_s
from flowengine.store.store import Store
from flowengine.store.vault import key_of, new_keys
from tests.postgres import new_on_sqlite, on_sqlite
from tests.store.records import NOW, NUMBER, start
from tests.store.test_database import without_privileges

MAKE = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from flowengine.store.keyfile import FileVault, make
made = make(Path(sys.argv[1]), datetime.now(UTC))
print(made, FileVault(Path(sys.argv[1])).index("x"))
"""


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    file = tmp_path / "some.key"
    assert make(file, NOW)
    return file


def test_a_key_file_is_for_its_owner_alone_and_made_once(keys: Path) -> None:
    content = keys.read_bytes()
    assert keys.stat().st_mode & 0o777 == 0o600
    assert not make(keys, NOW)
    assert keys.read_bytes() == content
    assert [path.name for path in keys.parent.iterdir()] == ["some.key"]


def test_processes_that_make_it_at_once_agree(tmp_path: Path) -> None:
    command = [sys.executable, "-c", MAKE, str(tmp_path / "some.key")]
    started = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    said = [process.communicate(timeout=600)[0].split() for process in started]
    assert sorted(made for made, _ in said) == ["False", "False", "False", "True"]
    assert len({index for _, index in said}) == 1


def test_a_new_key_seals_and_the_old_one_opens(keys: Path) -> None:
    before = FileVault(keys)
    sealed = before.seal(NUMBER)
    new = add_key(keys, NOW)
    after = FileVault(keys)
    assert after.current == new != before.current
    assert after.open(sealed) == NUMBER
    assert keys.stat().st_mode & 0o777 == 0o600
    assert keys.read_text().startswith("# The keys of flowengine's record.")


def test_a_running_process_opens_with_a_new_key_at_once_and_seals_with_it_soon(keys: Path) -> None:
    seconds = [0.0]
    running = FileVault(keys, clock=lambda: seconds[0])
    old = running.current
    new = add_key(keys, NOW)
    assert key_of(running.seal(NUMBER)) == old
    assert running.open(FileVault(keys).seal(NUMBER)) == NUMBER
    add_key(keys, NOW)
    assert key_of(running.seal(NUMBER)) == new
    seconds[0] = 1.0
    assert key_of(running.seal(NUMBER)) == FileVault(keys).current


def test_a_key_file_that_is_damaged_or_gone_later_changes_nothing(keys: Path, caplog: pytest.LogCaptureFixture) -> None:
    seconds = [0.0]
    running = FileVault(keys, clock=lambda: seconds[0])
    sealed = running.seal(NUMBER)
    for damage in (lambda: keys.write_text("rubbish"), lambda: keys.write_text(new_keys(NOW)), keys.unlink):
        damage()
        seconds[0] += 1.0
        assert running.open(running.seal(NUMBER)) == running.open(sealed) == NUMBER
    assert "the key file cannot be read again; the keys stay as they were" in caplog.messages


def test_a_forgotten_key_is_gone_and_the_last_one_stays(keys: Path) -> None:
    old = FileVault(keys).current
    sealed = FileVault(keys).seal(NUMBER)
    new = add_key(keys, NOW)
    forget_keys(keys, {old})
    assert FileVault(keys).key_ids == (new,)
    with pytest.raises(StoreError, match=f"the key '{old}' that is not among those in .*some.key"):
        FileVault(keys).open(sealed)
    with pytest.raises(StoreError, match="needs a key 'index' and at least one more"):
        forget_keys(keys, {new})
    assert FileVault(keys).key_ids == (new,)


def test_what_was_sealed_before_has_time_to_arrive(keys: Path) -> None:
    changed = datetime.fromtimestamp(keys.stat().st_mtime, UTC)
    assert unsettled_s(keys, changed + timedelta(seconds=3)) == pytest.approx(5.0, abs=0.01)
    assert unsettled_s(keys, changed + timedelta(seconds=9)) == 0.0


def test_two_rotations_do_not_overwrite_each_other(keys: Path) -> None:
    keys.with_name("some.key.new").touch()
    with pytest.raises(StoreError, match=r"some\.key\.new is there: another rotation is at work, or was killed"):
        add_key(keys, NOW)


def test_a_key_file_that_cannot_be_used_is_explained(keys: Path) -> None:
    keys.write_bytes(b"\xff\xfe")
    with pytest.raises(StoreError, match=r"some\.key cannot be used: it is not UTF-8 text; name another in FLOWENGINE"):
        FileVault(keys)
    with pytest.raises(StoreError, match="cannot be used: No such file or directory"):
        make(keys.parent / "no folder" / "some.key", NOW)
    keys.parent.chmod(0o500)
    with without_privileges(), pytest.raises(StoreError, match="Permission denied"):
        make(keys.parent / "other.key", NOW)
    keys.parent.chmod(0o700)


# Whether they are the right ones.


def test_wrong_keys_are_noticed_when_the_database_is_opened(url: str, tmp_path: Path) -> None:
    make(tmp_path / "other.key", NOW)
    with pytest.raises(StoreError, match=r"the keys in .*other\.key are not those of the record .*put its own"):
        Database.open(url, key_file=tmp_path / "other.key")
    text = ",".join(line for line in new_keys(NOW).splitlines() if not line.startswith("#"))
    with pytest.raises(StoreError, match="the keys in FLOWENGINE_RECORD_KEYS are not those of the record"):
        Database.open(url, keys=text)


def test_the_right_seal_with_a_wrong_hash_is_noticed_too(url: str, database: Database, tmp_path: Path) -> None:
    """Its numbers would not be found, the do-not-call list among them."""
    assert isinstance(database.vault, FileVault)
    right = database.vault.file.read_text().splitlines()
    wrong = [
        line if not line.startswith("index:") else f"index:{base64.b64encode(bytes(32)).decode()}" for line in right
    ]
    (tmp_path / "mixed.key").write_text("\n".join(wrong))
    with pytest.raises(StoreError, match="are not those of the record"):
        Database.open(url, key_file=tmp_path / "mixed.key")


def test_a_lost_key_file_is_not_replaced(url: str, database: Database) -> None:
    assert isinstance(database.vault, FileVault)
    file = database.vault.file
    file.unlink()
    with pytest.raises(StoreError, match=r"the keys of the record .* are not in .*, where they should be: put that"):
        Database.open(url)
    assert not file.exists()


def test_a_new_database_says_that_it_made_keys(new_url: str) -> None:
    first, second = Database.open(new_url), Database.open(new_url)
    assert first.new_keys is not None
    assert first.new_keys.name == ("record.db.key" if new_url.startswith("sqlite") else "flowengine.key")
    assert second.new_keys is None
    first.close()
    second.close()


def test_keys_of_the_environment_make_no_file(new_url: str, tmp_path: Path) -> None:
    text = ",".join(line for line in new_keys(NOW).splitlines() if not line.startswith("#"))
    database = Database.open(new_url, keys=text)
    assert database.new_keys is None
    database.close()
    assert not list(tmp_path.glob("*.key"))


@new_on_sqlite
def test_a_refused_database_gets_no_key_file(new_url: str, file: Path) -> None:
    file.write_bytes(b"rubbish" * 1000)
    with pytest.raises(StoreError):
        Database.open(new_url)
    assert [path.name for path in file.parent.iterdir()] == ["record.db"]


@on_sqlite
def test_an_address_to_read_only_finds_the_keys_beside_the_file(store: Store, file: Path) -> None:
    store.write([start()])
    reader = Store.open(f"sqlite:///file:{file}?mode=ro&uri=true")
    call = reader.call("call-1")
    assert call is not None
    assert call.to_number == NUMBER
    reader.close()
    assert not (file.parent / "flowengine.key").exists()


@pytest.mark.parametrize("url", ["sqlite:///file::memory:?uri=true", "sqlite:///file:x?mode=memory&uri=true"])
def test_a_record_in_memory_is_refused_however_it_is_spelt(url: str) -> None:
    with pytest.raises(StoreError, match="would be lost with the process"):
        Database.open(url)
