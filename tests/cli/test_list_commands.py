"""`flowengine do-not-call` and `flowengine consent`, as typed."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
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


def test_who_opted_out_is_not_taken_off(folder: Path) -> None:
    (folder / "list.csv").write_text(f"number,reason,call_id\n{E164},opt_out,call-1\n", "utf-8")
    assert run("do-not-call", "import", "list.csv").exit_code == 0
    refused = run("do-not-call", "remove", NUMBER, "--reason", "wants us again")
    assert refused.exit_code == 1
    assert "said in a call that they want no more calls" in refused.stderr
    assert run("do-not-call", "check", NUMBER).exit_code == 1


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


def test_a_list_comes_from_standard_input_and_from_a_pipe(folder: Path) -> None:
    typed = CliRunner().invoke(main, ["do-not-call", "import", "-"], input="Phone\n0113 496 0123\nnobody\n")
    assert typed.stdout.startswith("1 added")
    assert "They are in stdin.rejected" in typed.stderr
    assert (folder / "stdin.rejected").read_text("utf-8") == "Phone\nnobody\n"
    os.mkfifo(folder / "pipe")
    with ThreadPoolExecutor(1) as other:
        other.submit((folder / "pipe").write_bytes, gzip.compress(b"Phone\n07700 900 123\nnobody\n"))
        piped = run("do-not-call", "import", "pipe")
    assert piped.stdout.startswith("1 added")
    assert (folder / "pipe.rejected").read_text("utf-8") == "Phone\nnobody\n"


def test_a_device_gets_no_file_beside_it(folder: Path) -> None:
    command = [sys.executable, "-m", "flowengine", "do-not-call", "import", "/dev/stdin"]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(command, input=b"nobody\n", check=False, env=environment, cwd=folder, capture_output=True)
    assert done.returncode == 1
    assert b"They are in stdin.rejected" in done.stderr
    assert (folder / "stdin.rejected").exists()


def test_what_standard_input_is_instead_of_a_list_is_said_of_it() -> None:
    assert "Error: standard input holds no line" in CliRunner().invoke(main, ["do-not-call", "import", "-"]).stderr


@pytest.mark.parametrize("command", ["do-not-call", "consent"])
def test_a_file_that_is_not_there_makes_no_record(folder: Path, command: str) -> None:
    result = run(command, "import", "list.csv")
    assert result.exit_code == 1
    assert "list.csv cannot be read: No such file" in result.stderr
    assert list(folder.iterdir()) == []


def test_a_new_record_is_said_to_be_one(folder: Path) -> None:
    for number, words in enumerate(
        (
            ["do-not-call", "add", NUMBER],
            ["consent", "give", NUMBER, "--kind", "tps", "--source", "form"],
            ["keys", "create", "desk", "--role", "viewer"],
        )
    ):
        first = run(*words, "--db", f"sqlite:///other{number}.db")
        assert f"a new one was made, in {folder / f'other{number}.db'}" in first.stderr
        assert "a new one was made" not in run(*words, "--db", f"sqlite:///other{number}.db").stderr


def test_the_list_is_exported_whole_and_nothing_is_written_over(folder: Path) -> None:
    run("do-not-call", "add", NUMBER, "--reason", "letter")
    exported = run("do-not-call", "export", "out.csv")
    assert (exported.exit_code, exported.stderr) == (0, "1 number in out.csv\n")
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
