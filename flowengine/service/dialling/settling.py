"""Whether an attempt is over, and its end: everything is read from the record, so any process can say it, at any time.

Three things tell of an end, in any order, each perhaps twice or never: Twilio's status callbacks, our own session's
record, and Twilio's answer when we ask. An attempt ends when they suffice:

| the session | Twilio's status | |
|---|---|---|
| ended by the flow or the caller | any | over: the outcome is the flow's |
| broke off | an end | over |
| was closed by another process | an end, ten seconds ago | over |
| broke off, or goes on | none yet | wait |
| goes on | an end, a minute ago | its process is dead: over, broken off |
| never began | an end, answered | over, when the stream has had ten seconds to come |
| never began | an end, not answered | over |
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import msgspec

from flowengine.adapters.twilio import callbacks
from flowengine.adapters.twilio.callbacks import ENDS, CallStatus, StatusCallback
from flowengine.compliance.policy import LONDON
from flowengine.errors import FlowNotValid, ProtocolError
from flowengine.graph.model import Disposition, Flow
from flowengine.runtime.last_words import HUNG_UP
from flowengine.service.dialling.outcomes import Over, Retries, Talk, concluded
from flowengine.service.library import FlowLibrary
from flowengine.store.attempts import Attempts, StatusKept
from flowengine.store.detail import CallDetail, detail
from flowengine.store.processes import STOPPED
from flowengine.store.queue import CallQueue
from flowengine.store.queue_rows import Attempt, AttemptEnd
from flowengine.store.store import Store

log = logging.getLogger(__name__)

STREAM_GRACE = timedelta(seconds=10)
"""A stream that has not come so long after the end of its call does not come; a session's record may come late, too."""
SESSION_GRACE = timedelta(minutes=1)
"""A session ends within seconds of its call, and a farewell takes no longer."""
CALL_BACK_SLOT = "callback_time"
"""The slot in which a flow keeps when the person wants to be called (flows/lib/uk_telesales.flow)."""
DIALOGUE = 2
"""So many answers that were understood are a person's: a machine says its greeting and no more."""


@dataclass(frozen=True, slots=True)
class Told:
    """What Twilio has said of a call. `at`: when its last status came about, or reached us."""

    status: CallStatus | None = None
    at: datetime | None = None
    rang: bool = False
    sip_response_code: int | None = None
    answered_by: str | None = None
    duration_s: int | None = None

    @property
    def is_over(self) -> bool:
        return self.status in ENDS


class Settling:
    """Ends attempts, each once."""

    def __init__(
        self, store: Store, queue: CallQueue, attempts: Attempts, library: FlowLibrary, retries: Retries
    ) -> None:
        self._store = store
        self._queue = queue
        self._attempts = attempts
        self._library = library
        self._retries = replace(retries, abandoned=timedelta(hours=queue.rules.policy.abandoned_hours))

    def settle(self, attempt_id: str, now: datetime, asked: Told | None = None) -> bool:
        """End the attempt if it is over; whether it has ended. `asked`: what Twilio has just answered. StoreError."""
        attempt = self._queue.attempt(attempt_id)
        if attempt is None or attempt.state == "ended":
            return True
        if attempt.call_sid is None:
            return False
        told = self.told(attempt.call_sid)
        if asked is not None and not told.is_over:
            told = asked
        end = self._end(attempt, told, now)
        if end is None:
            return False
        if self._queue.end(end):
            log.info("attempt ended", extra={"attempt_id": attempt_id, "outcome": end.outcome})
            if end.abandoned:
                log.warning("an answered call was abandoned", extra={"attempt_id": attempt_id})
        return True

    def told(self, call_sid: str) -> Told:
        """What Twilio's callbacks come to, in whatever order they came. Raises StoreError."""
        kept = self._attempts.statuses(call_sid)
        parsed = [each for each in map(_parsed, kept) if each is not None]
        status = callbacks.settled(parsed)
        last = next((each for each in parsed if each.status == status), None)
        if last is None:
            return Told()
        arrived = next(each.received_at for each in kept if each.sequence_number == last.sequence_number)
        return Told(
            status=status,
            at=min(last.at, arrived) if last.at is not None else arrived,
            rang=any(each.status in ("ringing", "in-progress", "completed") for each in parsed),
            sip_response_code=last.sip_response_code,
            answered_by=next((each.answered_by for each in parsed if each.answered_by), None),
            duration_s=last.duration_s,
        )

    def _end(self, attempt: Attempt, told: Told, now: datetime) -> AttemptEnd | None:
        call = self._store.call(attempt.attempt_id)
        over_at = told.at or now
        story: CallDetail | None = None
        if call is None:
            was_answered = attempt.answered_at is not None or told.status == "completed"
            if not told.is_over or (was_answered and now - over_at < STREAM_GRACE):
                return None
        else:
            if call.ended_at is None and not (told.is_over and now - over_at >= SESSION_GRACE):
                return None
            if call.abnormal and not told.is_over:
                return None
            if call.reason == STOPPED and now - over_at < STREAM_GRACE:
                # A process that starts closes the records of those that died, and of those that live beside it: what
                # the session itself says is on its way.
                return None
            over_at = call.ended_at or over_at
            story = detail(call, self._store.entries(call.call_id))
        queued = self._queue.call(attempt.call_id)
        over = Over(
            attempt_id=attempt.attempt_id,
            tries=queued.tries if queued is not None else self._retries.tries,
            ended_at=over_at,
            # Our session may know of the end before Twilio tells of it.
            status=told.status if told.is_over or story is None else "completed",
            sip_response_code=told.sip_response_code,
            rang=told.rang,
            answered_at=attempt.answered_at,
            answered_by=attempt.answered_by or told.answered_by,
            duration_s=told.duration_s if told.is_over or story is None else _seconds(story),
            talk=None if story is None else self._talk(story),
        )
        return concluded(over, self._retries)

    def _talk(self, story: CallDetail) -> Talk:
        sound = story.timings.first_sound
        flow = self._flow(story.flow)
        return Talk(
            outcome=story.outcome or "failed",
            disposition=_disposition(flow, story.outcome),
            abnormal=story.abnormal or story.ended_at is None,
            first_sound_at=None if sound is None else story.started_at + timedelta(seconds=sound),
            they_left=story.reason == HUNG_UP,
            spoke=sum(line.intent is not None for line in story.transcript if line.speaker == "caller") >= DIALOGUE,
            call_back_at=_call_back_at(flow, story),
        )

    def _flow(self, name: str) -> Flow | None:
        try:
            return self._library.get(name)
        except FlowNotValid:
            return None


def _seconds(story: CallDetail) -> int | None:
    return None if story.timings.duration is None else round(story.timings.duration)


def _parsed(kept: StatusKept) -> StatusCallback | None:
    """A callback as it was once understood; what cannot be read now says nothing."""
    try:
        return callbacks.parse_status(msgspec.json.decode(kept.payload, type=dict[str, str]))
    except (msgspec.MsgspecError, ProtocolError):
        return None


def _disposition(flow: Flow | None, outcome: str | None) -> Disposition | None:
    """A flow that is not there any more says nothing: then the person is not called again."""
    known = flow.outcomes.get(outcome) if flow is not None and outcome is not None else None
    return None if known is None else known.disposition


def _call_back_at(flow: Flow | None, story: CallDetail) -> datetime | None:
    """When the person asked to be called. Local time in London, which is what people mean."""
    slot = None if flow is None else flow.slots.get(CALL_BACK_SLOT)
    text = story.slots.get(CALL_BACK_SLOT)
    if slot is None or slot.type.kind != "datetime" or text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=LONDON)
