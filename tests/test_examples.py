"""The example functions, as the shipped flows run them."""

from __future__ import annotations

import asyncio
import re
from datetime import date
from pathlib import Path

import pytest

from flowengine import actions as offered
from flowengine.adapters.actions.http import HttpActions
from flowengine.adapters.actions.python import PythonActions
from flowengine.adapters.actions.runner import ActionRunner
from flowengine.errors import ActionError
from flowengine.graph.compile import compile_file
from flowengine.service.settings import Settings

FLOWS = Path(__file__).parent.parent / "flows"
TUESDAY, SUNDAY = date(2026, 12, 1), date(2026, 12, 6)


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch) -> ActionRunner:
    """With what is offered when no setting says anything."""
    monkeypatch.setattr(offered, "_offered", {})
    offered.offer_modules(Settings.from_env({}, dotenv=FLOWS / "none.env").action_modules)
    return ActionRunner(PythonActions(workers=1), HttpActions(None))


def book(runner: ActionRunner, day: date, key: str) -> object:
    flow = compile_file(FLOWS / "boiler_cover.flow").flow
    assert flow is not None

    async def run() -> object:
        given = {"day": day, "name": "Sam"}
        return (await runner.run(flow.actions["book_visit"], given, key=key))["reference"]

    return asyncio.run(run())


def test_no_action_of_the_shipped_flows_is_refused(runner: ActionRunner) -> None:
    flows = [compile_file(path).flow for path in FLOWS.glob("*.flow")]
    assert any(flow is not None and flow.actions for flow in flows)
    assert runner.refused(flow for flow in flows if flow is not None) == []


def test_a_visit_gets_a_reference_and_the_same_request_the_same_one(runner: ActionRunner) -> None:
    first = book(runner, TUESDAY, "call/r1")
    assert re.fullmatch(r"[B-Z]{2}\d{3}", str(first))
    assert book(runner, TUESDAY, "call/r1") == first
    assert book(runner, TUESDAY, "another/r1") != first


def test_nobody_comes_on_a_sunday(runner: ActionRunner) -> None:
    with pytest.raises(ActionError):
        book(runner, SUNDAY, "call/r1")
