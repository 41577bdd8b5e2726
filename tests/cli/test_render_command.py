"""`flowengine render`: the table, the folder, and what is refused."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import AsyncGenerator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from flowengine.adapters import registry
from flowengine.adapters.scripted.synthesiser import ScriptedSynthesiser
from flowengine.cli.main import main
from flowengine.service import speech_settings

FLOW = """\
flow {name} "A" inbound
  agent "Amy" of "Us"

outcome done

state a
  say "Hello from {name}."
  end done
"""


@pytest.fixture
def flows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NOVA_TTS_WS_URL", "scripted:")
    monkeypatch.setenv("FLOWENGINE_CLIPS", str(tmp_path / "clips"))
    folder = tmp_path / "flows"
    folder.mkdir()
    for name in ("one", "two"):
        (folder / f"{name}.flow").write_text(FLOW.format(name=name), "utf-8")
    return folder


def render(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["render", *arguments])


def rows(result: Result) -> dict[str, list[str]]:
    table = [line.split() for line in result.stdout.splitlines()[1:]]
    return {cells[0]: cells[1:] for cells in table if len(cells) == 7}


def test_the_table_tells_what_was_made_and_a_shared_line_is_made_once(flows: Path, tmp_path: Path) -> None:
    first = rows(render(str(flows)))
    lines, made, kept, failed = map(int, first["all:"][:4])
    assert lines == made == len(list((tmp_path / "clips").iterdir()))
    assert (kept, failed) == (0, 0)
    assert int(first["two"][1]) == 1, "its own line; those of the engine are shared"
    second = rows(render(str(flows)))
    assert second["all:"][:4] == [str(lines), "0", str(lines), "0"]
    assert second["all:"][4:] == first["all:"][4:]


def test_another_voice_is_rendered_beside(flows: Path, tmp_path: Path) -> None:
    render(str(flows))
    before = len(list((tmp_path / "clips").iterdir()))
    assert render(str(flows), "--voice", "bob").exit_code == 0
    assert len(list((tmp_path / "clips").iterdir())) == 2 * before


def test_the_embedded_engine_tells_that_it_has_no_voice_of_a_name(flows: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = "the embedded engine has one voice, and no other by name: bob was not used"
    assert told not in render(str(flows), "--voice", "bob").stderr, "a service may have it"
    monkeypatch.delenv("NOVA_TTS_WS_URL")
    monkeypatch.setattr(registry, "synthesiser_from", lambda _: ScriptedSynthesiser())
    result = render(str(flows), "--voice", "bob")
    assert (result.exit_code, result.stderr.count(told)) == (0, 1)
    assert "the embedded engine" not in render(str(flows)).stderr, "no voice was asked for"


def test_a_flow_with_errors_is_left_out_and_said(flows: Path) -> None:
    (flows / "two.flow").write_text("flow two\n", "utf-8")
    result = render(str(flows))
    assert result.exit_code == 1
    assert "two.flow has errors and was left out" in result.stderr
    assert set(rows(result)) == {"one"}


def test_a_folder_without_flows_is_an_error(flows: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    result = render(str(tmp_path / "empty"))
    assert result.exit_code == 1
    assert "there is no flow in" in result.stderr


def test_without_a_folder_there_is_nothing_to_do(flows: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLOWENGINE_CLIPS", "off")
    result = render(str(flows))
    assert result.exit_code == 1
    assert "FLOWENGINE_CLIPS is off" in result.stderr


def test_a_folder_that_cannot_be_written_is_said_with_the_reason(
    flows: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("FLOWENGINE_CLIPS", str(tmp_path / "file" / "clips"))
    result = render(str(flows))
    lines = rows(result)["all:"][0]
    assert result.exit_code == 1
    assert (
        f"{lines} clips are not kept: {tmp_path / 'file' / 'clips'} cannot be written (not a directory)"
        in result.stderr
    )
    assert "kept in" not in result.stdout


def test_a_full_disk_is_said_and_what_was_kept_is_not_made_again(
    flows: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[Path] = []
    replace = Path.replace

    def full_after_three(aside: Path, target: Path) -> Path:
        if len(written) == 3:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        written.append(target)
        return replace(aside, target)

    monkeypatch.setattr(Path, "replace", full_after_three)
    first = render(str(flows))
    assert first.exit_code == 1
    assert "cannot be written (no space left on device)" in first.stderr
    assert len(list((tmp_path / "clips").iterdir())) == 3, "and nothing half written"
    monkeypatch.setattr(Path, "replace", replace)
    second = render(str(flows))
    assert (second.exit_code, rows(second)["all:"][2]) == (0, "3")


def test_a_limit_that_is_too_small_for_the_flows_is_said(
    flows: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speech_settings, "DEFAULT_FOLDER_BYTES", 100_000)
    result = render(str(flows))
    assert result.exit_code == 1
    assert "may hold 0.1 MB, and those used longest ago have left; raise FLOWENGINE_CLIPS_MB" in result.stderr
    assert 0 < sum(file.stat().st_size for file in (tmp_path / "clips").iterdir()) <= 100_000


def test_a_render_that_was_stopped_goes_on_where_it_was(
    flows: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    speak, said = ScriptedSynthesiser.speak, list[str]()

    def stopped_at_the_fifth(
        self: ScriptedSynthesiser, text: str, *, voice: str | None = None
    ) -> AsyncGenerator[bytes, None]:
        said.append(text)
        if len(said) == 5:
            raise KeyboardInterrupt
        return speak(self, text, voice=voice)

    monkeypatch.setattr(ScriptedSynthesiser, "speak", stopped_at_the_fifth)
    assert render(str(flows)).exit_code != 0
    monkeypatch.setattr(ScriptedSynthesiser, "speak", speak)
    assert rows(render(str(flows)))["all:"][2] == "4"


def test_two_at_once_leave_each_clip_once_and_whole(flows: Path, tmp_path: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda _: _process(flows), range(2)))
    assert results == [0, 0]
    files = list((tmp_path / "clips").iterdir())
    assert {file.suffix for file in files} == {".clip"}
    again = rows(render(str(flows)))["all:"]
    assert again[:4] == [str(len(files)), "0", str(len(files)), "0"]


def _process(flows: Path) -> int:
    command = [sys.executable, "-m", "flowengine", "render", str(flows)]
    return subprocess.run(command, check=False, capture_output=True, timeout=600).returncode
