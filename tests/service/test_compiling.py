"""Flows that change while calls are live are compiled by a process of their own."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from flowengine.service import app as application
from flowengine.service.app import create_app
from flowengine.service.calls import Calls
from flowengine.service.compiling import compiled_apart
from flowengine.service.library import FlowLibrary, Shelf, compiled_here
from flowengine.service.settings import Settings
from tests.service.asgi import Client

FLOWS = Path(__file__).parent.parent.parent / "flows"
BROKEN = 'flow broken "Broken" inbound\nstate a\n  sya "x"\n'


def test_another_process_makes_the_same_of_the_same_files(tmp_path: Path) -> None:
    for path in FLOWS.rglob("*.flow"):
        target = tmp_path / path.relative_to(FLOWS)
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(path.read_bytes())
    (tmp_path / "broken.flow").write_text(BROKEN, "utf-8")
    apart = compiled_apart(tmp_path)
    assert apart == compiled_here(tmp_path)
    assert {shelf.flow is None for shelf in apart} == {True, False}


def test_a_process_that_fails_leaves_the_flows_that_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.flow"
    file.write_text((FLOWS / "reception.flow").read_text("utf-8").replace("use lib", "# use lib"), "utf-8")
    library = FlowLibrary(tmp_path)
    library.refresh()
    before = (library.shelves(), library.edition)
    file.write_text(BROKEN, "utf-8")
    monkeypatch.setattr("sys.executable", "/bin/false" if os.name != "nt" else "where")
    with pytest.raises(OSError, match="could not be compiled by a process of their own"):
        library.refresh(compiled_apart)
    assert (library.shelves(), library.edition) == before
    # It is tried again, since the files are still others.
    assert library.refresh()


@pytest.mark.parametrize("is_live", [True, False])
def test_only_beside_live_calls(is_live: bool, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Path] = []

    def apart(folder: Path) -> list[Shelf]:
        asked.append(folder)
        return compiled_here(folder)

    monkeypatch.setattr(application, "WATCH_S", 0.01)
    monkeypatch.setattr(application, "compiled_apart", apart)
    with Client(create_app(settings)) as client:
        calls: Calls = client.app.state.calls
        before = calls.library.edition
        if is_live:
            monkeypatch.setattr(Calls, "live", property(lambda _: (object(),)))
        deadline = time.monotonic() + 120
        edits = 0
        # Who looks just now looks with nobody on the line: that look may still be the one that sees the first edit.
        while (not asked if is_live else calls.library.edition == before) and time.monotonic() < deadline:
            edits += 1
            for path in settings.flows.rglob("*.flow"):
                os.utime(path, (edits, edits))
            client.get("/health/live")
        monkeypatch.undo()
        if not is_live:
            assert calls.library.edition > before
    assert bool(asked) == is_live
