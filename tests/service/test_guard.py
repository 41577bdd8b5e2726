"""The guard of a live call keeps the hours that the settings name, for calls that we make."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from flowengine.compliance.policy import LONDON, Policy
from flowengine.graph.model import Direction
from flowengine.service.guard import HoursGuard


def _closed() -> Policy:
    """No calls today, whichever day that is, nor tomorrow, should midnight come in between."""
    today = datetime.now(UTC).astimezone(LONDON).date()
    return Policy(extra_holidays=frozenset({today, today + timedelta(days=1)}))


@pytest.mark.parametrize(
    ("direction", "asked_for", "allowed"),
    [("outbound", False, False), ("outbound", True, True), ("inbound", False, True)],
)
def test_the_hours_bind_the_calls_that_nobody_asked_for(direction: Direction, asked_for: bool, allowed: bool) -> None:
    guard = HoursGuard(direction, "+442079460123", _closed(), asked_for=asked_for)
    answer = asyncio.run(guard.decide("may we go on"))
    assert answer.allowed == allowed
    assert ("BANK_HOLIDAY" in answer.reasons) == (not allowed)
