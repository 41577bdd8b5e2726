"""A service that could call people: a line that nobody dials, the shipped flows, a clock that stands still."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from flowengine.service.app import create_app
from flowengine.service.dialling import opening
from flowengine.service.dialling.settings import DiallingSettings
from flowengine.service.library import FlowLibrary
from flowengine.service.outbound import Outbound
from flowengine.service.settings import Settings
from flowengine.store.queue import CallQueue
from tests.service.asgi import Answered, Client

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
"""A Wednesday."""
NIGHT = datetime(2026, 11, 25, 22, tzinfo=UTC)
ANNA = "+441134960123"
BEN = "+441134960201"
OURS = "+441134960124"
INBOUND_OURS = "+441134960125"
KEY = "a-key-of-the-settings"
FLOWS = Path(__file__).parents[3] / "flows"


@dataclass
class Desk:
    """The API of a service whose clock can be set."""

    client: Client
    moment: datetime = NOON

    @property
    def outbound(self) -> Outbound:
        found = self.client.app.state.outbound
        assert isinstance(found, Outbound)
        return found

    def set_clock(self, moment: datetime) -> None:
        self.moment = moment

    def get(self, target: str) -> Answered:
        return self.client.get(target)

    def call(self, number: str = ANNA, **more: Any) -> Answered:
        """`POST /api/outbound-call`."""
        return self.client.post("/api/outbound-call", {"phone_number": number, **more})

    def queue(self, query: str = "") -> Any:
        return self.client.get(f"/api/call-queue{query}").json


@pytest.fixture
def line_settings(tmp_path: Path) -> Settings:
    return Settings(
        flows=FLOWS,
        database_url=f"sqlite:///{tmp_path / 'record.db'}",
        nova_stt_ws_url="scripted://",
        nova_tts_ws_url="scripted://",
        meaning="off",
        # A busy machine's service refuses a call otherwise.
        max_lag_ms=0,
        twilio_account_sid="AC" + "0" * 32,
        twilio_auth_token="secret-token",
        twilio_default_from=OURS,
        twilio_api_url="http://127.0.0.1:9",
        server_base_url="https://calls.example.com",
        numbers={INBOUND_OURS: "reception"},
        tps_file=tmp_path / "list.tps",
        api_key=KEY,
        dialling=DiallingSettings(on=False),
    )


@pytest.fixture(scope="session")
def shipped_flows() -> FlowLibrary:
    """Compiled once: that takes seconds."""
    library = FlowLibrary(FLOWS)
    library.refresh()
    return library


@pytest.fixture
def open_desk(shipped_flows: FlowLibrary, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Settings], Desk]]:
    """Opens services, and closes them after the test."""
    monkeypatch.setattr("flowengine.service.app.FlowLibrary", lambda folder: shipped_flows)
    # The clock of the tests is the desk's own, not that of a server.
    monkeypatch.setattr(opening, "CallQueue", lambda rules, pace, by_server_clock: CallQueue(rules, pace))
    running: list[Client] = []

    def opened(settings: Settings) -> Desk:
        client = Client(create_app(settings), headers={"authorization": f"Bearer {KEY}"})
        running.append(client.__enter__())
        desk = Desk(client)
        client.app.state.outbound = dataclasses.replace(client.app.state.outbound, now=lambda: desk.moment)
        return desk

    yield opened
    for client in running:
        client.__exit__()


@pytest.fixture
def desk_anywhere(line_settings: Settings, open_desk: Callable[[Settings], Desk], database_url: str) -> Desk:
    """On SQLite, and again on PostgreSQL."""
    return open_desk(dataclasses.replace(line_settings, database_url=database_url))


@pytest.fixture
def desk(line_settings: Settings, open_desk: Callable[[Settings], Desk]) -> Desk:
    return open_desk(line_settings)
