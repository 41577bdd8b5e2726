"""Claims of which nobody knows whether they were dialled: the process died, or Twilio's answer was lost.

A call that is there is found by a callback, which names the attempt, or by asking Twilio for the calls between the two
numbers since the claim. One that is not there twice, a lease apart, was never placed: the first time Twilio may still
have had the request before it. Until then the claim stays as it is, and its number on the line: nobody dials it.

| Twilio has | asked | |
|---|---|---|
| one call that belongs to no attempt | | it is ours: placed |
| several | | the first is ours; the others are hung up, and it is logged as the error that it is |
| none | once | ask again when the claim lapses again |
| none | twice | not placed: the call goes back to its place, and this counts as no attempt |
| no answer | | ask again when the claim lapses again |
"""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Protocol

from flowengine.adapters.twilio.placing import CallShown
from flowengine.errors import TelephonyError
from flowengine.service.dialling.orders import Orders
from flowengine.store.queue import CallQueue
from flowengine.store.queue_rows import Attempt

log = logging.getLogger(__name__)

MISSING = "not found at Twilio: never placed"


class Looking(Protocol):
    """What is asked of Twilio here."""

    def find_placed(self, to: str, from_: str, since: datetime) -> list[CallShown]: ...

    def cancel(self, call_sid: str) -> bool: ...


class Reconciling:
    """Remembers what was missing the first time; another process, or a new one, begins afresh."""

    def __init__(self, queue: CallQueue, twilio: Looking, orders: Orders, owner: str) -> None:
        self._queue = queue
        self._twilio = twilio
        self._orders = orders
        self._owner = owner
        self._missing: set[str] = set()

    def reconcile(self, now: datetime) -> int:
        """Look into the claims whose lease ran out; how many were settled. Raises StoreError."""
        settled = 0
        lapsed = self._queue.lapsed(now)
        self._missing &= {each.attempt_id for each in self._queue.live()}
        for attempt in lapsed:
            if self._queue.take_over(attempt.attempt_id, self._owner, now):
                settled += self._look(attempt, now)
        return settled

    def _look(self, attempt: Attempt, now: datetime) -> bool:
        try:
            found = self._twilio.find_placed(
                attempt.number, self._orders.shown(attempt.caller_id), since=attempt.started_at
            )
        except TelephonyError as error:
            log.warning(
                "a claim could not be looked into", extra={"attempt_id": attempt.attempt_id, "error": str(error)}
            )
            return False
        # One whose direction is not told is taken for ours: better to think of a call too many than of one too few.
        ours = [call for call in found if not call.direction.startswith("inbound") and self._is_free(call.call_sid)]
        if ours:
            return self._found(attempt, ours, now)
        if attempt.attempt_id not in self._missing:
            self._missing.add(attempt.attempt_id)
            return False
        log.warning("a claim was never placed; its call waits again", extra={"attempt_id": attempt.attempt_id})
        self._missing.discard(attempt.attempt_id)
        return self._queue.not_placed(attempt.attempt_id, now, now, MISSING)

    def _is_free(self, call_sid: str) -> bool:
        return self._queue.by_call_sid(call_sid) is None

    def _found(self, attempt: Attempt, calls: list[CallShown], now: datetime) -> bool:
        first, *others = sorted(calls, key=lambda call: (call.created_at is None, call.created_at or now))
        log.info("a lost call was found", extra={"attempt_id": attempt.attempt_id, "call_sid": first.call_sid})
        self._missing.discard(attempt.attempt_id)
        for other in others:
            log.error("a call that nobody asked for", extra={"attempt_id": attempt.attempt_id})
            try:
                self._twilio.cancel(other.call_sid)
            except TelephonyError:
                log.warning("it could not be taken back", extra={"call_sid": other.call_sid})
        return self._queue.placed(attempt.attempt_id, first.call_sid, now)
