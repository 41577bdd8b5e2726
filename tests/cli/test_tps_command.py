"""`flowengine tps`: import and status, as typed."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from flowengine.cli.main import main
from flowengine.service.settings import DEFAULT_DATABASE
from flowengine.store.audit import AuditLog
from flowengine.store.connection import Database
from flowengine.store.tps import TpsList

DAY_S = 86_400


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["tps", *words])


def written(folder: Path, content: str, *, days_old: float = 1) -> str:
    file = folder / "list.txt"
    file.write_text(content, "utf-8")
    moment = time.time() - days_old * DAY_S
    os.utime(file, (moment, moment))
    return str(file)


def test_a_list_is_imported_and_then_in_use(folder: Path) -> None:
    result = run("import", written(folder, "01134960123\n0113 496 0123\nMr Smith\n"))
    assert result.exit_code == 0, result.output
    assert "TPS: 1 numbers of" in result.stdout
    assert "1 of them twice" in result.stdout
    assert "1 line holds no number:\n  line 3: M• S••••" in result.stderr
    assert TpsList.open(folder / "flowengine.tps").contains("+441134960123")
    status = run("status", "--check")
    assert status.exit_code == 0
    assert "1 days old" in status.stdout
    assert "checked" in status.stdout


def test_companies_are_a_list_of_their_own(folder: Path) -> None:
    assert run("import", written(folder, "01134960123\n"), "--list", "ctps").exit_code == 0
    assert (folder / "flowengine.tps.ctps").exists()
    status = run("status")
    assert status.exit_code == 1
    assert "CTPS: 1 numbers" in status.stdout
    assert "there is no TPS list" in status.stderr


def test_an_old_list_is_taken_with_a_word_about_it(folder: Path) -> None:
    result = run("import", written(folder, "01134960123\n", days_old=29))
    assert result.exit_code == 0
    assert "older than 28 days" in result.stderr
    assert run("status").exit_code == 1


def test_the_date_can_be_given(folder: Path) -> None:
    result = run("import", written(folder, "01134960123\n"), "--snapshot", "2026-03-01")
    assert "of 1 March 2026" in result.stdout
    assert run("import", "list.txt", "--snapshot", "yesterday").exit_code == 2
    assert "still to come" in run("import", "list.txt", "--snapshot", "2100-01-01").stderr


def test_a_file_that_is_refused_leaves_the_list_and_says_why(folder: Path) -> None:
    run("import", written(folder, "01134960123\n"))
    result = run("import", written(folder, "x\n" * 9))
    assert result.exit_code == 1
    assert "there is no number in it" in result.stderr
    assert TpsList.open(folder / "flowengine.tps").count == 1


def test_without_a_list_status_says_how_to_get_one(folder: Path) -> None:
    result = run("status")
    assert result.exit_code == 1
    assert "flowengine tps import FILE" in result.stderr


def test_an_import_is_in_the_audit_log_of_the_record_that_is_there(folder: Path) -> None:
    file = written(folder, "01134960123\n")
    assert run("import", file).exit_code == 0
    assert not (folder / "flowengine.db").exists()
    Database.open(DEFAULT_DATABASE).close()
    assert run("import", file).exit_code == 0
    database = Database.open(DEFAULT_DATABASE)
    (entry,) = AuditLog(database).page(limit=10)
    database.close()
    assert (entry.action, entry.subject) == ("tps.import", "list:tps")
    assert '"numbers": 1' in entry.detail
