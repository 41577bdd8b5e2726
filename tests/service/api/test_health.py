"""What `/health/live` and `/health/ready` say: one truth, in words that tell what is missing."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest
from starlette.requests import Request

from flowengine.service.api.health import REMEMBERED_S, live, ready
from flowengine.service.loop_lag import LoopLag
from flowengine.service.problems import RecordFailures

DATABASE = "the record: the database cannot be written"
DISK = "room on the disk: neither database nor spool takes an opt-out, so nobody is called"


@dataclass
class State:
    """A service that lacks nothing, but for what a test takes away."""

    waiting_for: set[str] = field(default_factory=set)
    is_stopping: bool = False
    healthy: bool = True
    takes_opt_outs: bool = True
    failed_s_ago: float = float("inf")
    mended_s_ago: float = float("inf")
    late_ms: int = 0
    trouble: str | None = None

    def request(self) -> Request:
        lag = LoopLag(50)
        for number in range(100):
            lag.note(self.late_ms / 1000, number / 20)
        now = time.monotonic()
        writer = SimpleNamespace(
            healthy=self.healthy, takes_opt_outs=self.takes_opt_outs, mended_at=now - self.mended_s_ago
        )
        state = SimpleNamespace(
            calls=SimpleNamespace(is_stopping=self.is_stopping, lag=lag, recording=SimpleNamespace(writer=writer)),
            waiting_for=self.waiting_for,
            record_failures=RecordFailures(now - self.failed_s_ago),
            dialling=SimpleNamespace(trouble=self.trouble),
        )
        return Request({"type": "http", "app": SimpleNamespace(state=state)})


@pytest.mark.parametrize(
    ("state", "waiting_for"),
    [
        (State(), []),
        (State(waiting_for={"speech"}), ["speech"]),
        (State(is_stopping=True), ["its end: the service is stopping"]),
        (State(late_ms=80), ["less to do: the event loop is 80 ms late (FLOWENGINE_MAX_LAG is 50)"]),
        (State(late_ms=49), []),
        (State(healthy=False), [DATABASE]),
        (State(failed_s_ago=-60), [DATABASE]),
        (State(failed_s_ago=REMEMBERED_S + 1), []),
        (State(failed_s_ago=-60, mended_s_ago=-61), []),
        (State(healthy=False, takes_opt_outs=False), [DATABASE, DISK]),
        # Calls can be taken, though none is made.
        (State(trouble="Twilio cannot be reached"), []),
    ],
)
def test_both_say_the_same_and_only_the_status_differs(state: State, waiting_for: list[str]) -> None:
    alive, able = (asyncio.run(ask(state.request())) for ask in (live, ready))
    assert alive.body == able.body
    assert json.loads(bytes(able.body)) == {
        "ready": not waiting_for,
        "waiting_for": waiting_for,
        "dialling": state.trouble,
        "loop_lag_ms": float(state.late_ms),
    }
    assert (alive.status_code, able.status_code) == (200, 503 if waiting_for else 200)
