"""`flowengine render`: the table, the folder, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from flowengine.cli.main import main

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
