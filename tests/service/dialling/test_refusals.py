"""What Twilio refuses, what we refuse ourselves, and what is done while the record is away."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest

from flowengine.adapters.twilio.placing import CallOrder, PlacedCall
from flowengine.compliance.guard import decide
from flowengine.errors import RequestNotSent, StoreError
from flowengine.service.dialling.dialler import POLL_S
from flowengine.service.dialling.dialling import PickedUp
from flowengine.store.queue_rows import Attempt, Claim
from flowengine.testing.twilio.exchange import Exchange
from flowengine.testing.twilio.lines import (
    Answers,
    Busy,
    Callbacks,
    NoAnswer,
    PlacingTrouble,
    Rejected,
    slow_down,
)
from tests.postgres import on_sqlite
from tests.service.dialling.site import ANN, BOB, MINUTE, NOON, Site

DECISION = decide(ANN, NOON)
DIALLER = "flowengine.service.dialling.dialler"

pytestmark = on_sqlite


def dial_for(site: Site, span: timedelta) -> list[float]:
    """Dial for so long; the pauses of more than a poll that the dialler took."""
    pauses: list[float] = []
    until = site.clock.now() + span
    while site.clock.now() < until:
        pause = site.dial()
        if pause > POLL_S:
            pauses.append(pause)
        site.clock.pass_(timedelta(seconds=pause))
    return pauses


def test_twilio_is_asked_again_when_it_says_so(place: tuple[Site, Exchange]) -> None:
    site, exchange = place
    exchange.rest.troubles.extend([slow_down(7), slow_down(), slow_down()])
    exchange.script(ANN, Busy())
    site.enqueue("ann", ANN)
    pauses: list[float] = []
    while not exchange.rung[ANN] and len(pauses) < 9:
        pauses.append(round(site.dial(), 1))
        site.clock.pass_(timedelta(seconds=pauses[-1]))
        if len(exchange.rest.orders) == 4:
            exchange.until(lambda: exchange.over(ANN))
    assert pauses[:3] == [7.0, 2.0, 4.0]
    assert site.call("ann").tries == 1
    assert [each.counts for each in site.attempts("ann")] == [False, False, False, True]
    assert site.dialling.trouble is None


def test_dialling_stops_when_the_account_is_refused(place: tuple[Site, Exchange]) -> None:
    site, exchange = place
    exchange.rest.belongings.status = "suspended"
    exchange.default = Busy()
    site.enqueue("ann", ANN)
    site.enqueue("bob", BOB)
    assert site.dial() == 300
    assert site.dialling.trouble is not None
    assert "Twilio" in site.dialling.trouble
    assert [site.call(each).state for each in ("ann", "bob")] == ["waiting", "waiting"]
    assert len(exchange.rest.orders) == 1
    exchange.rest.belongings.status = "active"
    site.clock.pass_(5 * MINUTE)
    site.dial()
    exchange.until(lambda: exchange.over(ANN))
    assert site.dialling.trouble is None


def test_a_flow_that_cannot_run_rings_nobody(place: tuple[Site, Exchange]) -> None:
    site, exchange = place
    site.enqueue("ann", ANN, flow="gone")
    site.dial()
    assert (site.call("ann").outcome, exchange.rest.orders) == ("not_runnable", [])
    assert not site.attempts("ann")[0].counts


def test_a_refused_caller_id_of_ours_stops_dialling_is_told_once_and_loses_nobody(
    place: tuple[Site, Exchange], caplog: pytest.LogCaptureFixture
) -> None:
    site, exchange = place
    numbers = dict(exchange.rest.belongings.numbers)
    exchange.rest.belongings.numbers.clear()
    exchange.default = Busy()
    site.enqueue("ann", ANN)
    site.enqueue("bob", BOB)
    pauses = dial_for(site, timedelta(hours=6))
    assert pauses[:6] == [300, 600, 1200, 2400, 3600, 3600]
    assert len(exchange.rest.orders) == len(pauses) == 9
    assert [site.call(each).state for each in ("ann", "bob")] == ["waiting", "waiting"]
    why = (
        "Twilio refuses the caller id TWILIO_DEFAULT_FROM (code 21210): rent or verify the number that calls show in "
        "Twilio's console"
    )
    assert site.dialling.trouble == why
    told = [vars(each) for each in caplog.records if each.name == DIALLER and each.levelno >= logging.WARNING]
    assert [(each["msg"], each.get("why")) for each in told] == [
        ("dialling stops", why),
        ("call not placed; it waits again", None),
    ]
    exchange.rest.belongings.numbers.update(numbers)
    dial_for(site, MINUTE)
    exchange.until(lambda: exchange.over(ANN) and exchange.over(BOB))
    assert [len(exchange.calls_to(each)) for each in (ANN, BOB)] == [1, 1]
    assert site.dialling.trouble is None


def test_a_refused_address_of_ours_stops_dialling(place: tuple[Site, Exchange]) -> None:
    site, exchange = place
    site.dialling.dialler._orders = replace(site.dialling.dialler._orders, base_url="http://my_host.example.com")
    site.enqueue("ann", ANN)
    assert site.dial() == 300
    assert site.call("ann").state == "waiting"
    assert "SERVER_BASE_URL (code 21205): it must be the https address" in str(site.dialling.trouble)
    assert exchange.calls_to(ANN) == []


def test_what_would_mend_a_refused_call_is_told_once_and_kept_with_each(
    place: tuple[Site, Exchange], caplog: pytest.LogCaptureFixture
) -> None:
    site, exchange = place
    for call_id, number in (("ann", ANN), ("bob", BOB)):
        exchange.script(number, Rejected(code=21219))
        site.enqueue(call_id, number)
        site.clock.pass_(MINUTE)
        site.dial()
        (attempt,) = site.attempts(call_id)
        assert (site.call(call_id).outcome, attempt.counts) == ("not_permitted", False)
        assert "(HTTP 400, code 21219): a trial account calls verified numbers only" in str(attempt.error)
    assert [each.levelname for each in caplog.records if "what_to_do" in vars(each)] == ["ERROR"]


def test_an_unreachable_twilio_is_asked_ever_more_rarely(place: tuple[Site, Exchange]) -> None:
    site, exchange = place

    def away(order: CallOrder) -> PlacedCall:
        raise RequestNotSent("no connection")

    site.dialling.dialler._twilio = SimpleNamespace(place=away)  # a network that is away
    site.enqueue("ann", ANN)
    assert dial_for(site, timedelta(minutes=30))[:8] == [5, 10, 20, 40, 80, 160, 300, 300]
    assert site.dialling.trouble == "Twilio cannot be reached"
    site.dialling.dialler._twilio = site.dialling.twilio
    exchange.script(ANN, Busy())
    dial_for(site, timedelta(minutes=6))
    exchange.until(lambda: exchange.over(ANN))
    assert len(exchange.calls_to(ANN)) == 1


def test_a_refused_caller_id_of_the_call_ends_the_call_alone(place: tuple[Site, Exchange]) -> None:
    site, exchange = place
    exchange.default = Busy()
    site.enqueue("ann", ANN, caller_id="+441134960129")
    site.dial()
    assert (site.call("ann").outcome, site.dialling.trouble) == ("caller_id_refused", None)


def test_what_twilio_did_not_place_takes_no_room(place: tuple[Site, Exchange]) -> None:
    site, exchange = place
    exchange.script(ANN, Rejected())
    exchange.rest.troubles.extend([slow_down(1), PlacingTrouble()])
    site.enqueue("ann", ANN)
    site.dial()
    assert site.dialling.ringing() == 0
    site.clock.pass_(MINUTE)
    site.dial()
    assert (site.call("ann").outcome, site.dialling.ringing()) == ("blocked_number", 0)
    exchange.script(BOB, NoAnswer(callbacks=Callbacks(missing=("no-answer",))))
    site.enqueue("bob", BOB)
    site.clock.pass_(MINUTE)
    site.dial()
    assert site.dialling.ringing() == 1
    site.clock.pass_(2 * MINUTE)
    assert site.dialling.ringing() == 0


def test_what_was_placed_is_written_down_though_the_record_is_away_for_a_moment(place: tuple[Site, Exchange]) -> None:
    site, exchange = place
    exchange.script(ANN, Answers(callbacks=Callbacks(missing=("initiated", "ringing", "in-progress", "completed"))))
    placed, failures = site.queue.placed, iter([True, True])

    def sometimes(attempt_id: str, call_sid: str, now: datetime) -> bool:
        if next(failures, False):
            raise StoreError("the record is away")
        return placed(attempt_id, call_sid, now)

    site.queue.placed = sometimes  # type: ignore[method-assign]  # fails twice
    site.enqueue("ann", ANN)
    site.dial()
    assert site.attempts("ann")[0].call_sid == exchange.calls_to(ANN)[0].sid


def test_a_record_that_is_away_stops_dialling_until_it_is_back(place: tuple[Site, Exchange]) -> None:
    site, exchange = place
    exchange.script(ANN, Busy())
    site.enqueue("ann", ANN)
    claim = site.queue.claim

    def fails(now: datetime, owner: str) -> Claim:
        raise StoreError("the record is away")

    site.queue.claim = fails  # type: ignore[method-assign]  # as a database that is gone does
    assert site.dial() == 5
    assert site.dialling.trouble is not None
    assert exchange.rest.orders == []
    site.queue.claim = claim  # type: ignore[method-assign]
    site.clock.pass_(timedelta(seconds=5))
    site.dial()
    exchange.until(lambda: exchange.over(ANN))
    assert site.dialling.trouble is None


def test_an_answered_call_is_held_though_the_record_is_away(place: tuple[Site, Exchange]) -> None:
    site, exchange = place
    exchange.script(ANN, NoAnswer())
    site.enqueue("ann", ANN, contact='{"name": "Ann"}')
    site.dial()

    def fails(attempt_id: str) -> Attempt | None:
        raise StoreError("the record is away")

    exchange.until(lambda: exchange.over(ANN))
    (attempt,) = site.attempts("ann")
    site.queue.attempt = fails  # type: ignore[method-assign]  # as a database that is gone does
    with pytest.raises(StoreError):
        site.dialling.answered("nobody", "CA1")
    # It has ended and is forgotten; one that rings is not.
    site.dialling._about_to_ring(Claim(attempt.attempt_id, site.call("ann"), DECISION, NOON))
    assert site.dialling.answered(attempt.attempt_id, "CA1") == PickedUp("offers", {"name": "Ann"})


def test_an_answered_call_whose_stream_does_not_come_takes_room_for_seconds_only(place: tuple[Site, Exchange]) -> None:
    site, exchange = place
    exchange.script(ANN, Answers())
    site.enqueue("ann", ANN)
    site.dial()
    exchange.until(lambda: any(each.what == "fetched" for each in exchange.happened))
    assert site.dialling.ringing() == 1
    site.clock.pass_(timedelta(seconds=11))
    assert site.dialling.ringing() == 0
    exchange.hang_up(exchange.calls_to(ANN)[0].sid)
    exchange.until(lambda: exchange.over(ANN))
