"""The dialler's threads: they wake, they sleep, they stop, and a defect does not end them."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from flowengine.adapters.twilio.placing import CallOrder, PlacedCall
from flowengine.service.dialling.dialler import POLL_S
from flowengine.store.queue_rows import Claim, Pace, Wait
from flowengine.testing.twilio.exchange import Exchange
from flowengine.testing.twilio.lines import Busy
from tests.service.dialling.site import ANN, BOB, NOON, Clock, Site

LONG_S = 300.0


class Running(Clock):
    """Noon, and then on with the wall."""

    def __init__(self) -> None:
        super().__init__()
        self._began = time.monotonic()

    def now(self) -> datetime:
        return NOON + timedelta(seconds=time.monotonic() - self._began)

    def monotonic(self) -> float:
        return time.monotonic()


@pytest.fixture
def running(tmp_path: Path) -> Iterator[tuple[Site, Exchange]]:
    clock = Running()
    with Exchange(speed=math.inf, calls_a_second=None, now=clock.now) as exchange:
        exchange.default = Busy()
        account = (exchange.account.sid, exchange.account.auth_token)
        site = Site(
            f"sqlite:///{tmp_path}/record.db",
            account,
            exchange.rest.url,
            tmp_path,
            clock=clock,
            pace=Pace(interval=timedelta(milliseconds=20)),
            pool=ThreadPoolExecutor(8),
        )
        try:
            yield site, exchange
        finally:
            site.close()


def counted(site: Site) -> list[str]:
    """The claims that are asked for from now on, by what came of them."""
    claim, asked = site.queue.claim, []

    def noted(now: datetime, owner: str) -> Claim | Wait:
        found = claim(now, owner)
        asked.append(type(found).__name__)
        return found

    site.queue.claim = noted  # type: ignore[method-assign]  # counts
    return asked


def until(claim: Callable[[], Any], within_s: float = LONG_S) -> None:
    deadline = time.monotonic() + within_s
    while not claim():
        assert time.monotonic() < deadline, "that did not happen in time"
        threading.Event().wait(0.01)


def test_a_queued_call_wakes_the_dialler(running: tuple[Site, Exchange]) -> None:
    site, exchange = running
    site.dialling.start()
    asked = counted(site)
    site.enqueue("ann", ANN)
    site.dialling.wake()
    exchange.until(lambda: exchange.over(ANN))
    until(lambda: site.call("ann").state == "waiting")
    assert asked.count("Claim") == 1


def test_an_empty_queue_is_asked_now_and_then(running: tuple[Site, Exchange]) -> None:
    site, _ = running
    asked = counted(site)
    began = time.monotonic()
    site.dialling.start()
    until(lambda: asked)
    threading.Event().wait(0.5)
    assert len(asked) <= 2 + (time.monotonic() - began) / POLL_S


def test_a_stop_finishes_what_is_in_hand_and_claims_nothing_more(running: tuple[Site, Exchange]) -> None:
    site, exchange = running
    place, has_begun, may_go_on = site.dialling.twilio.place, threading.Event(), threading.Event()

    def slow(order: CallOrder) -> PlacedCall:
        has_begun.set()
        assert may_go_on.wait(LONG_S)
        return place(order)

    site.dialling.twilio.place = slow  # type: ignore[method-assign]  # as slow as the test wants it
    site.enqueue("ann", ANN)
    site.dialling.start()
    assert has_begun.wait(LONG_S)
    stopping = threading.Thread(target=site.dialling.stop)
    stopping.start()
    until(site.dialling.dialler._stopping.is_set)
    site.enqueue("bob", BOB)
    site.dialling.wake()
    may_go_on.set()
    stopping.join(LONG_S)
    assert not stopping.is_alive()
    exchange.until(lambda: exchange.over(ANN))
    assert site.attempts("ann")[0].call_sid is not None
    assert (site.call("bob").state, exchange.rung[BOB]) == ("waiting", 0)


def test_a_slow_answer_does_not_hold_up_the_next_call(running: tuple[Site, Exchange]) -> None:
    site, exchange = running
    place, may_go_on = site.dialling.twilio.place, threading.Event()

    def slow_for_ann(order: CallOrder) -> PlacedCall:
        if order.to == ANN:
            assert may_go_on.wait(LONG_S)
        return place(order)

    site.dialling.twilio.place = slow_for_ann  # type: ignore[method-assign]
    site.enqueue("ann", ANN)
    site.enqueue("bob", BOB)
    site.dialling.start()
    exchange.until(lambda: exchange.over(BOB))
    assert exchange.rung[ANN] == 0
    may_go_on.set()
    exchange.until(lambda: exchange.over(ANN))


def test_a_defect_does_not_end_dialling(running: tuple[Site, Exchange], caplog: pytest.LogCaptureFixture) -> None:
    site, exchange = running
    place = site.dialling.twilio.place

    def breaks_for_ann(order: CallOrder) -> PlacedCall:
        if order.to == ANN:
            raise ZeroDivisionError(order.to)
        return place(order)

    site.dialling.twilio.place = breaks_for_ann  # type: ignore[method-assign]
    site.enqueue("ann", ANN)
    site.enqueue("bob", BOB)
    site.dialling.start()
    exchange.until(lambda: exchange.over(BOB))
    assert site.call("ann").state == "dialling"
    assert ANN not in caplog.text


def test_a_process_without_room_claims_nothing(running: tuple[Site, Exchange]) -> None:
    site, exchange = running
    room = iter([False, False])
    site.dialling.dialler._has_room = lambda: next(room, True)
    site.enqueue("ann", ANN)
    assert site.dialling.dialler.turn() > 0
    assert site.call("ann").state == "waiting"
    site.dialling.dialler._has_room = lambda: True
    site.dialling.start()
    exchange.until(lambda: exchange.over(ANN))
