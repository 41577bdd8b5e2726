"""What becomes of a call whose answer, callbacks or end are lost, and of one that appears too late."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from flowengine.store.queue_rows import Claim
from flowengine.testing.twilio.exchange import Exchange
from flowengine.testing.twilio.lines import (
    CALLBACK_FIRST,
    FAILED_AFTER,
    FAILED_BEFORE,
    LOST_AFTER,
    LOST_BEFORE,
    Answers,
    Busy,
    Callbacks,
    NoAnswer,
    PlacingTrouble,
)
from tests.service.dialling.site import ANN, BOB, HOUR, MINUTE, NOON, OURS, Site, ring


@pytest.mark.parametrize("trouble", [LOST_AFTER, FAILED_AFTER, CALLBACK_FIRST], ids=["cut", "503", "callback first"])
def test_a_call_whose_answer_is_lost_is_known_by_its_callbacks(
    place: tuple[Site, Exchange], trouble: PlacingTrouble
) -> None:
    site, exchange = place
    exchange.rest.troubles.append(trouble)
    ring(site, exchange, Busy())
    site.clock.pass_(5 * MINUTE)
    site.dialling.look()
    (attempt,) = site.attempts("ann")
    assert (attempt.outcome, attempt.call_sid) == ("busy", exchange.calls_to(ANN)[0].sid)
    assert exchange.rung[ANN] == 1


def test_a_call_that_nobody_heard_of_is_found_by_asking(place: tuple[Site, Exchange]) -> None:
    site, exchange = place
    exchange.rest.troubles.append(LOST_AFTER)
    ring(site, exchange, Busy(callbacks=Callbacks(missing=("initiated", "ringing", "busy"))))
    assert site.attempts("ann")[0].state == "claimed"
    for _ in range(4):
        site.clock.pass_(61 * timedelta(seconds=1))
        site.dialling.look()
    (attempt,) = site.attempts("ann")
    assert (attempt.outcome, attempt.call_sid) == ("busy", exchange.calls_to(ANN)[0].sid)
    assert exchange.rung[ANN] == 1


@pytest.mark.parametrize("trouble", [LOST_BEFORE, FAILED_BEFORE], ids=["cut", "500"])
def test_a_call_that_was_never_placed_waits_again_once_that_is_sure(
    place: tuple[Site, Exchange], trouble: PlacingTrouble
) -> None:
    site, exchange = place
    exchange.rest.troubles.append(trouble)
    exchange.script(ANN, Busy())
    site.enqueue("ann", ANN)
    site.dial()
    for _ in range(2):
        assert site.call("ann").state == "dialling"
        site.clock.pass_(61 * timedelta(seconds=1))
        site.dialling.look()
    assert (site.call("ann").state, site.call("ann").tries) == ("waiting", 0)
    site.dial()
    exchange.until(lambda: exchange.over(ANN))
    assert [(each.outcome, each.counts) for each in site.attempts("ann")] == [("not_placed", False), ("busy", True)]
    assert exchange.rung[ANN] == 1


def test_a_call_that_twilio_does_not_dial_is_taken_back(place: tuple[Site, Exchange]) -> None:
    """It could ring after hours."""
    site, exchange = place
    exchange.calls_a_second = 0.000001
    exchange.speed = 1.0
    exchange.rest.book.enter({"To": [BOB], "From": [OURS]})
    exchange._next_turn = float("inf")
    site.enqueue("ann", ANN)
    site.dial()
    site.clock.pass_(4 * MINUTE)
    site.dialling.look()
    assert site.attempts("ann")[0].state == "placed"
    site.clock.pass_(2 * MINUTE)
    site.dialling.look()
    exchange.until(lambda: exchange.over(ANN))
    (attempt,) = site.attempts("ann")
    assert (attempt.outcome, exchange.rung[ANN]) == ("canceled", 0)


def test_what_has_not_been_answered_when_the_service_ends_is_taken_back(place: tuple[Site, Exchange]) -> None:
    site, exchange = place
    exchange.calls_a_second = 1
    exchange._next_turn = float("inf")
    site.enqueue("ann", ANN)
    site.dial()
    assert site.attempts("ann")[0].state == "placed"
    site.dialling.stop()
    exchange.until(lambda: exchange.over(ANN))
    site.clock.pass_(MINUTE)
    site.dialling.look()
    assert (site.attempts("ann")[0].outcome, exchange.rung[ANN]) == ("canceled", 0)


def test_a_call_that_never_ends_is_hung_up(place: tuple[Site, Exchange]) -> None:
    site, exchange = place
    exchange.script(ANN, Answers(callbacks=Callbacks(missing=("completed",))))
    site.enqueue("ann", ANN)
    site.dial()
    exchange.until(lambda: any(each.what == "fetched" for each in exchange.happened))
    site.clock.pass_(10 * MINUTE)
    site.dialling.look()
    assert exchange.rest.calls[exchange.calls_to(ANN)[0].sid] == "in-progress"
    site.clock.pass_(5 * MINUTE)
    site.dialling.look()
    exchange.until(lambda: exchange.over(ANN))
    site.clock.pass_(3 * MINUTE)
    site.dialling.look()
    (attempt,) = site.attempts("ann")
    assert (attempt.state, attempt.outcome) == ("ended", "abandoned")


def test_a_call_that_twilio_forgot_ends(place: tuple[Site, Exchange]) -> None:
    site, exchange = place
    exchange.script(ANN, NoAnswer(callbacks=Callbacks(missing=("no-answer",))))
    site.enqueue("ann", ANN)
    site.dial()
    exchange.until(lambda: exchange.over(ANN))
    exchange.rest.calls.clear()
    site.clock.pass_(3 * MINUTE)
    site.dialling.look()
    assert site.attempts("ann")[0].outcome == "failed"


def test_what_comes_for_no_attempt_begins_nothing(place: tuple[Site, Exchange]) -> None:
    site, _ = place
    assert site.dialling.answered("nobody", "CA1") == "unknown"
    site.dialling.told("nobody", "CA1")
    site.dialling.verdict("nobody", "human")
    site.dialling.over("nobody")


def test_an_attempt_belongs_to_one_call(place: tuple[Site, Exchange]) -> None:
    site, exchange = place
    ring(site, exchange, Answers(talks_s=5))
    (attempt,) = site.attempts("ann")
    assert site.dialling.answered(attempt.attempt_id, "CA-another") == "unknown"
    site.clock.pass_(MINUTE)
    site.dialling.look()
    assert site.dialling.answered(attempt.attempt_id, str(attempt.call_sid)) == "over"


def test_a_call_that_appears_after_it_was_given_back_is_cancelled(place: tuple[Site, Exchange]) -> None:
    """The request took longer to arrive than anybody waited for."""
    site, exchange = place
    exchange.calls_a_second = 0.000001
    exchange.speed = 1.0
    exchange._next_turn = float("inf")
    site.enqueue("ann", ANN)
    claim = site.queue.claim(NOON, "one")
    assert isinstance(claim, Claim)
    site.queue.not_placed(claim.attempt_id, NOON, NOON + HOUR, "not found")
    site.dialling.dialler.dial(claim)
    exchange.until(lambda: exchange.over(ANN))
    assert exchange.rest.calls[exchange.calls_to(ANN)[0].sid] == "canceled"
    assert exchange.rung[ANN] == 0


def test_a_call_that_rings_after_it_was_given_back_is_cancelled(place: tuple[Site, Exchange]) -> None:
    """Its callbacks name the attempt, in whatever process they arrive."""
    site, exchange = place
    site.enqueue("ann", ANN)
    claim = site.queue.claim(NOON, "one")
    assert isinstance(claim, Claim)
    site.queue.not_placed(claim.attempt_id, NOON, NOON + HOUR, "not found")
    sid = exchange.rest.book.enter({"To": [ANN], "From": [OURS]}).sid
    form = {"CallSid": sid, "CallStatus": "ringing", "SequenceNumber": "1"}
    site.store.add_status(sid, 1, "ringing", json.dumps(form), NOON)
    site.dialling.told(claim.attempt_id, sid)
    assert exchange.rest.calls[sid] == "canceled"
