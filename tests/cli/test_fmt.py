"""`flowengine fmt`: what it writes, what it shows, and what it leaves alone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from flowengine.cli import fmt
from flowengine.cli.main import main
from flowengine.language.formatter import LayoutChangedMeaning
from flowengine.language.source import Source

UNTIDY = 'flow x   "X" inbound\nstate start\n    say   "Hello."\n    end   failed\n'
TIDY = 'flow x "X" inbound\n\nstate start\n  say "Hello."\n  end failed\n'
BROKEN = 'flow x "X" inbound\nstate start\n    sya   "Hello."\n'


def run(*arguments: str | Path, given: bytes | None = None) -> Result:
    return CliRunner().invoke(main, ["fmt", *map(str, arguments)], input=given)


@pytest.fixture
def untidy(tmp_path: Path) -> Path:
    path = tmp_path / "x.flow"
    path.write_text(UNTIDY, "utf-8")
    return path


def test_files_are_written_in_their_layout_and_keep_their_mode(untidy: Path) -> None:
    untidy.chmod(0o640)
    result = run(untidy.parent)
    assert (result.exit_code, untidy.read_text("utf-8")) == (0, TIDY)
    assert result.output == f"formatted {untidy}\n1 formatted, 0 as they should be\n"
    assert untidy.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in untidy.parent.iterdir()] == ["x.flow"]


def test_a_tidy_file_is_not_written_again(untidy: Path) -> None:
    untidy.write_text(TIDY, "utf-8")
    os.utime(untidy, (1, 1))
    assert run(untidy).output == "0 formatted, 1 as they should be\n"
    assert untidy.stat().st_mtime == 1


def test_check_writes_nothing_and_fails(untidy: Path) -> None:
    result = run("--check", untidy)
    assert (result.exit_code, untidy.read_text("utf-8")) == (1, UNTIDY)
    assert result.output == f"would change {untidy}\n1 would change, 0 as they should be\n"
    untidy.write_text(TIDY, "utf-8")
    assert run("--check", untidy).exit_code == 0


def test_diff_shows_what_would_change_and_writes_nothing(untidy: Path) -> None:
    untidy.write_text(UNTIDY.rstrip("\n"), "utf-8")
    result = run("--diff", untidy)
    assert result.exit_code == 0
    assert '\n-    end   failed\n\\ No newline at end of file\n+  say "Hello."\n' in result.stdout
    assert result.stderr == "1 would change, 0 as they should be\n"
    assert untidy.read_text("utf-8") == UNTIDY.rstrip("\n")
    assert run("--diff", "--check", untidy).exit_code == 1


def test_a_file_with_mistakes_is_left_and_its_mistakes_are_shown(untidy: Path) -> None:
    broken = untidy.with_name("broken.flow")
    broken.write_text(BROKEN, "utf-8")
    result = run(untidy.parent)
    assert (result.exit_code, broken.read_text("utf-8"), untidy.read_text("utf-8")) == (2, BROKEN, TIDY)
    assert "error[FL102] unknown-keyword: there is no statement 'sya' here" in result.stderr
    assert result.stdout.endswith("1 formatted, 0 as they should be, 1 left as it is\n")


def test_standard_input_goes_to_standard_output() -> None:
    assert run("-", given=UNTIDY.encode()).stdout == TIDY
    assert run("-", "--check", given=UNTIDY.encode()).exit_code == 1
    assert run("-", "--check", given=TIDY.encode()).exit_code == 0
    assert "+  end failed\n" in run("-", "--diff", given=UNTIDY.encode()).stdout


def test_standard_input_with_mistakes_gives_nothing_out() -> None:
    result = run("-", given=BROKEN.encode())
    assert (result.exit_code, result.stdout) == (2, "")
    assert "FL102" in result.stderr


def test_standard_input_stands_alone(untidy: Path) -> None:
    assert "'-' stands alone" in run("-", untidy).output


def test_windows_line_ends_and_a_byte_order_mark_go(untidy: Path) -> None:
    untidy.write_bytes(b"\xef\xbb\xbf" + TIDY.replace("\n", "\r\n").encode())
    assert run("--check", untidy).exit_code == 1
    run(untidy)
    assert untidy.read_bytes() == TIDY.encode()


@pytest.mark.parametrize("data", [b"", b"\xff\xfe\x00", b"a\0b", b"# only a remark\n", b"line a " + b"x" * 5000])
def test_what_is_no_flow_is_left_as_it_is(untidy: Path, data: bytes) -> None:
    untidy.write_bytes(data)
    result = run(untidy)
    assert (result.exit_code, untidy.read_bytes()) == (2, data)
    assert "error[FL1" in result.stderr


def test_a_missing_file_and_an_empty_folder_are_said_to_be_so(tmp_path: Path) -> None:
    assert "there is no such file" in run(tmp_path / "none.flow").stderr
    result = run(tmp_path)
    assert result.exit_code == 2
    assert "no .flow file was found" in result.stderr


def test_a_link_stays_a_link(untidy: Path) -> None:
    link = untidy.with_name("link.flow")
    link.symlink_to(untidy)
    run(link)
    assert link.is_symlink()
    assert untidy.read_text("utf-8") == TIDY


def test_a_file_that_may_not_be_written_is_left_and_said_to_be_so(
    untidy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        os, "access", lambda path, mode: mode != os.W_OK
    )  # root may write everything, and tests may run as root
    result = run(untidy)
    assert (result.exit_code, untidy.read_text("utf-8")) == (2, UNTIDY)
    assert "it is write-protected" in result.stderr


@pytest.mark.parametrize("refused", [False, True])
def test_the_owner_is_kept_where_that_is_allowed(untidy: Path, monkeypatch: pytest.MonkeyPatch, refused: bool) -> None:
    given: list[tuple[int, int]] = []

    def chown(path: Path, user: int, group: int) -> None:
        given.append((user, group))
        if refused:
            raise PermissionError

    monkeypatch.setattr(os, "chown", chown)
    was = untidy.stat()
    assert run(untidy).exit_code == 0
    assert given == [(was.st_uid, was.st_gid)]
    assert untidy.read_text("utf-8") == TIDY


def test_a_failed_write_leaves_the_file_and_nothing_beside_it(untidy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    result = run(untidy)
    assert "No space left on device" in result.stderr
    assert [path.read_text("utf-8") for path in untidy.parent.iterdir()] == [UNTIDY]


def test_a_layout_that_would_mean_something_else_is_not_written(untidy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def faulty(source: Source) -> None:
        raise LayoutChangedMeaning(source.path)

    monkeypatch.setattr(fmt, "format_source", faulty)
    result = run(untidy)
    assert (result.exit_code, untidy.read_text("utf-8")) == (2, UNTIDY)
    assert "please report this flow" in result.stderr


def test_pipes_carry_bytes_as_they_are() -> None:
    text = 'flow x "Zürich ☎" inbound\nstate start\n  end failed\n'.encode()
    done = subprocess.run(
        [sys.executable, "-m", "flowengine", "fmt", "-"],
        input=text,
        capture_output=True,
        check=True,
        env={"LC_ALL": "C"},
    )
    assert done.stdout == text.replace(b"inbound\n", b"inbound\n\n")
