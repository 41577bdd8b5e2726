"""`flowengine serve`: what it cannot use is said in a sentence, before anything is loaded."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from click.testing import CliRunner

from flowengine.cli.main import main
from flowengine.service.server import DrainingServer


@pytest.mark.parametrize(
    ("database", "part"),
    [
        ("nonsense", "is not a database address"),
        ("sqlite:////no/such/folder/record.db", "there is no such folder"),
    ],
)
def test_a_database_that_cannot_be_used_is_one_clear_error(tmp_path: Path, database: str, part: str) -> None:
    result = CliRunner().invoke(main, ["serve", "--port", "0", "--flows", str(tmp_path), "--db", database])
    assert result.exit_code == 1
    assert result.output.startswith("Error: ")
    assert part in result.output


@pytest.mark.parametrize("content", [None, b"hello"])
def test_music_that_cannot_be_played_is_one_clear_error(tmp_path: Path, content: bytes | None) -> None:
    music = tmp_path / "music.wav"
    if content is not None:
        music.write_bytes(content)
    asked = ["serve", "--port", "0", "--flows", str(tmp_path), "--db", f"sqlite:///{tmp_path}/record.db"]
    result = CliRunner().invoke(main, asked, env={"FLOWENGINE_HOLD_MUSIC": str(music)})
    assert result.exit_code == 1
    assert len(result.output.splitlines()) == 1
    assert result.output.startswith(f"Error: FLOWENGINE_HOLD_MUSIC names {str(music)!r}")


@pytest.mark.parametrize(
    ("clips", "why"),
    [
        ("a file", "it is no folder"),
        ("a file/clips", "it is no folder"),
        pytest.param("x" * 300, "File name too long", id="long"),
    ],
)
def test_a_folder_that_can_keep_no_clips_is_one_clear_error(tmp_path: Path, clips: str, why: str) -> None:
    (tmp_path / "a file").touch()
    asked = ["serve", "--port", "0", "--flows", str(tmp_path), "--db", f"sqlite:///{tmp_path}/record.db"]
    result = CliRunner().invoke(main, asked, env={"FLOWENGINE_CLIPS": str(tmp_path / clips)})
    assert result.exit_code == 1
    assert len(result.output.splitlines()) == 1
    assert result.output.startswith("Error: FLOWENGINE_CLIPS names")
    assert f"({why}): name a folder that this user may write to, or off" in result.output


@pytest.mark.parametrize("flows", ["no such folder", "a file", "x" * 300])
def test_flows_that_are_no_folder_are_one_clear_error(tmp_path: Path, flows: str) -> None:
    (tmp_path / "a file").touch()
    result = CliRunner().invoke(main, ["serve", "--port", "0"], env={"FLOWENGINE_FLOWS": str(tmp_path / flows)})
    assert result.exit_code == 1
    assert len(result.output.splitlines()) == 1
    assert "there is no folder" in result.output
    assert "name one of .flow files with --flows or FLOWENGINE_FLOWS" in result.output


def test_a_port_that_is_taken_is_one_clear_error(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        database = f"sqlite:///{tmp_path}/record.db"
        result = CliRunner().invoke(main, ["serve", "--port", port, "--flows", str(tmp_path), "--db", database])
    assert result.exit_code == 1
    assert "choose another with --port" in result.output


def test_a_misspelt_setting_is_named_at_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(DrainingServer, "run", lambda self, sockets: [each.close() for each in sockets])
    database = f"sqlite:///{tmp_path}/record.db"
    asked = ["serve", "--port", "0", "--flows", str(tmp_path), "--db", database]
    result = CliRunner().invoke(main, asked, env={"FLOWENGINE_SUNDAY": "off"})
    assert result.exit_code == 0
    assert "FLOWENGINE_SUNDAY is no setting of flowengine's: did you mean FLOWENGINE_SUNDAYS?" in result.output


def test_a_service_that_ctrl_c_has_ended_well_was_not_aborted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(server: DrainingServer, sockets: list[socket.socket]) -> None:
        for each in sockets:
            each.close()
        raise KeyboardInterrupt

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(DrainingServer, "run", interrupted)
    database = f"sqlite:///{tmp_path}/record.db"
    result = CliRunner().invoke(main, ["serve", "--port", "0", "--flows", str(tmp_path), "--db", database])
    assert result.exit_code == 0
    assert "Aborted" not in result.output


def test_ctrl_c_before_anything_is_served_is_one_plain_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("flowengine.service.hold_music.hold_music", interrupted)
    database = f"sqlite:///{tmp_path}/record.db"
    result = CliRunner().invoke(main, ["serve", "--port", "0", "--flows", str(tmp_path), "--db", database])
    assert (result.exit_code, result.stderr) == (130, "Stopped by Ctrl-C.\n")


def test_only_a_folder_of_our_own_is_removed_for_a_starter(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["serve", "--with-starter", "--scratch", str(tmp_path / "letters")])
    assert result.exit_code == 2
    assert "only a folder of ours" in result.output
