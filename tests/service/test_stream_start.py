"""A media stream that ends before Twilio's `start`: said and counted as what it was."""

from __future__ import annotations

import asyncio
import dataclasses
import logging

import pytest
from starlette.types import Message, Scope

from flowengine.adapters.twilio.signature import sign
from flowengine.service.app import create_app
from flowengine.service.settings import Settings

TOKEN, HOST = "a-token-of-this-account", "calls.example.com"


def _upgrade() -> Scope:
    signature = sign(TOKEN, f"wss://{HOST}/twilio/stream")
    return {
        "type": "websocket",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "scheme": "ws",
        "path": "/twilio/stream",
        "raw_path": b"/twilio/stream",
        "root_path": "",
        "query_string": b"",
        "headers": [(b"host", HOST.encode()), (b"x-twilio-signature", signature.encode())],
        "client": ("192.0.2.1", 5000),
        "server": ("192.0.2.2", 80),
        "subprotocols": [],
        "state": {},
    }


@pytest.mark.parametrize("code", [1000, 1002, 1006, 1007, 1009])
def test_a_stream_that_ends_before_its_start_is_not_called_late(
    settings: Settings, caplog: pytest.LogCaptureFixture, code: int
) -> None:
    telephone = dataclasses.replace(
        settings, twilio_account_sid="AC" + "1" * 32, twilio_auth_token=TOKEN, server_base_url=f"https://{HOST}"
    )
    app = create_app(telephone)
    come: list[Message] = [
        {"type": "websocket.connect"},
        {"type": "websocket.receive", "text": '{"event": "connected", "protocol": "Call", "version": "1.0.0"}'},
        {"type": "websocket.disconnect", "code": code, "reason": ""},
    ]
    sent: list[Message] = []
    waited_for: list[bool] = []

    async def receive() -> Message:
        waited_for.append(app.state.calls.are_due)
        return come.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    async def main() -> list[tuple[dict[str, str], float]]:
        async with app.router.lifespan_context(app):
            await app(_upgrade(), receive, send)
            # A service that stops in between ends nobody's stream before its call has begun.
            assert (waited_for, app.state.calls.are_due) == ([True] * 3, False)
            return [(dict(labels), value) for _, labels, value in app.state.calls.families.refused.samples()]

    with caplog.at_level(logging.WARNING, logger="flowengine.service.media"):
        counted = asyncio.run(main())
    assert [message["type"] for message in sent] == ["websocket.accept"]
    assert counted == [({"reason": "closed_early"}, 1)]
    [record] = [record for record in caplog.records if record.name == "flowengine.service.media"]
    assert (record.getMessage(), vars(record)["close_code"]) == ("stream ended before its start", code)
