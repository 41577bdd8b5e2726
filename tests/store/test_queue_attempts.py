"""Attempts: placed, ended, left behind. Whatever is said twice changes nothing the second time."""

from __future__ import annotations

from typing import Any

import pytest

from flowengine.store.connection import Database
from flowengine.store.queue_rows import AttemptEnd, Wait
from tests.store.queue_cases import (
    DAY,
    HOUR,
    MINUTE,
    NOON,
    SECOND,
    claimed,
    number,
    put,
    queue_on,
    state_of,
)


def test_a_placed_attempt_is_found_by_its_sid(database: Database) -> None:
    queue = queue_on(database)
    put(queue)
    claim = claimed(queue)
    assert queue.by_call_sid("CA1") is None
    for _ in range(2):
        assert queue.placed(claim.attempt_id, "CA1", NOON + SECOND)
    attempt = queue.by_call_sid("CA1")
    assert attempt is not None
    assert (attempt.attempt_id, attempt.state) == (claim.attempt_id, "placed")
    assert queue.attempts_of("call-1") == queue.live() == [attempt]


def test_an_attempt_has_one_sid(database: Database) -> None:
    queue = queue_on(database)
    put(queue)
    claim = claimed(queue)
    queue.placed(claim.attempt_id, "CA1", NOON)
    assert not queue.placed(claim.attempt_id, "CA2", NOON)
    assert not queue.placed("nobody", "CA3", NOON)
    assert queue.by_call_sid("CA2") is None


def test_an_end_ends_the_call(database: Database) -> None:
    queue = queue_on(database)
    put(queue)
    claim = claimed(queue)
    queue.placed(claim.attempt_id, "CA1", NOON)
    later = NOON + MINUTE
    end = AttemptEnd(
        claim.attempt_id, later, "booked", status="completed", answered_by="human", duration_s=55, abandoned=True
    )
    assert queue.end(end)
    attempt = queue.attempt(claim.attempt_id)
    assert attempt is not None
    assert (attempt.state, attempt.ended_at, attempt.outcome) == ("ended", later, "booked")
    assert (attempt.status, attempt.answered_by, attempt.duration_s) == ("completed", "human", 55)
    assert attempt.abandoned
    call = queue.call("call-1")
    assert call is not None
    assert (call.state, call.outcome, call.ended_at) == ("ended", "booked", later)
    assert queue.live() == []


def test_an_end_with_a_retry_puts_the_call_back(database: Database) -> None:
    queue = queue_on(database)
    put(queue)
    claim = claimed(queue)
    assert queue.end(AttemptEnd(claim.attempt_id, NOON + MINUTE, "busy", NOON + HOUR, "RETRY"))
    assert state_of(queue) == ("waiting", NOON + HOUR, "RETRY", None)
    assert queue.claim(NOON + MINUTE, "one") == Wait(NOON + HOUR, "not due")
    second = claimed(queue, NOON + HOUR)
    assert [each.attempt_id for each in queue.attempts_of("call-1")] == [claim.attempt_id, second.attempt_id]
    assert second.call.tries == 1


def test_an_attempt_ends_once(database: Database) -> None:
    queue = queue_on(database)
    put(queue)
    claim = claimed(queue)
    queue.end(AttemptEnd(claim.attempt_id, NOON + MINUTE, "booked"))
    known = queue.attempt(claim.attempt_id)
    assert not queue.end(AttemptEnd(claim.attempt_id, NOON + HOUR, "busy", NOON + DAY, "RETRY"))
    assert not queue.not_placed(claim.attempt_id, NOON + HOUR, NOON + DAY, "429")
    assert not queue.end(AttemptEnd("nobody", NOON, "busy"))
    assert queue.attempt(claim.attempt_id) == known
    assert state_of(queue)[0] == "ended"


def test_the_end_of_an_older_attempt_leaves_a_newer_one_alone(database: Database) -> None:
    queue = queue_on(database)
    put(queue)
    first = claimed(queue)
    queue.end(AttemptEnd(first.attempt_id, NOON, "busy", NOON + HOUR, "RETRY"))
    claimed(queue, NOON + HOUR)
    assert not queue.end(AttemptEnd(first.attempt_id, NOON + HOUR, "completed"))
    assert state_of(queue)[0] == "dialling"


def test_a_sid_that_comes_after_the_end_is_kept(database: Database) -> None:
    """The last status callback can overtake Twilio's answer to our own request."""
    queue = queue_on(database)
    put(queue)
    claim = claimed(queue)
    queue.end(AttemptEnd(claim.attempt_id, NOON + SECOND, "busy"))
    assert queue.placed(claim.attempt_id, "CA1", NOON + 2 * SECOND)
    attempt = queue.by_call_sid("CA1")
    assert attempt is not None
    assert (attempt.state, attempt.outcome) == ("ended", "busy")
    assert state_of(queue)[3] == "busy"


