"""`GET /api/call/{sid}`: a call from its request to its end, whichever of its names is given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import msgspec

from flowengine.store.detail import CallDetail, Timings, find
from flowengine.store.queue import CallQueue
from flowengine.store.queue_rows import Attempt, AttemptState, QueuedCall, QueueState
from flowengine.store.store import Store


class AttemptMade(msgspec.Struct):
    """One time a queued call was dialled.

    `state`: claimed (being placed), placed, ended. `outcome`: the flow's, or busy, no_answer, failed, …; null: it goes
    on. `duration` in seconds. `decision_id` is that of the decision which allowed it.
    """

    attempt_id: str
    call_sid: str | None
    state: AttemptState
    status: str | None
    started_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    duration: int | None
    answered_by: str | None
    counts: bool
    abandoned: bool
    outcome: str | None
    error: str | None
    decision_id: str | None


class InQueue(msgspec.Struct):
    """The queued call that this call was made for.

    `state`: waiting, dialling, ended. `waits_for`: why it is not made now: a rule's code, NOT_BEFORE, RETRY, CALLBACK.
    """

    call_id: str
    state: QueueState
    priority: int
    position: int
    due_at: datetime
    queued_at: datetime
    tries: int
    waits_for: str | None
    outcome: str | None
    ended_at: datetime | None
    requested_by: str | None
    campaign: str | None


class Call(CallDetail, kw_only=True):
    """A live or past call, or one that waits to be made. Times of lines, visits, … are seconds since the connection.

    `queue` and `attempts` tell of the outbound queue; null and none for a call that did not come from there. While
    nobody has answered, `status` and `state` are the queue's (waiting, dialling, ended), `call_sid` that of the last
    attempt, `started_at` the moment of queueing; what is not known yet is "" or null.
    """

    queue: InQueue | None
    attempts: list[AttemptMade]


@dataclass(frozen=True, slots=True)
class CallViews:
    """Calls as people want to see them. Blocks on the record; every method raises StoreError."""

    store: Store
    queue: CallQueue

    def find(self, sid: str, now: datetime) -> Call | None:
        """By Twilio's CallSid, by the call_id of the queue, by that of an attempt (which its conversation has), or by a
        beginning of 8 characters or more that only one conversation has."""
        queued = self.queue.call(sid)
        attempt = None
        if queued is None:
            attempt = self.queue.attempt(sid) or self.queue.by_call_sid(sid)
            queued = None if attempt is None else self.queue.call(attempt.call_id)
        if queued is None:
            story = find(self.store, sid)
            # Its beginning may have been given.
            attempt = None if story is None else self.queue.attempt(story.call_id)
            queued = None if attempt is None else self.queue.call(attempt.call_id)
            if queued is None:
                return None if story is None else _with(story, None, [])
        attempts = self.queue.attempts_of(queued.call_id)
        entry = _in_queue(queued, self.queue.position(queued, now))
        for each in reversed(attempts) if attempt is None else [attempt]:
            story = find(self.store, each.attempt_id)
            if story is not None:
                return _with(story, entry, attempts)
        last = attempt or (attempts[-1] if attempts else None)
        return _with(_unanswered(queued, last), entry, attempts)


def _with(story: CallDetail, entry: InQueue | None, attempts: list[Attempt]) -> Call:
    return Call(**msgspec.structs.asdict(story), queue=entry, attempts=[_made(each) for each in attempts])


def _unanswered(queued: QueuedCall, last: Attempt | None) -> CallDetail:
    """The story of a call in which nobody has spoken."""
    return CallDetail(
        call_id=queued.call_id,
        call_sid=(last.call_sid if last is not None else None) or "",
        flow=queued.flow,
        version="",
        direction="outbound",
        status=queued.state,
        state=queued.state,
        outcome=queued.outcome,
        reason=queued.waits_for,
        abnormal=False,
        started_at=queued.queued_at,
        answered_at=last.answered_at if last is not None else None,
        ended_at=queued.ended_at,
        transcript=[],
        slots={},
        variants={},
        summary={},
        states=[],
        guards=[],
        actions=[],
        transfers=[],
        recordings=[],
        answered_by_machine=False,
        notes=[],
        timings=Timings(None, 0, []),
    )


def _in_queue(queued: QueuedCall, position: int) -> InQueue:
    return InQueue(
        call_id=queued.call_id,
        state=queued.state,
        priority=queued.priority,
        position=position,
        due_at=queued.due_at,
        queued_at=queued.queued_at,
        tries=queued.tries,
        waits_for=queued.waits_for,
        outcome=queued.outcome,
        ended_at=queued.ended_at,
        requested_by=queued.requested_by,
        campaign=queued.campaign,
    )


def _made(attempt: Attempt) -> AttemptMade:
    return AttemptMade(
        attempt_id=attempt.attempt_id,
        call_sid=attempt.call_sid,
        state=attempt.state,
        status=attempt.status,
        started_at=attempt.started_at,
        answered_at=attempt.answered_at,
        ended_at=attempt.ended_at,
        duration=attempt.duration_s,
        answered_by=attempt.answered_by,
        counts=attempt.counts,
        abandoned=attempt.abandoned,
        outcome=attempt.outcome,
        error=attempt.error,
        decision_id=attempt.decision_id,
    )
