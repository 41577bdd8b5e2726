"""What a service does before it takes calls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import anyio.to_thread
import pytest

from flowengine.service.app import create_app
from flowengine.service.settings import Settings
from tests.service.asgi import Client


def test_what_holds_the_process_up_is_done_before_the_first_call(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = create_app(settings)
    done: list[list[str]] = []
    threads: list[object] = []
    run_sync = anyio.to_thread.run_sync

    async def counted(work: Callable[[], object]) -> object:
        assert not done
        threads.append(work)
        return await run_sync(work)

    monkeypatch.setattr(anyio.to_thread, "run_sync", counted)
    app.state.before_calls = lambda: done.append([shelf.name for shelf in app.state.calls.library.shelves()])
    with Client(app):
        # The flows are there by then, to be put aside with the rest.
        assert done == [["door"]]
        assert len(threads) == 1, "what anyio imports for its first thread is there"


def test_a_number_whose_flow_cannot_run_is_said_at_the_start(settings: Settings) -> None:
    (settings.flows / "broken.flow").write_text('flow broken "Broken" inbound\n', "utf-8")
    told: list[str] = []
    numbers = {"+441134960124": "door", "+441134960125": "dor", "+441134960126": "broken"}
    with Client(create_app(replace(settings, numbers=numbers), progress=told.append)):
        assert [line for line in told if "NUMBERS" in line] == [
            "warning: FLOWENGINE_NUMBERS names the flow 'broken', which has errors (flowengine validate shows them): "
            "its callers hear that nobody answers; known flows: door",
            "warning: FLOWENGINE_NUMBERS names the flow 'dor', which is not there: "
            "its callers hear that nobody answers; known flows: door",
        ]
