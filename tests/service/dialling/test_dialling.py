"""Calls of the queue are made against the simulated Twilio: what becomes of them, and when they are made again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec import structs

from flowengine.compliance.guard import decide
from flowengine.compliance.rules.campaign_paused import too_many
from flowengine.errors import StoreError
from flowengine.service.dialling.dialling import PickedUp
from flowengine.store.attempts import LiveCalls
from flowengine.store.queue_rows import Attempt, Claim, Pace
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
    Fails,
    Line,
    NoAnswer,
    PlacingTrouble,
    Rejected,
    Voicemail,
    slow_down,
)
from tests.service.dialling.site import NOON, OURS, Session, Site, site_on
from tests.store.queue_cases import listed

ANN, BOB, CAT = "+447700900001", "+447700900002", "+447700900003"
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
EVERYWHERE = "every callback twice, the last one first"
DECISION = decide(ANN, NOON)
WHIRL = Callbacks(reversed=True, times=2)


@pytest.fixture
def place(database_url: str, tmp_path: Path) -> Iterator[tuple[Site, Exchange]]:
    with site_on(database_url, tmp_path) as opened:
        yield opened


def ring(site: Site, exchange: Exchange, line: Line, *, call_id: str = "ann", number: str = ANN) -> None:
    """Queue a call, make it, and wait until the last is told of it."""
    exchange.script(number, line)
    site.enqueue(call_id, number)
    site.dial()
    exchange.until(lambda: exchange.over(number))


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
        (Session("failed", abnormal=True), "waiting", NOON + timedelta(seconds=30) + 4 * HOUR, "RETRY"),
    ],
    ids=lambda value: value.outcome if isinstance(value, Session) else None,
)
def test_what_a_conversation_came_to_decides(
    place: tuple[Site, Exchange], session: Session, state: str, due_at: datetime | None, waits_for: str | None
) -> None:
    site, exchange = place
    site.sessions[ANN] = session
    ring(site, exchange, Answers(talks_s=30))
    (attempt,) = site.attempts("ann")
    assert (attempt.state, attempt.outcome, attempt.abandoned) == ("ended", session.outcome, False)
    call = site.call("ann")
    assert (call.state, call.waits_for) == (state, waits_for)
    assert due_at is None or call.due_at == due_at


@pytest.mark.parametrize("sound_s", [None, 2.5])
def test_silence_after_the_answer_makes_it_abandoned(place: tuple[Site, Exchange], sound_s: float | None) -> None:
    site, exchange = place
    site.sessions[ANN] = Session("declined", sound_s=sound_s)
    ring(site, exchange, Answers(talks_s=30))
    assert site.attempts("ann")[0].abandoned


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
    site.clock.pass_(5 * HOUR)
    site.dial()
    assert site.call("ann").waits_for == "ABANDONED_72H"
    assert exchange.rung[ANN] == 1


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


def test_a_flow_that_cannot_run_rings_nobody(place: tuple[Site, Exchange]) -> None:
    site, exchange = place
    site.enqueue("ann", ANN, flow="gone")
    site.dial()
    assert (site.call("ann").outcome, exchange.rest.orders) == ("not_runnable", [])
    assert not site.attempts("ann")[0].counts


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


def test_a_refused_caller_id_of_ours_stops_dialling(place: tuple[Site, Exchange]) -> None:
    site, exchange = place
    exchange.rest.belongings.numbers.clear()
    site.enqueue("ann", ANN)
    site.dial()
    assert site.call("ann").state == "waiting"
    assert site.dialling.trouble is not None
    assert "TWILIO_DEFAULT_FROM" in site.dialling.trouble


def test_a_refused_caller_id_of_the_call_ends_the_call_alone(place: tuple[Site, Exchange]) -> None:
    site, exchange = place
    exchange.default = Busy()
    site.enqueue("ann", ANN, caller_id="+441134960129")
    site.dial()
    assert (site.call("ann").outcome, site.dialling.trouble) == ("caller_id_refused", None)


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


@pytest.mark.parametrize(
    ("answered", "abandoned", "paused"), [(1, 1, False), (2, 2, True), (66, 2, True), (67, 2, False)]
)
def test_a_share_needs_two(answered: int, abandoned: int, paused: bool) -> None:
    assert too_many(answered, abandoned) is paused


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
