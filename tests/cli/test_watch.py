"""`validate --watch`: checks again when something changes, and ends without a complaint."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from click.testing import CliRunner

from flowengine.cli import watching
from flowengine.cli.main import main

GOOD = 'flow good "Good" inbound\n\nstate start\n  say "Hello."\n  end failed\n'


class Pause:
    """Stands in for sleeping: what happens in each pause; after the last one the author presses Ctrl-C."""

    def __init__(self, *happenings: Callable[[], object]) -> None:
        self._happenings: Iterator[Callable[[], object]] = iter(happenings)

    def __call__(self, seconds: float) -> None:
        assert seconds >= watching.PAUSE
        happening = next(self._happenings, None)
        if happening is None:
            raise KeyboardInterrupt
        happening()


def looks(places: list[Path], pause: Pause, used: list[Path] | None = None) -> list[list[Path]]:
    seen = []
    with suppress(KeyboardInterrupt):
        for files in watching.changes(places, lambda: used or [], pause):
            seen.append(files)
    return seen


def written(path: Path, text: str = GOOD) -> Callable[[], object]:
    def write() -> None:
        before = path.stat().st_mtime_ns if path.exists() else 0
        path.write_text(text, "utf-8")
        os.utime(path, ns=(before + 1, before + 1))

    return write


def test_a_file_is_looked_at_once_and_then_at_each_change(tmp_path: Path) -> None:
    path = tmp_path / "a.flow"
    path.write_text(GOOD, "utf-8")
    assert len(looks([path], Pause())) == 1
    assert len(looks([path], Pause(written(path), lambda: None, written(path)))) == 3


def test_files_that_come_and_go_are_noticed(tmp_path: Path) -> None:
    path, other = tmp_path / "a.flow", tmp_path / "b.flow"
    path.write_text(GOOD, "utf-8")
    assert looks([tmp_path], Pause(written(other), path.unlink)) == [[path], [path, other], [other]]


def test_a_folder_that_vanishes_is_no_failure(tmp_path: Path) -> None:
    folder = tmp_path / "flows"
    folder.mkdir()
    path = folder / "a.flow"
    path.write_text(GOOD, "utf-8")
    assert looks([folder], Pause(path.unlink, folder.rmdir)) == [[path], []]


@pytest.mark.parametrize("place", ["flows/lib", "lib", "flows"])
def test_a_library_that_was_missing_is_noticed_where_it_is_looked_for(tmp_path: Path, place: str) -> None:
    (tmp_path / "flows").mkdir()
    (tmp_path / place).mkdir(exist_ok=True)
    path = tmp_path / "flows" / "a.flow"
    path.write_text(GOOD, "utf-8")
    assert len(looks([path], Pause(written(tmp_path / place / "shared.flow", 'line a "x"\n')))) == 2


def test_a_library_elsewhere_is_watched_once_it_was_used(tmp_path: Path) -> None:
    path, library = tmp_path / "a.flow", tmp_path / "elsewhere" / "b.flow"
    library.parent.mkdir()
    for file in (path, library):
        file.write_text(GOOD, "utf-8")
    assert len(looks([path], Pause(written(library)))) == 1
    assert len(looks([path], Pause(written(library)), [library])) == 2


def test_a_change_while_files_are_read_is_not_missed(tmp_path: Path) -> None:
    path = tmp_path / "a.flow"
    path.write_text(GOOD, "utf-8")
    rounds = 0
    with suppress(KeyboardInterrupt):
        for _ in watching.changes([path], list, Pause()):
            rounds += 1
            if rounds == 1:
                written(path)()
    assert rounds == 2


def test_the_command_goes_on_through_mistakes_and_ends_cleanly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.flow"
    path.write_text(GOOD, "utf-8")
    pause = Pause(written(path, GOOD.replace("end failed", "-> nowhere")), written(path, "\0"), written(path))
    monkeypatch.setattr(watching.changes, "__defaults__", (pause,))
    result = CliRunner().invoke(main, ["validate", "--watch", str(tmp_path)])
    assert result.exit_code == 0
    counts = [line.partition(" in ")[0] for line in result.output.splitlines() if line.startswith("1 flow, ")]
    assert counts == [f"1 flow, {errors}, 0 warnings" for errors in ("0 errors", "1 error", "1 error", "0 errors")]
    assert "no state is called 'nowhere'" in result.output


def test_watching_shows_text_only(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["validate", "--watch", "--format", "json", str(tmp_path)])
    assert (result.exit_code, "--watch shows text" in result.output) == (2, True)
