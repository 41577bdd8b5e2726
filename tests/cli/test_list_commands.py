"""`flowengine do-not-call` and `flowengine consent`, as typed."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from flowengine.cli.consent import KINDS
from flowengine.cli.main import main
from flowengine.store import consents

NUMBER, E164 = "0113 496 0123", "+441134960123"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FLOWENGINE_DATABASE_URL", raising=False)
    return tmp_path


def run(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


def test_a_number_is_put_on_the_list_looked_up_and_taken_back() -> None:
    assert run("do-not-call", "add", NUMBER, "--reason", "letter of 3 March").exit_code == 0
    assert "as it was before" in run("do-not-call", "add", "+44 (0)113 496 0123").stdout
    listed = run("do-not-call", "check", "01134960123")
    assert listed.exit_code == 1
    assert f"{E164} is on the do-not-call list since" in listed.stdout
    assert "letter of 3 March" in listed.stdout
    assert run("do-not-call", "remove", NUMBER).exit_code == 2
    assert run("do-not-call", "remove", NUMBER, "--reason", " ").exit_code == 2
    assert run("do-not-call", "remove", NUMBER, "--reason", "mistyped").exit_code == 0
    assert run("do-not-call", "check", NUMBER).exit_code == 0
    assert "is not on the do-not-call list" in run("do-not-call", "remove", NUMBER, "--reason", "x").stderr


def test_what_is_no_number_is_refused_with_the_reason() -> None:
    result = run("do-not-call", "add", "0113 496")
    assert result.exit_code == 2
    assert "digits are missing" in result.stderr


def test_looking_up_makes_no_record(folder: Path) -> None:
    assert run("do-not-call", "check", NUMBER).exit_code == 1
    assert list(folder.iterdir()) == []


def test_a_file_is_imported_and_unread_lines_are_loud(folder: Path) -> None:
    (folder / "list.csv").write_text("Phone\n0113 496 0123\n07700 900 12\n07700900123\n", "utf-8")
    result = run("do-not-call", "import", "list.csv")
    assert result.exit_code == 1
    assert "2 added, 0 known already" in result.stdout
    assert "1 line gives no number" in result.stderr
    assert "line 3: 0770• ••• 12 (no such number" in result.stderr
    assert "They are in list.csv.rejected" in result.stderr
    (folder / "list.csv.rejected").write_text("Phone\n07700 900 124\n", "utf-8")
    assert run("do-not-call", "import", "list.csv.rejected").exit_code == 0
    assert run("do-not-call", "import", "list.csv").stdout.startswith("0 added, 2 known already")


def test_the_list_is_exported_whole_and_nothing_is_written_over(folder: Path) -> None:
    run("do-not-call", "add", NUMBER, "--reason", "letter")
    assert run("do-not-call", "export", "out.csv").exit_code == 0
    text = (folder / "out.csv").read_text("utf-8")
    assert text.startswith(f"number,reason,call_id,written_by,written_at\n{E164},letter,,cli")
    assert (folder / "out.csv").stat().st_mode & 0o777 == 0o600
    assert "File exists" in run("do-not-call", "export", "out.csv").stderr
    assert run("do-not-call", "export", "-").stdout.splitlines() == text.splitlines()


def test_a_consent_is_given_shown_and_withdrawn() -> None:
    given = ("consent", "give", NUMBER, "--kind", "automated", "--source", "web form 12")
    assert run(*given, "--given-at", "2026-03-01").exit_code == 0
    assert "automated: 1 March 2026; web form 12" in run("consent", "show", NUMBER).stdout
    assert run("consent", "withdraw", NUMBER, "--kind", "automated").exit_code == 0
    assert "withdrawn" in run("consent", "show", NUMBER).stdout
    assert run("consent", "withdraw", NUMBER, "--kind", "automated").exit_code == 1
    assert "has given no consent" in run("consent", "show", "07700900123").stdout
    assert run(*given, "--given-at", "2100-01-01").exit_code == 2
    assert run(*given[:-1], " ").exit_code == 2


def test_consents_are_imported_from_a_file(folder: Path) -> None:
    (folder / "consents.csv").write_text(
        "number,given_at\n01134960123,2026-03-01T09:30+00:00\n01134960124,yesterday\n", "utf-8"
    )
    result = run("consent", "import", "consents.csv", "--kind", "tps", "--source", "fair of March")
    assert result.exit_code == 1
    assert "1 added" in result.stdout
    assert "given_at is no moment" in result.stderr
    assert "tps: 1 March 2026; fair of March" in run("consent", "show", NUMBER).stdout


def test_the_kinds_are_those_of_the_store() -> None:
    assert KINDS == consents.KINDS
