"""Dialling as the rest of the service sees it: it is started, woken and stopped, and told what Twilio and sessions say.

Its methods block on the record: from the event loop they are called in a thread. An attempt's id is the call_id of its
call's record, so that both are found by either.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import msgspec

from flowengine.adapters.twilio.callbacks import ENDS
from flowengine.adapters.twilio.rest import TwilioRest
from flowengine.conversation.slots import check_contact
from flowengine.errors import FlowEngineError, StoreError
from flowengine.service.dialling.dialler import NOT_PLACED, Dialler, utc_now
from flowengine.service.dialling.orders import Orders
from flowengine.service.dialling.reaper import Reaper
from flowengine.service.dialling.reconcile import Reconciling
from flowengine.service.dialling.settings import DiallingSettings
from flowengine.service.dialling.settling import Settling
from flowengine.service.library import FlowLibrary
from flowengine.store.attempts import Attempts
from flowengine.store.queue import CallQueue
from flowengine.store.queue_rows import AttemptEnd, Claim
from flowengine.store.store import Store

log = logging.getLogger(__name__)

WATCH_S = 5.0
"""Ends that wait for a session, claims that lapsed, calls that nobody ended: each is looked at this often."""
RINGING_S = 60.0
"""Beside its ringing time a call takes so long at most until it is answered or over, as far as room is concerned."""

STREAM_S = 10.0
"""An answered call has a stream within a second or two; without one it takes no room any longer than this."""

Refusal = Literal["unknown", "over", "do not call"]


@dataclass(frozen=True, slots=True)
class PickedUp:
    """A call of ours was answered: what to run."""

    flow: str
    contact: dict[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Carrier:
    """The calls of this process: whether one more could be carried, beside so many that ring; which are live."""

    has_room: Callable[[int], bool]
    is_live: Callable[[str], bool]


class Dialling:
    """One process's share in the queue. A process that only answers has all of it but the dialler."""

    def __init__(
        self,
        store: Store,
        queue: CallQueue,
        library: FlowLibrary,
        twilio: TwilioRest,
        orders: Orders,
        settings: DiallingSettings,
        carrier: Carrier,
        *,
        owner: str,
        pool: Executor | None = None,
        now: Callable[[], datetime] = utc_now,
        monotonic: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.queue = queue
        self.twilio = twilio
        self.settings = settings
        self._store = store
        self._library = library
        self._carrier = carrier
        self._ring_s = orders.ring_s
        self._now = now
        self._monotonic = monotonic
        self.attempts = Attempts(store.database)
        self._ringing: dict[str, tuple[float, Claim]] = {}
        self._lock = threading.Lock()
        self.dialler = Dialler(
            queue,
            twilio,
            orders,
            settings.retries,
            owner=owner,
            is_paused=queue.rules.is_paused or (lambda now: False),
            has_room=lambda: carrier.has_room(self.ringing()),
            unfit=self._unfit,
            on_order=self._about_to_ring,
            on_no_call=self._no_longer_rings,
            pool=pool,
            now=now,
            monotonic=monotonic,
            chance=chance,
        )
        self.settling = Settling(store, queue, self.attempts, library, settings.retries)
        self.reconciling = Reconciling(queue, twilio, orders, owner)
        self.reaper = Reaper(queue, self.settling, twilio, orders, owner, carrier.is_live)
        self._stopping = threading.Event()
        self._watch = threading.Thread(target=self._watching, name="dialling watch", daemon=True)

    # Its life.

    def start(self) -> None:
        self._watch.start()
        if self.settings.on:
            self.dialler.start()

    def wake(self) -> None:
        """A call was queued."""
        self.dialler.wake()

    def refuse_new(self) -> None:
        """The service is going to stop: no new calls. Safe in a signal handler."""
        self.dialler.refuse_new()

    def stop(self) -> None:
        """Finish what is in hand, and take back what still rings. Idempotent."""
        self.dialler.stop()
        if not self._stopping.is_set():
            self._take_back_ringing()
        self._stopping.set()
        if self._watch.is_alive():
            self._watch.join()

    @property
    def trouble(self) -> str | None:
        """Why nobody is dialled, if something is wrong."""
        return self.dialler.trouble if self.settings.on else None

    def ringing(self) -> int:
        """How many calls may turn up here. Those that are live are counted with the live ones."""
        now = self._monotonic()
        with self._lock:
            self._ringing = {key: value for key, value in self._ringing.items() if value[0] > now}
            return sum(not self._carrier.is_live(each) for each in self._ringing)

    # What it is told. All of it may come twice and in any order. Each raises StoreError, unless it says otherwise.

    def answered(self, attempt_id: str, call_sid: str) -> PickedUp | Refusal:
        """Twilio asks what a call of ours should do, so somebody has answered it."""
        now = self._now()
        try:
            return self._picked_up(attempt_id, call_sid, now)
        except StoreError:
            # The call was decided on moments ago, by a record that could be read: whoever is there is spoken with.
            with self._lock:
                _, claim = self._ringing.get(attempt_id, (0.0, None))
            if claim is None:
                raise
            log.warning("answered without the record", extra={"attempt_id": attempt_id})
            return PickedUp(claim.call.flow, msgspec.json.decode(claim.call.contact, type=dict[str, Any]))

    def told(self, attempt_id: str, call_sid: str) -> None:
        """A status callback has been kept."""
        if not self.queue.placed(attempt_id, call_sid, self._now()):
            log.error("a status callback for no attempt of ours", extra={"attempt_id": attempt_id})
            return
        status = self.settling.told(call_sid).status
        if status is None:
            return
        attempt = self.queue.attempt(attempt_id)
        if attempt is not None and attempt.outcome == NOT_PLACED and status not in ENDS:
            # It was taken for one that was never placed, and its number may be called again.
            log.error("a call for an attempt that was given back is taken back", extra={"attempt_id": attempt_id})
            self.dialler.take_back(call_sid)
        self.attempts.stands(attempt_id, status)
        if status in ENDS:
            self._settle(attempt_id)

    def verdict(self, attempt_id: str, answered_by: str) -> None:
        """Twilio thinks that it knows who has answered."""
        self.attempts.answered_by(attempt_id, answered_by)

    def over(self, attempt_id: str) -> None:
        """The session of a call has ended, and its record is kept. Raises nothing: the watch looks again."""
        try:
            self._settle(attempt_id)
        except StoreError:
            log.warning("an attempt could not be ended yet", extra={"attempt_id": attempt_id})

    # How.

    def _picked_up(self, attempt_id: str, call_sid: str, now: datetime) -> PickedUp | Refusal:
        attempt = self.queue.attempt(attempt_id)
        if attempt is None or attempt.call_sid not in (None, call_sid):
            return "unknown"
        if attempt.state == "ended":
            return "over"
        self.queue.placed(attempt_id, call_sid, now)
        self.attempts.answered(attempt_id, now)
        if self._store.is_suppressed(attempt.number):
            # They opted out between the decision and the ring of the telephone.
            self.queue.end(AttemptEnd(attempt_id, now, "do_not_call"))
            self._no_longer_rings(attempt_id)
            return "do not call"
        call = self.queue.call(attempt.call_id)
        if call is None:
            return "unknown"
        with self._lock:
            if attempt_id in self._ringing:
                self._ringing[attempt_id] = (self._monotonic() + STREAM_S, self._ringing[attempt_id][1])
        return PickedUp(call.flow, msgspec.json.decode(call.contact, type=dict[str, Any]))

    def _settle(self, attempt_id: str) -> None:
        if self.settling.settle(attempt_id, self._now()):
            self._no_longer_rings(attempt_id)
            self.dialler.wake()

    def _unfit(self, claim: Claim) -> str | None:
        """Whoever answers must be spoken with: a flow that cannot run is found out before anything rings."""
        try:
            flow = self._library.get(claim.call.flow)
            check_contact(flow, msgspec.json.decode(claim.call.contact, type=dict[str, Any]))
        except (FlowEngineError, msgspec.DecodeError) as error:
            return f"the flow cannot run with this contact ({type(error).__name__})"
        return None

    def _about_to_ring(self, claim: Claim) -> None:
        with self._lock:
            self._ringing[claim.attempt_id] = (self._monotonic() + self._ring_s + RINGING_S, claim)

    def _take_back_ringing(self) -> None:
        """Whoever picked up from now on would find nobody here."""
        with self._lock:
            ringing = {each for each in self._ringing if not self._carrier.is_live(each)}
        if not ringing:
            return
        try:
            live = self.queue.live()
        except StoreError:
            log.warning("calls that ring could not be taken back", extra={"calls": len(ringing)})
            return
        for attempt in live:
            if attempt.attempt_id in ringing and attempt.call_sid is not None:
                self.dialler.take_back(attempt.call_sid)

    def _no_longer_rings(self, attempt_id: str) -> None:
        with self._lock:
            self._ringing.pop(attempt_id, None)

    def _watching(self) -> None:
        while not self._stopping.wait(WATCH_S):
            try:
                self.look()
            except StoreError as error:
                log.warning("open calls could not be looked at", extra={"error": str(error)})
            except Exception as error:
                # A defect of ours must not leave calls without an end for good.
                log.error("the watch over open calls failed", extra={"error": type(error).__name__})

    def look(self) -> None:
        """One look at all that is open. Raises StoreError."""
        now = self._now()
        for attempt in self.queue.live():
            if attempt.status in ENDS and not self._carrier.is_live(attempt.attempt_id):
                self._settle(attempt.attempt_id)
        if self.reconciling.reconcile(now) + self.reaper.reap(now):
            self.dialler.wake()
