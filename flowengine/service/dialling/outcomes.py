"""How an attempt ended, and whether and when the person is called again. Pure: all that is known comes in.

What the conversation came to goes before what the telephone says, and a person who spoke before Twilio's verdict that a
machine has answered: the verdict is wrong now and then, a dialogue is not.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from flowengine.adapters.twilio.callbacks import CallStatus
from flowengine.errors import RefusalReason
from flowengine.graph.model import Disposition
from flowengine.store.queue_rows import AttemptEnd

SILENCE = timedelta(seconds=2)
"""An answered call in which nothing of ours is heard for so long is abandoned (Ofcom, persistent misuse, 2010)."""
NO_SUCH_NUMBER = frozenset({404, 410, 484, 604})
"""SIP: not found, gone, address incomplete, does not exist anywhere (RFC 3261, section 21)."""
REFUSED_OUTCOMES: dict[RefusalReason, str] = {
    "invalid_number": "invalid_number",
    "blocked_number": "blocked_number",
    "not_permitted": "not_permitted",
    "caller_id": "caller_id_refused",
}
"""What Twilio refuses to place and would refuse again."""


@dataclass(frozen=True, slots=True)
class Retries:
    """In how long a call that came to nothing is tried again, by what became of it; `tries` in all at most.

    `asked`: the flow's outcome says `retry` and nobody named a time. A call-back that the person asked for is made even
    if it is one try more.
    """

    busy: timedelta = timedelta(minutes=30)
    no_answer: timedelta = timedelta(hours=4)
    machine: timedelta = timedelta(hours=24)
    failed: timedelta = timedelta(hours=4)
    asked: timedelta = timedelta(hours=4)
    tries: int = 6
    abandoned: timedelta = timedelta(hours=72)
    """How long the rules leave a number alone after an abandoned call (F4)."""


@dataclass(frozen=True, slots=True)
class Talk:
    """What the session says of the call. `spoke`: the person said something, so it was one.

    `first_sound_at` None: we were never heard. `they_left`: it was the person who hung up, and nothing of ours that
    ended the call. `call_back_at`: when the person asked to be called.
    """

    outcome: str
    disposition: Disposition | None
    abnormal: bool
    first_sound_at: datetime | None
    they_left: bool = False
    spoke: bool = False
    call_back_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Over:
    """All that is known of an attempt that is over. `tries` with this one; `talk` None: there never was a session.

    `rang`: it got as far as ringing. `answered_at`: when Twilio asked what the call should do.
    """

    attempt_id: str
    tries: int
    ended_at: datetime
    status: CallStatus | None
    sip_response_code: int | None = None
    rang: bool = False
    answered_at: datetime | None = None
    answered_by: str | None = None
    duration_s: int | None = None
    talk: Talk | None = None

    @property
    def was_answered(self) -> bool:
        """`completed` alone says so too: what was not answered ends otherwise."""
        return self.answered_at is not None or self.talk is not None or self.status == "completed"

    @property
    def by_machine(self) -> bool:
        """Twilio's verdict, unless somebody talked with us."""
        return is_machine(self.answered_by) and not (self.talk is not None and self.talk.spoke)


def is_machine(answered_by: str | None) -> bool:
    """Twilio's `AnsweredBy` for a machine; `human`, `unknown` and no verdict are not."""
    return answered_by is not None and (answered_by.startswith("machine") or answered_by == "fax")


def concluded(over: Over, retries: Retries) -> AttemptEnd:
    """The end of an attempt that was placed."""
    if over.was_answered:
        return _as_allowed(_answered(over, retries), retries)
    match over.status:
        case "busy":
            return _again(over, "busy", retries.busy, retries)
        case "no-answer":
            return _again(over, "no_answer", retries.no_answer, retries)
        case "canceled":
            return _again(over, "canceled", retries.failed, retries)
        case _ if over.sip_response_code in NO_SUCH_NUMBER:
            return _end(over, "invalid_number", None)
        case _:
            # It counts, rung or not: Twilio took the order. Else a dead number, queued again and again, would be
            # dialled without end.
            return _again(over, "failed", retries.failed, retries)


