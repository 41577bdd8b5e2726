"""Calls of the queue are made against the simulated Twilio: what becomes of them, and when they are made again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec import structs

from flowengine.store.processes import STOPPED
from flowengine.store.queue_rows import Pace
from flowengine.testing.twilio.exchange import Exchange
from flowengine.testing.twilio.lines import (
    Answers,
    Busy,
    Callbacks,
    Fails,
    Line,
    NoAnswer,
    Rejected,
    Voicemail,
)
from tests.service.dialling.site import ANN, BOB, CAT, HOUR, MINUTE, NOON, OURS, Session, Site, ring, site_on
from tests.store.queue_cases import listed

EVERYWHERE = "every callback twice, the last one first"
WHIRL = Callbacks(reversed=True, times=2)


def test_a_dead_number_is_dialled_no_oftener_than_the_cap(place: tuple[Site, Exchange]) -> None:
    site, exchange = place
    exchange.script(ANN, Fails(sip_code=404))
    for at in range(5):
        site.enqueue(f"ann {at}", ANN)
        site.dial()
        exchange.until(lambda: not site.queue.live())
        site.clock.pass_(MINUTE)
    assert exchange.rung[ANN] == site.queue.rules.policy.cap_24h
    assert site.call("ann 4").waits_for == "CAP_24H"


@pytest.mark.parametrize("callbacks", [Callbacks(), WHIRL], ids=["callbacks in order", EVERYWHERE])
@pytest.mark.parametrize(
    ("line", "outcome", "again_in"),
    [
        (Busy(), "busy", 30 * MINUTE),
        (NoAnswer(), "no_answer", 4 * HOUR),
        (Voicemail(), "machine", 24 * HOUR),
        (Fails(sip_code=503), "failed", 4 * HOUR),
        (Fails(sip_code=404), "invalid_number", None),
        (Rejected(code=21211), "invalid_number", None),
        (Rejected(code=21216), "blocked_number", None),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, str | timedelta) else None,
)
def test_each_outcome_has_its_time(
    place: tuple[Site, Exchange], line: Line, outcome: str, again_in: timedelta | None, callbacks: Callbacks
) -> None:
    site, exchange = place
    exchange.script(ANN, structs.replace(line, callbacks=callbacks))
    site.enqueue("ann", ANN)
    site.dial()
    if not isinstance(line, Rejected):
        exchange.until(lambda: exchange.over(ANN))
    # A machine is answered, and its session never comes: only later is that sure.
    site.clock.pass_(11 * timedelta(seconds=1))
    site.dialling.look()
    (attempt,) = site.attempts("ann")
    assert (attempt.state, attempt.outcome, attempt.abandoned) == ("ended", outcome, False)
    call = site.call("ann")
    if again_in is None:
        assert (call.state, call.outcome) == ("ended", outcome)
    else:
        assert (call.state, call.waits_for) == ("waiting", "RETRY")
        assert timedelta() <= call.due_at - NOON - again_in < timedelta(seconds=30)
    assert exchange.rung[ANN] == (0 if isinstance(line, Rejected) else 1)


@pytest.mark.parametrize(
    ("session", "state", "due_at", "waits_for"),
    [
        (Session("sold"), "ended", None, None),
        (Session("declined"), "ended", None, None),
        (Session("removed"), "ended", None, None),
        (Session("no_answer"), "waiting", NOON + timedelta(seconds=30) + 4 * HOUR, "RETRY"),
        (
            Session("callback", slots={"callback_time": "2026-11-26T14:30:00"}),
            "waiting",
            datetime(2026, 11, 26, 14, 30, tzinfo=UTC),
            "CALLBACK",
        ),
        (
            Session("callback", slots={"callback_time": "2027-06-01T14:30:00+01:00"}),
            "waiting",
            datetime(2027, 6, 1, 13, 30, tzinfo=UTC),
            "CALLBACK",
        ),
        (Session("failed", abnormal=True, reason=STOPPED), "waiting", NOON + timedelta(seconds=30) + 4 * HOUR, "RETRY"),
    ],
    ids=lambda value: value.outcome if isinstance(value, Session) else None,
)
def test_what_a_conversation_came_to_decides(
    place: tuple[Site, Exchange], session: Session, state: str, due_at: datetime | None, waits_for: str | None
) -> None:
    site, exchange = place
    site.sessions[ANN] = session
    ring(site, exchange, Answers(talks_s=30))
    if session.abnormal:
        # Somebody else may have closed the record of a session that lives.
        assert site.attempts("ann")[0].state == "placed"
        site.clock.pass_(timedelta(seconds=11))
        site.dialling.look()
    (attempt,) = site.attempts("ann")
    assert (attempt.state, attempt.outcome, attempt.abandoned) == ("ended", session.outcome, False)
    assert session.abnormal or (attempt.status, attempt.duration_s) == ("completed", 30)
    call = site.call("ann")
    assert (call.state, call.waits_for) == (state, waits_for)
    assert due_at is None or call.due_at == due_at


def test_whoever_opts_out_while_it_rings_is_not_spoken_with(place: tuple[Site, Exchange]) -> None:
    site, exchange = place
    exchange.script(ANN, Answers(talks_s=30))
    site.enqueue("ann", ANN)
    site.dialling.dialler._on_order = lambda claim: listed(site.database, ANN)
    site.dial()
    exchange.until(lambda: exchange.over(ANN))
    (attempt,) = site.attempts("ann")
    assert (attempt.outcome, attempt.abandoned) == ("do_not_call", False)
    assert (site.call("ann").state, site.call("ann").outcome) == ("ended", "do_not_call")
    assert any(each.what == "fetched" and "Hangup" in each.detail for each in exchange.happened)


def test_outside_hours_a_call_waits_and_nothing_is_asked(place: tuple[Site, Exchange]) -> None:
    site, exchange = place
    site.clock.time = datetime(2026, 11, 24, 22, tzinfo=UTC)
    exchange.script(ANN, Busy())
    site.enqueue("ann", ANN)
    assert site.dial() > 0
    assert (site.call("ann").waits_for, exchange.rest.orders) == ("OUTSIDE_HOURS", [])
    site.clock.time = datetime(2026, 11, 25, 8, tzinfo=UTC)
    site.dial()
    exchange.until(lambda: exchange.over(ANN))


def test_the_first_by_priority_is_dialled_first_and_the_line_has_its_pace(place: tuple[Site, Exchange]) -> None:
    site, exchange = place
    exchange.default = Busy()
    for call_id, number, priority in (("ann", ANN, 5), ("bob", BOB, 1), ("cat", CAT, 9)):
        site.enqueue(call_id, number, priority=priority)
    for wanted in (BOB, ANN, CAT):
        assert site.dial() == pytest.approx(1.0)
        assert exchange.rest.orders[-1]["To"] == [wanted]
        site.clock.pass_(timedelta(seconds=1))


def test_two_diallers_share_one_pace(database_url: str, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    with site_on(database_url, tmp_path, pace=Pace(at_once=3)) as (site, exchange):
        account = (exchange.account.sid, exchange.account.auth_token)
        other = Site(
            database_url, account, exchange.rest.url, tmp_path / "other", clock=site.clock, owner="two", pace=Pace(3)
        )
        try:
            for index in range(8):
                site.enqueue(f"call-{index}", f"+4477009000{index:02}")
            for second in range(1, 6):
                other.dial()
                site.dial()
                assert len(exchange.rest.orders) == min(second, 3)
                site.clock.pass_(timedelta(seconds=1))
        finally:
            other.close()


def test_an_order_says_who_calls_and_where_to_ask(place: tuple[Site, Exchange]) -> None:
    site, exchange = place
    ring(site, exchange, Busy())
    (order,) = exchange.rest.orders
    (attempt,) = site.attempts("ann")
    assert (order["From"], order["Timeout"], order["TimeLimit"], order["AsyncAmd"]) == (
        [OURS],
        ["25"],
        ["660"],
        ["true"],
    )
    for name, path in (("Url", "voice"), ("StatusCallback", "status-callback"), ("AsyncAmdStatusCallback", "amd")):
        assert order[name] == [f"{site.server.url}/twilio/{path}?attempt={attempt.attempt_id}"]
