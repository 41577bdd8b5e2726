"""Every call ends with an outcome: what no callback has ended, Twilio is asked about; what goes on too long is ended.

| how Twilio says it stands | what is done |
|---|---|
| an end | the attempt ends, as by a callback |
| no such call | the attempt ends as failed |
| not answered, minutes after it must have stopped ringing | taken back: it could ring after hours |
| in progress beyond the longest call, and some | hung up |
| anything else, or no answer | asked again later |
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from flowengine.adapters.twilio.placing import CallShown
from flowengine.errors import RequestRefused, TelephonyError
from flowengine.service.dialling.orders import OVERTIME_S, Orders
from flowengine.service.dialling.settling import Settling, Told
from flowengine.store.queue import CallQueue
from flowengine.store.queue_rows import Attempt

log = logging.getLogger(__name__)

ASK_EVERY = timedelta(minutes=2)
"""Callbacks come within seconds; who has none after this long asks."""
QUEUED_FOR = timedelta(minutes=5)
"""We pace our calls so that Twilio's own queue stays empty: what is in it for so long is taken out."""
RENEW = timedelta(seconds=30)
"""Before a lease has only so much left it is renewed."""
MARGIN = timedelta(minutes=2)
"""What Twilio's own time limit is given to work."""


class Asking(Protocol):
    """What is asked of Twilio here."""

    def fetch(self, call_sid: str) -> CallShown: ...

    def cancel(self, call_sid: str) -> bool: ...

    async def hang_up(self, call_sid: str) -> None: ...


class Reaper:
    """`is_live`: whether this process carries the call, so that nobody needs to be asked."""

    def __init__(
        self,
        queue: CallQueue,
        settling: Settling,
        twilio: Asking,
        orders: Orders,
        owner: str,
        is_live: Callable[[str], bool] = lambda attempt_id: False,
    ) -> None:
        self._queue = queue
        self._settling = settling
        self._twilio = twilio
        self._orders = orders
        self._owner = owner
        self._is_live = is_live
        self._asked: dict[str, datetime] = {}

    def reap(self, now: datetime) -> int:
        """Ask about every attempt that should have ended; how many have now. Raises StoreError."""
        placed = [each for each in self._queue.unfinished(now) if each.state == "placed"]
        mine = [each.attempt_id for each in placed if each.owner == self._owner and each.leased_until - now < RENEW]
        if mine:
            # So that the other processes know that somebody looks after these.
            self._queue.renew(mine, self._owner, now)
        self._asked = {each.attempt_id: self._asked.get(each.attempt_id, self._asked_first(each)) for each in placed}
        return sum(self._ask(each, now) for each in placed if self._is_to_ask(each, now))

    def _is_to_ask(self, attempt: Attempt, now: datetime) -> bool:
        if now - self._asked[attempt.attempt_id] < ASK_EVERY:
            return False
        if self._is_live(attempt.attempt_id):
            return now - attempt.started_at > self._longest
        return attempt.owner == self._owner or attempt.leased_until <= now

    def _asked_first(self, attempt: Attempt) -> datetime:
        """When it counts as asked about: one that a dead process left behind never was."""
        return attempt.started_at if attempt.owner == self._owner else attempt.started_at - ASK_EVERY

    @property
    def _longest(self) -> timedelta:
        return timedelta(seconds=self._orders.ring_s + self._orders.longest_call_s + OVERTIME_S) + MARGIN

    def _ask(self, attempt: Attempt, now: datetime) -> bool:
        self._asked[attempt.attempt_id] = now
        assert attempt.call_sid is not None
        try:
            told = _told(self._twilio.fetch(attempt.call_sid))
        except RequestRefused as error:
            if error.reason != "not_found":
                return False
            told = Told(status="failed", at=now)
        except TelephonyError as error:
            log.warning("an open call could not be asked about", extra=_facts(attempt, error))
            return False
        if told.is_over:
            return self._settling.settle(attempt.attempt_id, now, told)
        self._cut_short(attempt, told, now)
        return False

    def _cut_short(self, attempt: Attempt, told: Told, now: datetime) -> None:
        """What goes on for too long; that it has ended is seen the next time."""
        assert attempt.call_sid is not None
        age = now - attempt.started_at
        try:
            if told.status == "in-progress" and age > self._longest:
                log.warning("a call that goes on too long is ended", extra={"attempt_id": attempt.attempt_id})
                asyncio.run(self._twilio.hang_up(attempt.call_sid))
            elif told.status != "in-progress" and age > timedelta(seconds=self._orders.ring_s) + QUEUED_FOR:
                log.warning("a call that is not dialled is taken back", extra={"attempt_id": attempt.attempt_id})
                self._twilio.cancel(attempt.call_sid)
        except TelephonyError as error:
            log.warning("it could not be ended", extra=_facts(attempt, error))


def _told(shown: CallShown) -> Told:
    return Told(
        status=shown.status,
        at=shown.ended_at,
        # In doubt it rang, and counts.
        rang=shown.status != "failed" or shown.started_at is not None,
        answered_by=shown.answered_by,
        duration_s=shown.duration_s,
    )


def _facts(attempt: Attempt, error: TelephonyError) -> dict[str, str]:
    return {"attempt_id": attempt.attempt_id, "error": str(error)}
