"""The server that end-to-end tests share: scripted speech, a record of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end import live_flows
from tests.end_to_end.running import FLOW, GREETER, TALKER, Service, service_of


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    flows = tmp_path_factory.mktemp("flows")
    (flows / "door.flow").write_text(FLOW, "utf-8")
    (flows / "talker.flow").write_text(TALKER, "utf-8")
    (flows / "greeter.flow").write_text(GREETER, "utf-8")
    (flows / "broken.flow").write_text('flow broken "Broken" inbound\nstate a\n  say oops\n', "utf-8")
    for name, text in live_flows.FLOWS.items():
        (flows / f"{name}.flow").write_text(text, "utf-8")
    modules = tmp_path_factory.mktemp("modules")
    (modules / "acme_bookings.py").write_text(live_flows.BOOKINGS, "utf-8")
    settings = {
        "PYTHONPATH": f"{Path.cwd()}{os.pathsep}{modules}",
        "FLOWENGINE_ACTION_MODULES": "acme_bookings",
        "FLOWENGINE_NUMBERS": "+441134960124=door",
    }
    with service_of(flows, **settings) as running:
        yield running
