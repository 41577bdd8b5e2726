"""One account at Twilio: what a live call needs is asynchronous, in a thread; what the dialler needs is not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from flowengine.adapters.twilio import consulting, numbers, placing
from flowengine.adapters.twilio.client import client
from flowengine.adapters.twilio.consulting import ColleagueOrder
from flowengine.adapters.twilio.numbers import AccountShown, OwnNumber
from flowengine.adapters.twilio.placing import CallOrder, CallShown, PlacedCall
from flowengine.errors import RequestRefused, SlowDown

T = TypeVar("T")

TIMEOUT_S = 5.0
PLACING_TIMEOUT_S = 15.0
"""Each answer that is not waited for is a call that has to be looked for."""
ALREADY_OVER = frozenset({20404, 21220})
"""No such call any more; not in progress. For a hang-up both are success."""
RETRY_AFTER_S = (0.25, 0.5, 1.0)
CURRENT = "Twilio.CURRENT"
"""Twilio's name for the recording that runs."""


class TwilioRest:
    """One account's REST API. `api_url` replaces Twilio's address, for a simulator on this machine.

    The synchronous methods ask once and block: 15 s at most for a silent Twilio. They may be called from any thread.
    """

    def __init__(
        self,
        account_sid: str,
        auth_token: str,
        *,
        api_url: str | None = None,
        placing_timeout_s: float = PLACING_TIMEOUT_S,
    ) -> None:
        self._client = client(account_sid, auth_token, api_url=api_url, timeout_s=TIMEOUT_S)
        self._patient = client(account_sid, auth_token, api_url=api_url, timeout_s=placing_timeout_s)

    def place(self, order: CallOrder) -> PlacedCall:
        """See `placing.place`: asked once; AnswerLost means that it may ring all the same."""
        return placing.place(self._patient, order)

    def find_placed(self, to: str, from_: str, since: datetime) -> list[CallShown]:
        """See `placing.find_placed`: what became of an order whose answer was lost."""
        return placing.find_placed(self._patient, to, from_, since)

    def fetch(self, call_sid: str) -> CallShown:
        """See `placing.fetch`: how a call stands."""
        return placing.fetch(self._patient, call_sid)

    def cancel(self, call_sid: str) -> bool:
        """See `placing.cancel`: take back a call that nobody has answered; False when it was too late."""
        return placing.cancel(self._patient, call_sid)

    def account(self) -> AccountShown:
        """See `numbers.account`: whether the credentials hold, and what kind of account they open."""
        return numbers.account(self._patient)

    def own_numbers(self) -> list[OwnNumber]:
        """See `numbers.own_numbers`: all rented numbers."""
        return numbers.own_numbers(self._patient)

    def find_number(self, number: str) -> OwnNumber | None:
        """See `numbers.find_number`: the rented number that is this one."""
        return numbers.find_number(self._patient, number)

    def point(self, sid: str, *, voice_url: str, status_url: str) -> OwnNumber:
        """See `numbers.point`: set a rented number's webhooks."""
        return numbers.point(self._patient, sid, voice_url=voice_url, status_url=status_url)

    def verified_callers(self) -> list[str]:
        """See `numbers.verified_callers`: caller ids that may be shown without being rented."""
        return numbers.verified_callers(self._patient)

    async def hang_up(self, call_sid: str) -> None:
        """End a call; one that is over already is a success. Raises TelephonyError."""

        def update() -> None:
            self._client.calls(call_sid).update(status="completed")

        try:
            await self._ask(update)
        except RequestRefused as error:
            if error.code not in ALREADY_OVER and error.status != 404:
                raise

    async def status(self, call_sid: str) -> str:
        """How Twilio says that the call stands: `in-progress`, `completed`, … Raises TelephonyError.

        One that Twilio knows nothing of (any more) is completed.
        """
        try:
            return await self._ask(lambda: str(self._client.calls(call_sid).fetch().status))
        except RequestRefused as error:
            if error.code not in ALREADY_OVER and error.status != 404:
                raise
            return "completed"

    async def redirect(self, call_sid: str, twiml: str) -> None:
        """Have the call follow other instructions at once; its media stream ends. Raises TelephonyError."""
        await self._ask(lambda: self._client.calls(call_sid).update(twiml=twiml))

    async def ring_colleague(self, order: ColleagueOrder) -> str:
        """See `consulting.ring`: the SID of their call. AnswerLost means that it may ring all the same."""
        return await self._ask(lambda: consulting.ring(self._client, order))

    async def start_recording(self, call_sid: str) -> None:
        """Record both sides from now on, each on its own channel. Raises TelephonyError."""
        await self._ask(lambda: self._client.calls(call_sid).recordings.create(recording_channels="dual"))

    async def stop_recording(self, call_sid: str) -> None:
        """Stop the recording that runs. Raises TelephonyError, when none runs too."""
        await self._ask(lambda: self._client.calls(call_sid).recordings(CURRENT).update(status="stopped"))

    async def _ask(self, request: Callable[[], T]) -> T:
        """In a thread; again after a while when Twilio says to slow down, since a caller waits and none is placed."""
        delays = iter(RETRY_AFTER_S)
        while True:
            try:
                return await asyncio.to_thread(request)
            except SlowDown:
                delay = next(delays, None)
                if delay is None:
                    raise
            await asyncio.sleep(delay)