def _answered(over: Over, retries: Retries) -> AttemptEnd:
    talk, abandoned = over.talk, is_abandoned(over)
    if talk is None:
        if over.by_machine:
            return _again(over, "machine", retries.machine, retries)
        # Not abandoned and no session: they hung up before it was our turn.
        outcome, pause = ("abandoned", retries.failed) if abandoned else ("hung_up", retries.no_answer)
        return _again(over, outcome, pause, retries, abandoned=abandoned)
    if talk.abnormal:
        return _again(over, talk.outcome, retries.failed, retries, abandoned=abandoned)
    if talk.disposition != "retry":
        return _end(over, talk.outcome, None, abandoned=abandoned)
    if talk.call_back_at is not None:
        return _end(over, talk.outcome, max(talk.call_back_at, over.ended_at), "CALLBACK", abandoned=abandoned)
    pause = retries.machine if over.by_machine else retries.asked
    return _again(over, talk.outcome, pause, retries, abandoned=abandoned)


def _as_allowed(end: AttemptEnd, retries: Retries) -> AttemptEnd:
    """Not before F4 lets it be made: the queue then shows when it will be, not when it will be weighed and put off."""
    allowed = end.ended_at + retries.abandoned
    if not end.abandoned or end.retry_at is None or end.retry_at >= allowed:
        return end
    return replace(end, retry_at=allowed, waits_for="ABANDONED_72H")


def is_abandoned(over: Over) -> bool:
    """Somebody answered and heard nothing of us for two seconds, or till we left (rules A1, A2; F4 follows from it).

    Whoever hangs up sooner has not been kept waiting, and a machine is nobody.
    """
    if not over.was_answered or over.by_machine:
        return False
    if over.answered_at is None:
        # Twilio could not reach us, or the session's own beginning is all we have.
        return over.talk is None or over.talk.first_sound_at is None
    if over.talk is not None and over.talk.first_sound_at is None and not over.talk.they_left:
        # However short it was: they answered, and the line went dead.
        return True
    # Twilio's seconds of talk beside our own clock: a callback may come late, and with it the end as we know it.
    waited = max(over.ended_at - over.answered_at, timedelta(seconds=over.duration_s or 0))
    if over.talk is not None and over.talk.first_sound_at is not None:
        waited = min(waited, over.talk.first_sound_at - over.answered_at)
    return waited > SILENCE


def refused(
    attempt_id: str, reason: RefusalReason, error: str, *, tries: int, now: datetime, retries: Retries
) -> AttemptEnd:
    """The end of an attempt that Twilio refused to place: it counts for nothing, and for most reasons it is final."""
    outcome = REFUSED_OUTCOMES.get(reason, "failed")
    again = outcome == "failed" and tries < retries.tries
    return AttemptEnd(
        attempt_id=attempt_id,
        ended_at=now,
        outcome=outcome,
        retry_at=now + retries.failed if again else None,
        waits_for="RETRY" if again else None,
        counts=False,
        error=error,
    )


def _again(over: Over, outcome: str, pause: timedelta, retries: Retries, *, abandoned: bool = False) -> AttemptEnd:
    retry_at = over.ended_at + pause if over.tries < retries.tries else None
    return _end(over, outcome, retry_at, "RETRY", abandoned=abandoned)


def _end(
    over: Over,
    outcome: str,
    retry_at: datetime | None,
    waits_for: str = "RETRY",
    *,
    abandoned: bool = False,
) -> AttemptEnd:
    return AttemptEnd(
        attempt_id=over.attempt_id,
        ended_at=over.ended_at,
        outcome=outcome,
        retry_at=retry_at,
        waits_for=None if retry_at is None else waits_for,
        status=over.status,
        counts=True,
        abandoned=abandoned,
        answered_by=over.answered_by,
        duration_s=over.duration_s,
    )
