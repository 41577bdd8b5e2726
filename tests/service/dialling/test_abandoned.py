"""Calls in which somebody answered and heard nothing: what counts as one, and what too many of them lead to."""

from __future__ import annotations

from datetime import timedelta

import pytest

from flowengine.store.attempts import LiveCalls
from flowengine.store.processes import STOPPED
from flowengine.testing.twilio.exchange import Exchange
from flowengine.testing.twilio.lines import Answers, NoAnswer, Voicemail
from tests.postgres import on_sqlite
from tests.service.dialling.site import ANN, BOB, CAT, HOUR, MINUTE, NOON, Session, Site, ring

pytestmark = on_sqlite


@pytest.mark.parametrize("sound_s", [None, 2.5])
def test_silence_after_the_answer_makes_it_abandoned(place: tuple[Site, Exchange], sound_s: float | None) -> None:
    site, exchange = place
    site.sessions[ANN] = Session("declined", sound_s=sound_s)
    ring(site, exchange, Answers(talks_s=30))
    assert site.attempts("ann")[0].abandoned


@pytest.mark.parametrize(("reason", "abandoned"), [("speech synthesis failed", True), ("hung up", False)])
def test_a_silent_call_that_is_over_at_once_is_abandoned_unless_the_person_hung_up(
    place: tuple[Site, Exchange], reason: str, abandoned: bool
) -> None:
    site, exchange = place
    site.sessions[ANN] = Session("failed", sound_s=None, lasts=timedelta(seconds=0.4), reason=reason)
    ring(site, exchange, Answers(talks_s=0))
    assert site.attempts("ann")[0].abandoned is abandoned


def test_a_call_that_broke_off_is_settled_with_twilios_end_unless_another_process_closed_its_record(
    place: tuple[Site, Exchange],
) -> None:
    site, exchange = place
    site.sessions[ANN] = Session("failed", abnormal=True, sound_s=None, reason="speech synthesis failed")
    ring(site, exchange, Answers(talks_s=30))
    (attempt,) = site.attempts("ann")
    assert (attempt.state, attempt.outcome, attempt.abandoned) == ("ended", "failed", True)
    site.sessions[BOB] = Session("failed", abnormal=True, reason=STOPPED)
    site.clock.pass_(MINUTE)
    ring(site, exchange, Answers(talks_s=30), call_id="bob", number=BOB)
    assert site.attempts("bob")[0].state == "placed"
    site.clock.pass_(MINUTE)
    site.dialling.look()
    assert site.attempts("bob")[0].state == "ended"


def test_an_answered_call_without_a_stream_is_abandoned_and_waits_for_seventy_two_hours(
    place: tuple[Site, Exchange],
) -> None:
    site, exchange = place
    ring(site, exchange, Answers(talks_s=30))
    assert site.attempts("ann")[0].state == "placed"
    site.clock.pass_(timedelta(seconds=31))
    site.dialling.look()
    (attempt,) = site.attempts("ann")
    assert (attempt.outcome, attempt.abandoned, attempt.answered_by) == ("abandoned", True, "human")
    assert site.call("ann").waits_for == "ABANDONED_72H"
    assert attempt.ended_at is not None
    assert site.call("ann").due_at == attempt.ended_at + 72 * HOUR
    site.clock.pass_(5 * HOUR)
    site.dial()
    assert exchange.rung[ANN] == 1


def test_too_many_abandoned_calls_stop_dialling_for_a_day(place: tuple[Site, Exchange]) -> None:
    site, exchange = place
    exchange.default = Answers(talks_s=30)
    for call_id, number in (("ann", ANN), ("bob", BOB)):
        site.sessions[number] = Session("declined", sound_s=None)
        site.enqueue(call_id, number)
        site.dial()
        exchange.until(lambda number=number: exchange.over(number))  # type: ignore[misc]
        assert site.dialling.trouble is None
        site.clock.pass_(MINUTE)
    site.enqueue("cat", CAT)
    site.dial()
    assert site.dialling.trouble is not None
    assert "abandoned" in site.dialling.trouble
    assert [reason.code for reason in site.queue.rules.decide(CAT, site.clock.now()).reasons] == ["CAMPAIGN_PAUSED"]
    site.clock.pass_(24 * HOUR)
    site.dial()
    exchange.until(lambda: exchange.over(CAT))
    assert site.dialling.trouble is None


def test_machines_are_no_live_calls(place: tuple[Site, Exchange]) -> None:
    site, exchange = place
    site.sessions[ANN] = Session("no_answer")
    ring(site, exchange, Voicemail())
    site.sessions[BOB] = Session("sold")
    site.clock.pass_(MINUTE)
    ring(site, exchange, Answers(talks_s=30), call_id="bob", number=BOB)
    site.clock.pass_(MINUTE)
    ring(site, exchange, NoAnswer(), call_id="cat", number=CAT)
    assert site.dialling.attempts.live_calls(NOON - HOUR) == LiveCalls(answered=1, abandoned=0)
