"""How deep the calls' queues are, and have been."""

from __future__ import annotations

from typing import cast

import pytest
from starlette.websockets import WebSocket

from flowengine.adapters.reports import Reports
from flowengine.runtime import depths
from flowengine.runtime.depths import Depths
from flowengine.runtime.happenings import Mark
from flowengine.runtime.inbox import Inbox
from flowengine.runtime.ports import VoiceStarted
from flowengine.service.outbox import Outbox
from tests.service.test_outbox import FakeSocket


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch) -> dict[str, Depths]:
    """Where nothing has been counted yet."""
    found = {name: Depths() for name in ("INBOXES", "OUTBOXES", "REPORTS")}
    for name, place in (("INBOXES", "runtime.inbox"), ("OUTBOXES", "service.outbox"), ("REPORTS", "adapters.reports")):
        assert getattr(depths, name) is not None
        monkeypatch.setattr(f"flowengine.{place}.{name}", found[name])
    return found


def test_the_deepest_of_the_calls_counts_and_its_mark_stays(fresh: dict[str, Depths]) -> None:
    one, other = Inbox(), Inbox()
    inboxes = fresh["INBOXES"]
    assert (inboxes.now, inboxes.most) == (0, 0)
    for number in range(3):
        one.put(Mark(f"m{number}"))
    other.put(Mark("m"))
    assert (inboxes.now, inboxes.most) == (3, 3)
    del one
    assert (inboxes.now, inboxes.most) == (1, 3)
    del other
    assert (inboxes.now, inboxes.most) == (0, 3)


def test_what_is_sent_and_what_was_recognised_are_counted_alike(fresh: dict[str, Depths]) -> None:
    outbox, reports = Outbox(cast("WebSocket", FakeSocket())), Reports()
    for _ in range(4):
        outbox.put("{}")
        reports.put(VoiceStarted(0))
    reports.put(VoiceStarted(20))
    assert (fresh["OUTBOXES"].now, fresh["OUTBOXES"].most) == (4, 4)
    assert (fresh["REPORTS"].now, fresh["REPORTS"].most) == (5, 5)
