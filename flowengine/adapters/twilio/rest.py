"""Twilio over REST, by its SDK: hang a call up, put it through, record it, ask how it stands. In a thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

from requests.exceptions import RequestException
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from flowengine.errors import TelephonyError

T = TypeVar("T")

TIMEOUT_S = 5.0
ALREADY_OVER = frozenset({20404, 21220})
"""No such call any more; not in progress. For a hang-up both are success."""
TOO_MANY = 20429
RETRY_AFTER_S = (0.25, 0.5, 1.0)
CURRENT = "Twilio.CURRENT"
"""Twilio's name for the recording that runs."""
TWILIO_API = "https://api.twilio.com"


class _Redirected(TwilioHttpClient):  # type: ignore[misc]  # the SDK ships no types
    """Sends what is meant for Twilio to another base address: a simulator."""

    def __init__(self, api_url: str) -> None:
        super().__init__(timeout=TIMEOUT_S)
        self._api_url = api_url.rstrip("/")

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Response:
        return super().request(method, url.replace(TWILIO_API, self._api_url, 1), *args, **kwargs)


class TwilioRest:
    """One account's REST API. `api_url` replaces Twilio's address, for a simulator on this machine."""

    def __init__(self, account_sid: str, auth_token: str, *, api_url: str | None = None) -> None:
        http = _Redirected(api_url) if api_url else TwilioHttpClient(timeout=TIMEOUT_S)
        self._client = Client(account_sid, auth_token, http_client=http)

    async def hang_up(self, call_sid: str) -> None:
        """End a call; one that is over already is a success. Raises TelephonyError."""

        def update() -> None:
            self._client.calls(call_sid).update(status="completed")

        try:
            await self._ask(update)
        except TelephonyError as error:
            cause = error.__cause__
            if isinstance(cause, TwilioRestException) and (cause.code in ALREADY_OVER or cause.status == 404):
                return
            raise

    async def status(self, call_sid: str) -> str:
        """How Twilio says that the call stands: `in-progress`, `completed`, … Raises TelephonyError."""
        return await self._ask(lambda: str(self._client.calls(call_sid).fetch().status))

    async def redirect(self, call_sid: str, twiml: str) -> None:
        """Have the call follow other instructions at once; its media stream ends. Raises TelephonyError."""
        await self._ask(lambda: self._client.calls(call_sid).update(twiml=twiml))

    async def start_recording(self, call_sid: str) -> None:
        """Record both sides from now on, each on its own channel. Raises TelephonyError."""
        await self._ask(lambda: self._client.calls(call_sid).recordings.create(recording_channels="dual"))

    async def stop_recording(self, call_sid: str) -> None:
        """Stop the recording that runs. Raises TelephonyError, when none runs too."""
        await self._ask(lambda: self._client.calls(call_sid).recordings(CURRENT).update(status="stopped"))

    async def _ask(self, request: Callable[[], T]) -> T:
        delays = iter(RETRY_AFTER_S)
        while True:
            try:
                return await asyncio.to_thread(request)
            except TwilioRestException as error:
                delay = next(delays, None) if error.status == 429 or error.code == TOO_MANY else None
                if delay is None:
                    # Twilio's own text quotes the address, and with it the account: only its numbers are passed on.
                    raise TelephonyError(f"Twilio refused (HTTP {error.status}, code {error.code})") from error
            except (TwilioException, RequestException) as error:
                raise TelephonyError(f"Twilio could not be reached ({type(error).__name__})") from error
            await asyncio.sleep(delay)
