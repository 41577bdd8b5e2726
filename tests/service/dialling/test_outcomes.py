"""How attempts end and when the person is called again: one row a case."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from flowengine.adapters.twilio.callbacks import CallStatus
from flowengine.compliance.rules.campaign_paused import too_many
from flowengine.errors import RefusalReason
from flowengine.service.dialling.outcomes import Over, Retries, Talk, concluded, refused

ANSWERED = datetime(2026, 11, 24, 10, 0, 20, tzinfo=UTC)
ENDED = ANSWERED + timedelta(minutes=1)
RETRIES = Retries()
HALF_AN_HOUR, FOUR_HOURS, A_DAY = timedelta(minutes=30), timedelta(hours=4), timedelta(hours=24)
CALL_BACK = ENDED + timedelta(days=2)


def over(status: CallStatus | None, **known: object) -> Over:
    return replace(Over("attempt-1", 1, ENDED, status), **known)  # type: ignore[arg-type]  # fields by name


def talk(outcome: str, **known: object) -> Talk:
    heard = Talk(outcome, None, abnormal=False, first_sound_at=ANSWERED + timedelta(seconds=0.5))
    return replace(heard, **known)  # type: ignore[arg-type]  # fields by name


def at_once(**known: object) -> Over:
    """Over 0.4 s after the answer, and nothing of ours was heard unless it is said."""
    said = talk("failed", **{"first_sound_at": None, **known})
    return over("completed", answered_at=ANSWERED, ended_at=ANSWERED + timedelta(seconds=0.4), talk=said)


@pytest.mark.parametrize(
    ("ended", "outcome", "again_in", "counts"),
    [
        (over("busy"), "busy", HALF_AN_HOUR, True),
        (over("no-answer", rang=True), "no_answer", FOUR_HOURS, True),
        (over("canceled"), "canceled", FOUR_HOURS, True),
        (over("failed", sip_response_code=503), "failed", FOUR_HOURS, True),
        (over("failed", sip_response_code=503, rang=True), "failed", FOUR_HOURS, True),
        (over("failed", sip_response_code=404), "invalid_number", None, True),
        (over("failed", sip_response_code=484), "invalid_number", None, True),
        (over("completed", answered_at=ANSWERED, answered_by="machine_start"), "machine", A_DAY, True),
        (over("completed", answered_at=ANSWERED, answered_by="fax"), "machine", A_DAY, True),
    ],
)
def test_what_the_telephone_says(ended: Over, outcome: str, again_in: timedelta | None, counts: bool) -> None:
    end = concluded(ended, RETRIES)
    assert (end.outcome, end.counts, end.abandoned) == (outcome, counts, False)
    assert end.retry_at == (None if again_in is None else ENDED + again_in)
    assert end.waits_for == (None if again_in is None else "RETRY")


@pytest.mark.parametrize(
    ("said", "answered_by", "retry_at", "waits_for"),
    [
        (talk("booked", disposition="success"), "human", None, None),
        (talk("removed", disposition="suppress"), "human", None, None),
        (talk("declined"), "human", None, None),
        (talk("no_answer", disposition="retry"), "human", ENDED + FOUR_HOURS, "RETRY"),
        (talk("no_answer", disposition="retry"), "machine_start", ENDED + A_DAY, "RETRY"),
        (talk("no_answer", disposition="retry", spoke=True), "machine_start", ENDED + FOUR_HOURS, "RETRY"),
        (talk("callback", disposition="retry", call_back_at=CALL_BACK), "human", CALL_BACK, "CALLBACK"),
        (talk("callback", disposition="retry", call_back_at=ANSWERED), "human", ENDED, "CALLBACK"),
        (talk("booked", disposition="success", call_back_at=CALL_BACK), "human", None, None),
        (talk("failed", abnormal=True), "human", ENDED + FOUR_HOURS, "RETRY"),
    ],
)
def test_what_the_conversation_came_to(
    said: Talk, answered_by: str, retry_at: datetime | None, waits_for: str | None
) -> None:
    end = concluded(over("completed", answered_at=ANSWERED, answered_by=answered_by, talk=said), RETRIES)
    assert (end.outcome, end.retry_at, end.waits_for) == (said.outcome, retry_at, waits_for)
    assert (end.counts, end.abandoned) == (True, False)


@pytest.mark.parametrize(
    ("ended", "abandoned"),
    [
        (over("completed", answered_at=ANSWERED), True),
        (over("completed"), True),
        (over("completed", answered_at=ANSWERED, answered_by="unknown"), True),
        (over("completed", answered_at=ANSWERED, answered_by="machine_start"), False),
        (over("completed", answered_at=ANSWERED, ended_at=ANSWERED + timedelta(seconds=1.9)), False),
        (over("completed", answered_at=ANSWERED, talk=talk("declined")), False),
        (over("completed", answered_at=ANSWERED, talk=talk("declined", first_sound_at=None)), True),
        (
            over(
                "completed",
                answered_at=ANSWERED,
                talk=talk("declined", first_sound_at=ANSWERED + timedelta(seconds=2)),
            ),
            False,
        ),
        (
            over(
                "completed",
                answered_at=ANSWERED,
                talk=talk("declined", first_sound_at=ANSWERED + timedelta(seconds=2.1)),
            ),
            True,
        ),
        # We left them, however soon; whoever leaves us as soon has not waited.
        (at_once(abnormal=True), True),
        (at_once(), True),
        (at_once(they_left=True), False),
        (at_once(they_left=True, abnormal=True), False),
        (at_once(abnormal=True, first_sound_at=ANSWERED + timedelta(seconds=0.2)), False),
        (replace(at_once(abnormal=True), answered_by="machine_start"), False),
        (over("no-answer"), False),
        (over("busy"), False),
    ],
)
def test_who_hears_nothing_for_two_seconds_was_abandoned(ended: Over, abandoned: bool) -> None:
    assert concluded(ended, RETRIES).abandoned is abandoned


def test_an_abandoned_call_is_made_again_when_the_rules_allow_it() -> None:
    silent = over("completed", answered_at=ANSWERED)
    end = concluded(silent, RETRIES)
    assert (end.retry_at, end.waits_for) == (ENDED + timedelta(hours=72), "ABANDONED_72H")
    end = concluded(silent, Retries(failed=timedelta(hours=96)))
    assert (end.retry_at, end.waits_for) == (ENDED + timedelta(hours=96), "RETRY")


def test_whoever_hangs_up_at_once_is_called_again_like_one_who_did_not_answer() -> None:
    end = concluded(over("completed", answered_at=ANSWERED, ended_at=ANSWERED + timedelta(seconds=1)), RETRIES)
    assert (end.outcome, end.retry_at) == ("hung_up", end.ended_at + FOUR_HOURS)


@pytest.mark.parametrize("status", ["busy", "no-answer", "failed", "canceled"])
def test_the_last_try_is_the_last(status: CallStatus) -> None:
    assert concluded(over(status, tries=5), RETRIES).retry_at is not None
    end = concluded(over(status, tries=6), RETRIES)
    assert (end.retry_at, end.waits_for) == (None, None)


def test_a_call_back_that_was_asked_for_is_made_after_the_last_try_too() -> None:
    said = talk("callback", disposition="retry", call_back_at=CALL_BACK)
    assert concluded(over("completed", tries=6, answered_at=ANSWERED, talk=said), RETRIES).retry_at == CALL_BACK


@pytest.mark.parametrize(
    ("reason", "outcome", "again"),
    [
        ("invalid_number", "invalid_number", False),
        ("blocked_number", "blocked_number", False),
        ("not_permitted", "not_permitted", False),
        ("caller_id", "caller_id_refused", False),
        ("bad_request", "failed", True),
    ],
)
def test_what_twilio_refuses_to_place_counts_for_nothing(reason: RefusalReason, outcome: str, again: bool) -> None:
    end = refused("attempt-1", reason, "Twilio refused (HTTP 400)", tries=1, now=ENDED, retries=RETRIES)
    assert (end.outcome, end.counts, end.retry_at is not None) == (outcome, False, again)
    assert refused("attempt-1", reason, "", tries=6, now=ENDED, retries=RETRIES).retry_at is None


@pytest.mark.parametrize(
    ("answered", "abandoned", "paused"), [(1, 1, False), (2, 2, True), (66, 2, True), (67, 2, False)]
)
def test_a_share_needs_two(answered: int, abandoned: int, paused: bool) -> None:
    assert too_many(answered, abandoned) is paused
