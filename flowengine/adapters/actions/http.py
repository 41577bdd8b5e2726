"""Actions over HTTP: one signed POST, tried again where that can help, its answer checked.

Tried again (`retries N`, within the action's time-out): a connection that could not be made or broke, and 429, 502,
503, 504. Never: any other answer, since it was meant. Every try carries the same `Idempotency-Key`, so the receiver can
do the work once. Redirects are not followed: the flow names the address that gets the arguments.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import aiohttp
import msgspec

from flowengine.adapters.actions.signature import IDEMPOTENCY, SIGNATURE, TIMESTAMP, sign
from flowengine.adapters.actions.values import Plain, for_json, results
from flowengine.errors import UNREADABLE_JSON, ActionError
from flowengine.graph.model import Action

log = logging.getLogger(__name__)

TRANSIENT = frozenset({429, 502, 503, 504})
ANSWER_LIMIT = 64 * 1024
CONNECT_S = 3.0
FIRST_DELAY_S = 0.2
LONGEST_DELAY_S = 2.0
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class _Transient(ActionError):
    """Another try may help; `after_s` is what the receiver asked for, where it did."""

    def __init__(self, message: str, after_s: float | None = None) -> None:
        super().__init__(message)
        self.after_s = after_s


class HttpActions:
    """Runs `http "https://…"`. Without a secret it refuses to. Close it when done."""

    def __init__(self, secret: str | None, *, clock: Callable[[], float] = time.time) -> None:
        self._secret = secret
        self._clock = clock
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    def refuses(self, action: Action) -> str | None:
        """Why this action cannot be run; None when it can."""
        parts = urlsplit(action.http or "")
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
            return "its address must begin with https://"
        if self._secret is None:
            return "its request cannot be signed; set FLOWENGINE_ACTION_SECRET, and the same at the receiver"
        return None

    async def run(self, action: Action, arguments: Mapping[str, object], *, key: str) -> dict[str, Plain]:
        """Send it, `timeout` seconds at most over all tries. Raises ActionError."""
        refusal = self.refuses(action)
        if refusal is not None or self._secret is None:
            raise ActionError(refusal or "no secret")
        body = msgspec.json.encode(
            {"action": action.name, "idempotency_key": key, "arguments": for_json(action, arguments)}
        )
        loop = asyncio.get_running_loop()
        deadline = loop.time() + action.timeout
        for tried in range(action.retries + 1):
            try:
                async with asyncio.timeout_at(deadline):
                    return results(action, await self._post(action, self._secret, key, body))
            except TimeoutError:
                raise ActionError(f"no answer within {action.timeout:g} s") from None
            except _Transient as failure:
                delay = _delay(tried, failure.after_s)
                if tried == action.retries or loop.time() + delay >= deadline:
                    raise ActionError(str(failure)) from None
                log.warning("action tried again", extra={"action": action.name, "reason": str(failure)})
            await asyncio.sleep(delay)
        raise AssertionError("the last try returns or raises")

    async def _post(self, action: Action, secret: str, key: str, body: bytes) -> object:
        """One try: the answer's JSON. Raises ActionError."""
        timestamp = int(self._clock())
        headers = {
            "Content-Type": "application/json",
            "Accept": "application/json",
            # Unpacking an answer could make it as long as it likes.
            "Accept-Encoding": "identity",
            "User-Agent": "flowengine",
            IDEMPOTENCY: key,
            TIMESTAMP: str(timestamp),
            SIGNATURE: sign(secret, timestamp, body),
        }
        try:
            async with self._client().post(
                action.http or "", data=body, headers=headers, allow_redirects=False
            ) as response:
                if response.status in TRANSIENT:
                    raise _Transient(f"the answer was HTTP {response.status}", _retry_after(response, self._clock()))
                if not 200 <= response.status < 300:
                    raise ActionError(f"the answer was HTTP {response.status}")
                return _json(action, response.content_type, await _bounded(response))
        except aiohttp.ClientConnectorCertificateError:
            raise ActionError("the certificate of the address is not valid") from None
        except (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError) as error:
            raise _Transient(f"the connection failed ({type(error).__name__})") from None
        except (aiohttp.ClientError, ValueError) as error:
            raise ActionError(f"the answer is not HTTP ({type(error).__name__})") from None

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                # Limits of our own stand around every try; cookies would tie calls to each other.
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_S),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
            )
        return self._session


async def _bounded(response: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_chunked(8192):
        body += chunk
        if len(body) > ANSWER_LIMIT:
            raise ActionError(f"the answer is longer than {ANSWER_LIMIT // 1024} KiB")
    return bytes(body)


def _json(action: Action, content_type: str, body: bytes) -> object:
    if not action.results and not body:
        return {}
    if content_type != "application/json" and not content_type.endswith("+json"):
        raise ActionError("the answer is not JSON by its Content-Type")
    try:
        answer = msgspec.json.decode(body)
    except UNREADABLE_JSON:
        raise ActionError("the answer cannot be read as JSON") from None
    if not isinstance(answer, dict):
        raise ActionError("the answer is not a JSON object")
    return answer


def _delay(tried: int, asked: float | None) -> float:
    """Seconds until the next try: what was asked for, or twice as long each time, spread so that calls do not join."""
    if asked is not None:
        return asked
    return float(min(LONGEST_DELAY_S, FIRST_DELAY_S * 2**tried) * random.uniform(0.5, 1.5))


def _retry_after(response: aiohttp.ClientResponse, now: float) -> float | None:
    """`Retry-After`, in seconds or as a date."""
    text = response.headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit() and len(text) <= 6:
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - now) if text else None
    except (ValueError, IndexError):
        return None
