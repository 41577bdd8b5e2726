"""The server that end-to-end tests share: scripted speech, a record of its own."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from flowengine.testing.twilio.call import Telephone
from flowengine.testing.twilio.server import running_server
from tests.end_to_end import live_flows
from tests.end_to_end.running import FLOW, Service


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    flows = tmp_path_factory.mktemp("flows")
    (flows / "door.flow").write_text(FLOW, "utf-8")
    (flows / "broken.flow").write_text('flow broken "Broken" inbound\nstate a\n  say oops\n', "utf-8")
    for name, text in live_flows.FLOWS.items():
        (flows / f"{name}.flow").write_text(text, "utf-8")
    modules = tmp_path_factory.mktemp("modules")
    (modules / "acme_bookings.py").write_text(live_flows.BOOKINGS, "utf-8")
    speech = {
        "PYTHONPATH": f"{Path.cwd()}{os.pathsep}{modules}",
        "FLOWENGINE_ACTION_MODULES": "acme_bookings",
        "NOVA_STT_WS_URL": "scripted:",
        "NOVA_TTS_WS_URL": "scripted:",
        "FLOWENGINE_MEANING": "off",
        "FLOWENGINE_NUMBERS": "+441134960124=door",
    }
    with asyncio.Runner() as runner:
        telephone = Telephone()
        runner.run(telephone.__aenter__())
        server = running_server(flows, telephone, env=speech)
        base = runner.run(server.__aenter__())
        try:
            yield Service(runner, telephone, base)
        finally:
            runner.run(server.__aexit__(None, None, None))
            runner.run(telephone.__aexit__())
