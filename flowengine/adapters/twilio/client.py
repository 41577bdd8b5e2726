"""Twilio's SDK as we use it: one HTTP client that sorts every failure into ours, and writes nothing into a log.

Placing a call is not idempotent. So what matters about a failure is whether Twilio can have acted on the request, and
only the HTTP layer knows that: the SDK's exceptions no longer tell a refused connection from one cut in mid answer.
Four cases: surely not (`RequestNotSent`, `SlowDown`), refused (`RequestRefused`, `AccountRefused`), and all else, which
is `AnswerLost`. In doubt it is lost: looking once more costs a request, a wrong guess rings a person twice.
"""

from __future__ import annotations

import json
import math
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from typing import Any

from requests.exceptions import InvalidHeader, InvalidSchema, InvalidURL, MissingSchema, RequestException
from twilio.base.exceptions import TwilioException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from flowengine.errors import (
    UNREADABLE_JSON,
    AccountRefused,
    AnswerLost,
    RefusalReason,
    RequestNotSent,
    RequestRefused,
    SlowDown,
    TelephonyError,
)

TWILIO_API = "https://api.twilio.com"

REASONS: Mapping[int, RefusalReason] = {
    21201: "invalid_number",  # no To
    21211: "invalid_number",
    21217: "invalid_number",
    13224: "blocked_number",  # no carrier takes the call, or there is no such number
    21202: "blocked_number",  # premium rate
    21214: "blocked_number",  # cannot be reached
    21216: "blocked_number",
    21203: "not_permitted",  # international calls are not enabled
    21215: "not_permitted",  # geographic permissions
    21219: "not_permitted",  # a trial account calls verified numbers only
    13227: "not_permitted",
    21210: "caller_id",
    21212: "caller_id",
    21213: "caller_id",
    21205: "address",
    21609: "address",
    20404: "not_found",
}
"""Twilio's error codes for a call that it will not place; source: Twilio, "Error and warning dictionary"."""
ACCOUNT_CODES = frozenset({10001, 10005, 20003, 20005})
"""Not active, voice disabled, cannot authenticate, suspended."""
CLOSED_CODES = ACCOUNT_CODES - {20003}
"""Of these, where Twilio knows the account very well."""
TOO_MANY_CODES = frozenset({10004, 20429})
"""Too many calls at once; too many requests. Twilio does not process what it answers so."""

_MALFORMED = (InvalidHeader, InvalidSchema, InvalidURL, MissingSchema)
_NEVER_CONNECTED = (ConnectTimeoutError, NewConnectionError, ssl.SSLCertVerificationError)


def client(account_sid: str, auth_token: str, *, api_url: str | None, timeout_s: float) -> Client:
    """The SDK's client. `api_url` replaces Twilio's address; what fails is one of the kinds of TelephonyError."""
    return Client(account_sid, auth_token, http_client=_SortingHttp(api_url, timeout_s))


@contextmanager
def reading_answers() -> Iterator[None]:
    """Around what the SDK makes of an answer: one that it cannot read is AnswerLost, like one that never came."""
    try:
        yield
    except (TwilioException, AttributeError, KeyError, TypeError, ValueError) as error:
        raise AnswerLost(f"Twilio's answer could not be read ({type(error).__name__})") from None


class _SortingHttp(TwilioHttpClient):  # type: ignore[misc]  # the SDK ships no types
    """Raises TelephonyError for all that is not a 2xx with a JSON object in it. Never retries, never redirects."""

    def __init__(self, api_url: str | None, timeout_s: float) -> None:
        super().__init__(timeout=timeout_s)
        self._api_url = (api_url or TWILIO_API).rstrip("/")

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Response:
        try:
            response = super().request(method, url.replace(TWILIO_API, self._api_url, 1), *args, **kwargs)
        except RequestException as error:
            # Its text quotes the address: the account, and in a search the numbers. So its kind alone is passed on.
            raise unanswered(error) from None
        if not 200 <= response.status_code < 300:
            raise _refusal(response.status_code, _object(response.text), response.headers or {})
        if _object(response.text) is None:
            raise AnswerLost(f"Twilio answered HTTP {response.status_code} without the JSON that belongs to it")
        return response

    def log_request(self, kwargs: dict[str, Any]) -> None:
        """Nothing: the SDK would log the address, with both numbers in it."""

    def log_response(self, status_code: int, response: object) -> None:
        """Nothing."""


def unanswered(error: RequestException) -> TelephonyError:
    kind = type(error).__name__
    if isinstance(error, _MALFORMED) or any(isinstance(reason, _NEVER_CONNECTED) for reason in _reasons(error)):
        return RequestNotSent(f"Twilio could not be reached ({kind}): nothing was sent")
    return AnswerLost(f"Twilio could not be reached, or broke off ({kind}): whether it acted is not known")


def _reasons(error: BaseException) -> Iterator[BaseException]:
    """The error and what it was made of. Not its `__context__`: that may be an earlier, unrelated failure."""
    yield error
    for inner in (*error.args, getattr(error, "reason", None), getattr(error, "original_error", None)):
        if isinstance(inner, BaseException) and inner is not error:
            yield from _reasons(inner)


def _refusal(status: int, body: Mapping[str, object] | None, headers: Mapping[str, str]) -> TelephonyError:
    """What an answer other than 2xx means. Twilio's own text quotes numbers: only its codes are passed on."""
    told = (body or {}).get("code")
    code = told if isinstance(told, int) else None
    said = f"(HTTP {status}, code {code})"
    if status == 429 or code in TOO_MANY_CODES:
        return SlowDown(f"Twilio asks to slow down {said}", retry_after_s=_retry_after(headers))
    if status >= 500 or status < 400 or status == 408:
        return AnswerLost(f"Twilio failed {said}")
    if code in ACCOUNT_CODES or status in (401, 402) or (status == 403 and code not in REASONS):
        is_known = code in CLOSED_CODES or status == 402
        mend = (
            "see its state and its balance in Twilio's console"
            if is_known
            else "check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN"
        )
        return AccountRefused(f"Twilio refused the account {said}: {mend}")
    reason = REASONS.get(code or 0, "not_found" if status == 404 else "bad_request")
    return RequestRefused(f"Twilio refused {said}", reason=reason, status=status, code=code)


def _object(text: str) -> Mapping[str, object] | None:
    try:
        parsed = json.loads(text)
    except UNREADABLE_JSON:
        return None
    return parsed if isinstance(parsed, dict) else None


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds, from `Retry-After` as a number, or as a date beside the answer's own `Date` (RFC 9110, 10.2.3)."""
    text = headers.get("Retry-After", "").strip()
    try:
        seconds = float(text)
    except ValueError:
        try:
            until, now = parsedate_to_datetime(text), parsedate_to_datetime(headers.get("Date", ""))
            seconds = (until - now).total_seconds()
        except (ValueError, TypeError, IndexError):
            return None
    return max(0.0, seconds) if math.isfinite(seconds) else None
