"""A loop that is late: measured, said, and a reason to take no further call."""

from __future__ import annotations

import asyncio
import dataclasses
import time
from collections.abc import Iterator

import pytest

from flowengine.service import tokens
from flowengine.service.app import create_app
from flowengine.service.calls import AtCapacity, Calls
from flowengine.service.loop_lag import SAMPLE_S, WINDOW_S, LoopLag
from flowengine.service.settings import Settings
from flowengine.service.webhooks import BUSY
from tests.service.asgi import Client
from tests.service.test_webhooks import BASE, TOKEN, post


class Sampled:
    """A lag that was sampled as its watch does: each time after 50 ms and the lateness itself."""

    def __init__(self, *late_ms: float, limit_ms: int = 50) -> None:
        self.lag = LoopLag(limit_ms)
        self.now = 100.0
        self.note(*late_ms)

    def note(self, *late_ms: float) -> None:
        for each in late_ms:
            self.now += SAMPLE_S + each / 1000
            self.lag.note(each / 1000, self.now)


SECOND = 22
"""Samples of a loop that is in time, and a little more."""


@pytest.mark.parametrize("hiccup_ms", [200, 800, 3000])
def test_one_hiccup_refuses_nobody(hiccup_ms: int) -> None:
    sampled = Sampled(*[1] * SECOND, hiccup_ms)
    assert (sampled.lag.is_too_late, sampled.lag.trouble) == (False, None)
    assert sampled.lag.worst_ms == hiccup_ms


def test_a_loop_that_stays_late_takes_no_more_until_it_is_calm() -> None:
    sampled = Sampled(*[60] * SECOND)
    assert sampled.lag.trouble == "the event loop is 60 ms late (FLOWENGINE_MAX_LAG is 50)"
    sampled.note(*[40] * SECOND)
    assert sampled.lag.is_too_late
    sampled.note(*[20] * SECOND)
    assert not sampled.lag.is_too_late


@pytest.mark.parametrize("late_ms", [60, 300, 900])
def test_however_late_it_is_a_second_or_three_samples_decide(late_ms: int) -> None:
    sampled = Sampled()
    while not sampled.lag.is_too_late:
        sampled.note(late_ms)
    assert sampled.now - 100.0 <= max(1.0, 3 * (0.05 + late_ms / 1000)) + 0.2


def test_less_than_a_second_decides_nothing() -> None:
    assert not Sampled(*[60] * 8).lag.is_too_late


def test_without_a_limit_nobody_is_refused() -> None:
    assert not Sampled(*[900] * SECOND, limit_ms=0).lag.is_too_late


def test_a_loop_that_is_held_up_is_seen() -> None:
    async def main() -> float:
        lag = LoopLag(50)
        watching = asyncio.create_task(lag.watch())
        await asyncio.sleep(0.01)
        # What must never happen in the service: something that blocks.
        time.sleep(0.2)  # noqa: ASYNC251
        await asyncio.sleep(0.01)
        watching.cancel()
        return lag.worst_ms

    assert asyncio.run(main()) >= 140


@pytest.fixture
def unwatched(monkeypatch: pytest.MonkeyPatch) -> None:
    """The loop's own lateness, on a busy machine, is not what is tested; nor how long a caller counts as coming."""

    async def watch(self: LoopLag) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(LoopLag, "watch", watch)
    monkeypatch.setattr(tokens, "FRESH_S", tokens.LIFETIME_S)


@pytest.fixture
def client(unwatched: None, settings: Settings) -> Iterator[Client]:
    line = dataclasses.replace(
        settings,
        twilio_account_sid="AC" + "1" * 32,
        twilio_auth_token=TOKEN,
        server_base_url=BASE,
        max_lag_ms=50,
        drain_s=0,
    )
    with Client(create_app(line)) as running:
        yield running


def late(client: Client) -> Calls:
    """The service's loop has been late for a second."""
    calls: Calls = client.app.state.calls
    now = time.monotonic()
    for number in range(21):
        calls.lag.note(0.2, now - WINDOW_S - SAMPLE_S + number * SAMPLE_S)
    return calls


FORM = [("CallSid", "CA1"), ("AccountSid", "AC1"), ("From", "+441134960123"), ("To", "+441134960124")]


def test_a_caller_of_a_late_service_hears_that_all_lines_are_busy(client: Client) -> None:
    assert b"<Stream" in post(client, "/twilio/voice?flow=door", FORM).body
    late(client)
    assert BUSY.encode() in post(client, "/twilio/voice?flow=door", FORM).body


def test_a_late_service_is_not_ready_and_says_how_late(client: Client) -> None:
    late(client)
    answered = client.get("/health/ready")
    assert answered.status == 503
    assert answered.json["loop_lag_ms"] == 200
    wanted = "less to do: the event loop is 200 ms late (FLOWENGINE_MAX_LAG is 50)"
    assert wanted in answered.json["waiting_for"]
    alive = client.get("/health/live")
    assert (alive.json["ready"], alive.json["waiting_for"]) == (False, answered.json["waiting_for"])
    assert (alive.status, alive.json["loop_lag_ms"]) == (200, 200)


def test_a_call_that_we_made_is_let_in_however_late(client: Client) -> None:
    calls = late(client)
    with pytest.raises(AtCapacity, match="200 ms late"):
        calls.prepare("door", {})
    assert calls.prepare("door", {}, call_id="attempt-1").call_id == "attempt-1"


def test_a_late_service_dials_nobody(client: Client) -> None:
    has_room = client.app.state.dialling._carrier.has_room
    client.app.state.waiting_for.clear()
    assert has_room(0)
    late(client)
    assert not has_room(0)


@pytest.mark.usefixtures("unwatched")
def test_callers_who_come_all_at_once_are_counted_before_their_streams_come(settings: Settings) -> None:
    line = dataclasses.replace(
        settings,
        twilio_account_sid="AC" + "1" * 32,
        twilio_auth_token=TOKEN,
        server_base_url=BASE,
        max_calls=2,
        drain_s=0,
    )
    with Client(create_app(line)) as client:
        answered = [
            post(client, "/twilio/voice?flow=door", [("CallSid", sid), *FORM[1:]]).body
            for sid in ("CA1", "CA1", "CA2", "CA3", "CA2")
        ]
    # Twilio may ask for one call twice.
    assert [b"<Stream" in body for body in answered] == [True, True, True, False, True]
    assert BUSY.encode() in answered[3]


def test_a_caller_who_was_just_answered_is_waited_for_at_the_end(client: Client) -> None:
    calls: Calls = client.app.state.calls
    assert not calls.are_due
    post(client, "/twilio/voice?flow=door", FORM)
    assert calls.are_due
