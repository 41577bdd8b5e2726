"""What a service does before it takes calls."""

from __future__ import annotations

from flowengine.service.app import create_app
from flowengine.service.settings import Settings
from tests.service.asgi import Client


def test_what_holds_the_process_up_is_done_before_the_first_call(settings: Settings) -> None:
    app = create_app(settings)
    done: list[list[str]] = []
    app.state.before_calls = lambda: done.append([shelf.name for shelf in app.state.calls.library.shelves()])
    with Client(app):
        # The flows are there by then, to be put aside with the rest.
        assert done == [["door"]]
