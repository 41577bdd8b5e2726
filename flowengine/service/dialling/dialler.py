"""The dialler: claims the next call that is due and has Twilio place it, in threads of its own.

One thread claims; a few hands place, since one request may wait for its answer while the next call is due. It sleeps
until something can have changed: a call was queued or has ended here (`wake`), the next one is due, or, since another
process may have queued one, a few seconds have passed. Whether a call may be made is decided in `CallQueue.claim`, in
the transaction that writes the attempt down; the dialler only obeys.

What it must never do is ring a person twice. So a request that may have arrived is not sent again: the claim stays as
it is, and `reconcile` finds out. What surely did not arrive goes back to its place in the queue.
"""

from __future__ import annotations

import contextlib
import logging
import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Protocol

from flowengine.adapters.twilio.placing import CallOrder, PlacedCall
from flowengine.compliance.rules import campaign_paused
from flowengine.errors import (
    AccountRefused,
    AnswerLost,
    FlowEngineError,
    RequestNotSent,
    RequestRefused,
    SettingsError,
    SlowDown,
    StoreError,
    TelephonyError,
)
from flowengine.service.dialling.backing_off import REFUSED, TOO_MANY, UNREACHABLE, BackingOff, Pauses
from flowengine.service.dialling.orders import Orders
from flowengine.service.dialling.outcomes import Retries, refused
from flowengine.service.dialling.remedies import advice, trouble_of_ours
from flowengine.store.queue import CallQueue
from flowengine.store.queue_rows import AttemptEnd, Claim, Wait

log = logging.getLogger(__name__)

HANDS = 8
"""Requests to Twilio at once."""
POLL_S = 3.0
"""Another process may have queued a call, or ended one."""
STORE_RETRY_S = 5.0
LEAST_LEASE = timedelta(seconds=30)
"""With less than that left, the claim is renewed before the request is sent: nobody may look for the call meanwhile."""
PAUSED = f"{campaign_paused.DETAIL} (A2)"
NOT_PLACED = "not_placed"
"""The outcome of an attempt that was given back to the queue."""
WRITE_AGAIN_S = (0.2, 1.0, 5.0)
"""What Twilio has done is written down, if need be again and again; the callbacks and `reconcile` come after that."""


class Placing(Protocol):
    """What the dialler asks of Twilio."""

    def place(self, order: CallOrder) -> PlacedCall: ...

    def cancel(self, call_sid: str) -> bool: ...


def utc_now() -> datetime:
    return datetime.now(UTC)


