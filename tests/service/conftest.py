"""An application over a folder with one flow and a fresh record."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from flowengine.service.app import create_app
from flowengine.service.settings import Settings
from tests.service.asgi import Client

FLOW = """\
flow door "Door" inbound
  agent "Amy" of "Us"

outcome opened success

state hello
  say "Hello."
  end opened
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    folder = tmp_path / "flows"
    folder.mkdir()
    (folder / "door.flow").write_text(FLOW, "utf-8")
    return Settings(
        flows=folder,
        database_url=f"sqlite:///{tmp_path / 'record.db'}",
        nova_stt_ws_url="scripted://",
        nova_tts_ws_url="scripted://",
        meaning="off",
        # A busy machine's service refuses a call otherwise.
        max_lag_ms=0,
    )


@pytest.fixture
def client(settings: Settings) -> Iterator[Client]:
    with Client(create_app(settings)) as running:
        yield running
