"""What goes into the outbound queue and comes out of it. Times are aware datetimes; numbers are E.164."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from flowengine.compliance.verdict import Decision

QueueState = Literal["waiting", "dialling", "ended"]
AttemptState = Literal["claimed", "placed", "ended"]


@dataclass(frozen=True, slots=True)
class NewCall:
    """A call that somebody wants made. `contact` is JSON; `priority` 1 (first) to 10.

    `request_hash` tells whether two requests under one `idempotency_key` ask for the same; `requested_by` is who asked.
    """

    call_id: str
    number: str = field(repr=False)
    flow: str
    contact: str = field(default="{}", repr=False)
    priority: int = 5
    not_before: datetime | None = None
    caller_id: str | None = field(default=None, repr=False)
    idempotency_key: str | None = None
    request_hash: str | None = None
    requested_by: str | None = None
    campaign: str | None = None


@dataclass(frozen=True, slots=True)
class QueuedCall:
    """A call in the queue. `waits_for`: why it is not made now (a rule's code, `NOT_BEFORE`, `RETRY`, `CALLBACK`)."""

    call_id: str
    number: str = field(repr=False)
    flow: str
    contact: str = field(repr=False)
    caller_id: str | None = field(repr=False)
    priority: int
    state: QueueState
    due_at: datetime
    queued_at: datetime
    tries: int
    waits_for: str | None
    outcome: str | None
    ended_at: datetime | None
    requested_by: str | None
    campaign: str | None


@dataclass(frozen=True, slots=True)
class Accepted:
    """It is in the queue. `was_there`: the same request came before, under its idempotency key."""

    call: QueuedCall
    position: int
    decision: Decision
    was_there: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """The rules forbid it for good (or, where the request would not wait, for now): nothing was queued."""

    decision: Decision


@dataclass(frozen=True, slots=True)
class Conflict:
    """The idempotency key was used for another request."""

    call_id: str


@dataclass(frozen=True, slots=True)
class Counts:
    """What is in the queue. `is_more`: more calls wait than were counted. `dialling`: over all processes."""

    waiting: int
    is_more: bool
    dialling: int

    @property
    def is_empty(self) -> bool:
        return not (self.waiting or self.dialling)


@dataclass(frozen=True, slots=True)
class Pace:
    """How quickly we dial, over all processes: one call every `interval`, `at_once` at a time.

    `lease`: how long a claim belongs to the process that made it; longer than its request to Twilio may take.
    """

    at_once: int = 10
    interval: timedelta = timedelta(seconds=1)
    lease: timedelta = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Claim:
    """Decided, written down, and to be dialled now by the process that holds it."""

    attempt_id: str
    call: QueuedCall
    decision: Decision
    leased_until: datetime


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing to dial now. `until`: when that may change by itself; None: when somebody queues a call or one ends."""

    until: datetime | None
    why: Literal["empty", "not due", "pace", "at once", "more"]


@dataclass(frozen=True, slots=True)
class Attempt:
    """One time we dialled. `status` in the provider's words; `outcome` the flow's, or busy, no_answer, failed, …"""

    attempt_id: str
    call_id: str
    number: str = field(repr=False)
    flow: str
    caller_id: str | None = field(repr=False)
    state: AttemptState
    started_at: datetime
    owner: str
    leased_until: datetime
    call_sid: str | None
    status: str | None
    counts: bool
    abandoned: bool
    answered_by: str | None
    answered_at: datetime | None
    ended_at: datetime | None
    duration_s: int | None
    outcome: str | None
    error: str | None
    decision_id: str | None


@dataclass(frozen=True, slots=True)
class AttemptEnd:
    """How an attempt ended, and what follows: None (`retry_at`) ends the call for good.

    `waits_for`: RETRY, CALLBACK or a rule's code, where there is a `retry_at`.
    """

    attempt_id: str
    ended_at: datetime
    outcome: str
    retry_at: datetime | None = None
    waits_for: str | None = None
    status: str | None = None
    counts: bool = True
    abandoned: bool = False
    answered_by: str | None = None
    duration_s: int | None = None
    error: str | None = None