class Dialler:
    """`owner` names this process in the record. `has_room`: whether this process can carry one more call.

    `is_paused`: whether too many calls were abandoned of late. `unfit`: why a call could not be held once it is
    answered, if so: then it is not dialled. `on_order`: it is about to be placed, and may be answered before we know
    that it was; `on_no_call`: it surely was not.
    """

    def __init__(
        self,
        queue: CallQueue,
        twilio: Placing,
        orders: Orders,
        retries: Retries,
        *,
        owner: str,
        has_room: Callable[[], bool] = lambda: True,
        is_paused: Callable[[datetime], bool] = lambda now: False,
        unfit: Callable[[Claim], str | None] = lambda claim: None,
        on_order: Callable[[Claim], None] = lambda claim: None,
        on_no_call: Callable[[str], None] = lambda attempt_id: None,
        pool: Executor | None = None,
        now: Callable[[], datetime] = utc_now,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._queue = queue
        self._twilio = twilio
        self._orders = orders
        self._retries = retries
        self._owner = owner
        self._has_room = has_room
        self._is_paused = is_paused
        self._unfit = unfit
        self._on_order = on_order
        self._on_no_call = on_no_call
        self._now = now
        self._sleep = sleep
        self._backing_off = BackingOff(monotonic, chance)
        self._hands = threading.BoundedSemaphore(HANDS)
        self._pool = pool or ThreadPoolExecutor(HANDS, thread_name_prefix="dial")
        self._thread = threading.Thread(target=self._run, name="dialler", daemon=True)
        self._awake = threading.Event()
        self._stopping = threading.Event()
        self._refuses = False
        self._told: set[str] = set()
        self._store_trouble: str | None = None
        self._line_trouble: str | None = None
        self._pause: str | None = None

    @property
    def trouble(self) -> str | None:
        """Why no calls are dialled though some may be due; None: nothing is wrong."""
        return self._store_trouble or self._line_trouble or self._pause

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        """Look now: a call was queued, or one has ended. From any thread; never waits."""
        self._awake.set()

    def refuse_new(self) -> None:
        """No claims from now on; those in hand are finished. It only sets a flag: a signal handler may take no lock."""
        self._refuses = True

    def stop(self) -> None:
        """Wait until what is in hand is done. Idempotent."""
        self.refuse_new()
        self._stopping.set()
        self.wake()
        if self._thread.is_alive():
            self._thread.join()
        self._pool.shutdown(wait=True)

    def _run(self) -> None:
        while not self._stopping.is_set():
            # Before looking, so that whoever wakes us meanwhile is not overheard.
            self._awake.clear()
            try:
                pause = self.turn()
            except Exception as error:
                # A defect of ours must not end all dialling in silence.
                log.error("the dialler failed", extra={"error": type(error).__name__})
                pause = STORE_RETRY_S
            self._awake.wait(pause)

    def turn(self) -> float:
        """Claim one call, if one may be made now, and hand it on; in how many seconds to look again."""
        if (pause := self._backing_off.left_s) > 0:
            return pause
        if self._refuses or not self._has_room() or not self._hands.acquire(blocking=False):
            return POLL_S
        claim: Claim | None = None
        try:
            now = self._now()
            if self._paused(now):
                # Not by weighing each call that waits, and putting it off.
                return POLL_S
            found = self._queue.claim(now, self._owner)
            self._store_works()
            if isinstance(found, Wait):
                return _seconds(found, now)
            claim = found
        except StoreError as error:
            self._store_fails(error)
            return STORE_RETRY_S
        finally:
            if claim is None:
                self._hands.release()
        self._pool.submit(self._in_hand, claim)
        return 0.0

    def _paused(self, now: datetime) -> bool:
        """Too many calls were abandoned of late (rule A2)."""
        paused = self._is_paused(now)
        if paused and self._pause is None:
            log.error("dialling is paused: too many calls were abandoned (A2)")
        elif self._pause is not None and not paused:
            log.info("dialling goes on: few enough calls were abandoned")
        self._pause = PAUSED if paused else None
        return paused

    def _in_hand(self, claim: Claim) -> None:
        try:
            self.dial(claim)
        except Exception as error:
            # Left as it is: `reconcile` finds out what became of it.
            log.error("dialling failed", extra={"attempt_id": claim.attempt_id, "error": type(error).__name__})
        finally:
            self._hands.release()
            self.wake()

    def dial(self, claim: Claim) -> None:
        """Have a claimed call placed, and write down what came of it."""
        if (reason := self._unfit(claim)) is not None:
            log.error("a call that cannot be held is not dialled", extra={"attempt_id": claim.attempt_id})
            end = AttemptEnd(claim.attempt_id, self._now(), "not_runnable", counts=False, error=reason)
            self._insist(lambda: self._queue.end(end))
            return
        try:
            order = self._orders.order(claim)
        except SettingsError as error:
            self._give_back(claim, error, REFUSED, trouble=str(error))
            return
        now = self._now()
        if claim.leased_until - now < LEAST_LEASE and not self._queue.renew([claim.attempt_id], self._owner, now):
            log.warning("a claim was taken over before it was dialled", extra={"attempt_id": claim.attempt_id})
            return
        self._on_order(claim)
        try:
            placed = self._twilio.place(order)
        except SlowDown as error:
            self._give_back(claim, error, TOO_MANY, told_s=error.retry_after_s)
        except RequestNotSent as error:
            self._give_back(claim, error, UNREACHABLE, trouble="Twilio cannot be reached")
        except AccountRefused as error:
            self._give_back(claim, error, REFUSED, trouble=str(error))
        except RequestRefused as error:
            self._refused(claim, error)
        except AnswerLost as error:
            log.warning("answer lost; looking for the call", extra=_facts(claim, error))
        else:
            self._line_works()
            self._placed(claim, placed.call_sid)

    def _placed(self, claim: Claim, call_sid: str) -> None:
        log.info("call placed", extra={"attempt_id": claim.attempt_id, "call_sid": call_sid})
        if self._insist(lambda: self._is_wanted(claim.attempt_id, call_sid)) is False:
            # It was taken for one that was never placed, and its number may be called again: this one must not ring.
            log.error("a call was placed for an attempt that is over", extra={"attempt_id": claim.attempt_id})
            self.take_back(call_sid)

    def take_back(self, call_sid: str) -> None:
        """A call that must not ring; one that is answered already hears a word of regret."""
        with contextlib.suppress(TelephonyError):
            self._twilio.cancel(call_sid)

    def _is_wanted(self, attempt_id: str, call_sid: str) -> bool:
        """Write down the call's sid; whether the attempt was still waiting for it, or has it from a callback."""
        if not self._queue.placed(attempt_id, call_sid, self._now()):
            return False
        attempt = self._queue.attempt(attempt_id)
        return attempt is not None and attempt.outcome != NOT_PLACED

    def _refused(self, claim: Claim, error: RequestRefused) -> None:
        self._on_no_call(claim.attempt_id)
        trouble = trouble_of_ours(error, own_caller_id=claim.call.caller_id is not None)
        if trouble is not None:
            # The fault is not the call's: with these settings no call would be placed.
            self._give_back(claim, error, REFUSED, trouble=trouble)
            return
        self._line_works()
        log.warning("call refused", extra=_facts(claim, error))
        what_to_do = advice(error)
        if what_to_do is not None and what_to_do not in self._told:
            # Once, not for each of a thousand calls that it may cost.
            self._told.add(what_to_do)
            log.error("Twilio refuses calls that this account could make", extra={"what_to_do": what_to_do})
        end = refused(
            claim.attempt_id,
            error.reason,
            str(error) if what_to_do is None else f"{error}: {what_to_do}",
            # As it stood before the claim.
            tries=claim.call.tries + 1,
            now=self._now(),
            retries=self._retries,
        )
        self._insist(lambda: self._queue.end(end))

    def _give_back(
        self,
        claim: Claim,
        error: FlowEngineError,
        pauses: Pauses,
        *,
        told_s: float | None = None,
        trouble: str | None = None,
    ) -> None:
        """Surely not placed: back to its place in the queue, and no other call for a while."""
        self._on_no_call(claim.attempt_id)
        self._backing_off.failed(pauses, told_s)
        is_told = trouble is not None and trouble == self._line_trouble
        if trouble is not None and not is_told:
            log.error("dialling stops", extra={"why": trouble})
        self._line_trouble = trouble
        log.log(
            logging.INFO if is_told else logging.WARNING,
            "call not placed; it waits again",
            extra={**_facts(claim, error), "again_in_s": round(self._backing_off.left_s)},
        )
        now = self._now()
        self._insist(lambda: self._queue.not_placed(claim.attempt_id, now, now, str(error)))

    def _insist(self, write: Callable[[], object]) -> object:
        """Write down what has happened, though the record may be away for a while; None when it stayed away."""
        for pause in (*WRITE_AGAIN_S, None):
            try:
                return write()
            except StoreError as error:
                self._store_fails(error)
                if pause is None:
                    break
                self._sleep(pause)
        log.error("what became of a call could not be written; it will be looked for")
        return None

    def _line_works(self) -> None:
        if self._line_trouble is not None:
            log.info("dialling goes on")
        self._line_trouble = None
        self._backing_off.works()

    def _store_works(self) -> None:
        if self._store_trouble is not None:
            log.info("dialling goes on: the record can be used again")
        self._store_trouble = None

    def _store_fails(self, error: StoreError) -> None:
        if self._store_trouble is None:
            log.error("dialling stops: the record cannot be used", extra={"error": str(error)})
        self._store_trouble = "the record cannot be used, so nobody is called"
        self._backing_off.hold(STORE_RETRY_S)


def _seconds(wait: Wait, now: datetime) -> float:
    """How long to sleep: what is due may be queued by another process."""
    if wait.why == "more":
        return 0.0
    return POLL_S if wait.until is None else min(POLL_S, max(0.0, (wait.until - now).total_seconds()))


def _facts(claim: Claim, error: FlowEngineError) -> dict[str, str]:
    """For the log. The text of a TelephonyError holds Twilio's own numbers and nobody else's."""
    return {"attempt_id": claim.attempt_id, "error": str(error)}