def test_what_was_not_placed_is_no_attempt_by_the_caps(database: Database) -> None:
    queue = queue_on(database)
    put(queue)
    for minute in range(5):
        claim = claimed(queue, NOON + minute * MINUTE)
        assert queue.not_placed(claim.attempt_id, NOON + minute * MINUTE, NOON + (minute + 1) * MINUTE, "20429")
        assert not queue.not_placed(claim.attempt_id, NOON, None, "20429")
    attempt = queue.attempt(claim.attempt_id)
    assert attempt is not None
    assert (attempt.state, attempt.counts, attempt.error) == ("ended", False, "20429")
    call = queue.call("call-1")
    assert call is not None
    assert (call.tries, call.waits_for, call.due_at) == (0, "RETRY", NOON + 5 * MINUTE)
    assert claimed(queue, NOON + 5 * MINUTE).decision.counts.h24 == 0


@pytest.mark.parametrize(("counts", "tries"), [(False, 0), (True, 1)])
def test_what_can_never_be_placed_has_failed(database: Database, counts: bool, tries: int) -> None:
    queue = queue_on(database)
    put(queue)
    claim = claimed(queue)
    assert queue.not_placed(claim.attempt_id, NOON, None, "21211", counts=counts)
    call = queue.call("call-1")
    assert call is not None
    assert (call.state, call.outcome, call.tries) == ("ended", "failed", tries)


def test_what_was_placed_cannot_become_not_placed(database: Database) -> None:
    queue = queue_on(database)
    put(queue)
    claim = claimed(queue)
    queue.placed(claim.attempt_id, "CA1", NOON)
    assert not queue.not_placed(claim.attempt_id, NOON, NOON + HOUR, "timed out")
    assert state_of(queue)[0] == "dialling"


def test_a_lapsed_claim_is_taken_over_by_one(database: Database) -> None:
    queue, other = queue_on(database), queue_on(database)
    put(queue)
    claim = claimed(queue)
    before, after = NOON + 59 * SECOND, NOON + MINUTE
    assert queue.lapsed(before) == []
    assert not other.take_over(claim.attempt_id, "two", before)
    assert [each.attempt_id for each in queue.lapsed(after)] == [claim.attempt_id]
    assert [each.take_over(claim.attempt_id, owner, after) for each, owner in ((other, "two"), (queue, "three"))] == [
        True,
        False,
    ]
    assert queue.lapsed(after) == []
    # Its first owner sees before it dials that it is no longer his.
    assert queue.renew([claim.attempt_id], "one", after) == 0
    assert other.renew([claim.attempt_id], "two", after) == 1


def test_a_renewed_claim_does_not_lapse(database: Database) -> None:
    queue = queue_on(database)
    put(queue)
    claim = claimed(queue)
    assert queue.renew([claim.attempt_id, "nobody"], "one", NOON + 30 * SECOND) == 1
    assert queue.renew([], "one", NOON) == 0
    assert queue.lapsed(NOON + MINUTE) == []
    assert len(queue.lapsed(NOON + 90 * SECOND)) == 1


def test_a_placed_attempt_does_not_lapse_and_is_seen_as_unfinished(database: Database) -> None:
    queue = queue_on(database)
    put(queue)
    claim = claimed(queue)
    queue.placed(claim.attempt_id, "CA1", NOON)
    assert queue.lapsed(NOON + HOUR) == []
    assert queue.unfinished(NOON) == []
    assert [each.call_sid for each in queue.unfinished(NOON + SECOND)] == ["CA1"]
    queue.end(AttemptEnd(claim.attempt_id, NOON + HOUR, "failed"))
    assert queue.unfinished(NOON + HOUR) == []


@pytest.mark.parametrize("how", [{"retry_at": NOON + HOUR, "waits_for": "CALLBACK"}, {}])
def test_the_end_of_a_call_wakes_what_waits_for_its_number_and_nothing_else(
    database: Database, how: dict[str, Any]
) -> None:
    queue = queue_on(database)
    put(queue, "first")
    claim = claimed(queue)
    put(queue, "same number", now=NOON + SECOND)
    put(queue, "tomorrow", now=NOON + SECOND, not_before=NOON + DAY)
    put(queue, "other number", number=number(1), now=NOON + SECOND, not_before=NOON + HOUR)
    queue.end(AttemptEnd(claim.attempt_id, NOON + 10 * SECOND, "no_answer", **how))
    assert state_of(queue, "same number")[1] == NOON + 10 * SECOND
    assert state_of(queue, "tomorrow")[1] == NOON + DAY
    assert state_of(queue, "other number")[1] == NOON + HOUR
