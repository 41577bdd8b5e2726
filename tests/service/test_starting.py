"""What a service does before it takes calls."""

from __future__ import annotations

from collections.abc import Callable

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
