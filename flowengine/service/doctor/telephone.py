"""The telephone line: the account, its numbers and webhooks, and whether the public address leads to this service."""

from __future__ import annotations

import http.client
import secrets
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import SplitResult, urlencode, urlsplit

from flowengine.adapters.twilio.numbers import OwnNumber
from flowengine.adapters.twilio.rest import TwilioRest
from flowengine.adapters.twilio.signature import sign
from flowengine.compliance.facts import Facts
from flowengine.compliance.rules import caller_id
from flowengine.errors import TelephonyError
from flowengine.service.doctor.finding import Case, Finding
from flowengine.service.ready_answer import is_ours
from flowengine.service.values import masked

TIMEOUT_S = 10.0
CLOCK_S = 5.0
CERTIFICATE_DAYS = 14
SYNC = "flowengine twilio sync"
NOBODY = "+10000000000"


def check(case: Case) -> Iterator[Finding]:
    """Everything between a caller and this service."""
    settings = case.settings
    if not settings.has_telephone:
        yield Finding("telephone", "note", "no line: set TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and SERVER_BASE_URL")
        return
    if not settings.is_public:
        yield Finding(
            "telephone",
            "warning" if settings.twilio_api_url else "problem",
            f"SERVER_BASE_URL is {settings.server_base_url}, where Twilio cannot reach anybody",
            "give the public https address that leads here",
        )
    if case.reaches:
        yield from _account(case)
        yield from _address(case)


def _account(case: Case) -> Iterator[Finding]:
    settings = case.settings
    rest = TwilioRest(
        settings.twilio_account_sid or "", settings.twilio_auth_token or "", api_url=settings.twilio_api_url
    )
    try:
        account = rest.account()
        numbers = {number.number: number for number in rest.own_numbers()}
        verified = set(rest.verified_callers()) if settings.twilio_default_from else set()
    except TelephonyError as error:
        yield Finding("Twilio", "problem", str(error), "compare account SID and auth token with its console")
        return
    if account.status != "active":
        yield Finding("Twilio", "problem", f"the account is {account.status}", "Twilio's console says why")
    elif account.kind == "Trial":
        yield Finding("Twilio", "warning", "a trial account calls verified numbers only, after an advert", "upgrade it")
    else:
        yield Finding("Twilio", "ok", "the account is active")
    yield from _caller(case, set(numbers) | verified)
    for number in dict.fromkeys((*settings.numbers, *filter(None, (settings.twilio_default_from,)))):
        yield from _number(case, number, numbers.get(number))


def _caller(case: Case, usable: set[str]) -> Iterator[Finding]:
    """Who is shown to the people we call: L1."""
    shown = case.settings.twilio_default_from
    if shown is None:
        yield Finding("caller id", "note", "TWILIO_DEFAULT_FROM is not set: calls out need a caller_id each")
        return
    reason = caller_id.check(Facts(caller_id=shown), case.settings.policy)
    if reason is not None:
        yield Finding("caller id", "problem", reason.detail, "set TWILIO_DEFAULT_FROM to one that can")
    elif shown not in usable:
        yield Finding(
            "caller id",
            "problem",
            "TWILIO_DEFAULT_FROM is neither a number of this account nor verified in it: Twilio refuses it (21210)",
            "rent or verify it in Twilio's console",
        )
    else:
        yield Finding("caller id", "ok", "TWILIO_DEFAULT_FROM can be shown")


def _number(case: Case, number: str, own: OwnNumber | None) -> Iterator[Finding]:
    base, shown = case.settings.server_base_url, masked(number)
    if own is None:
        if number in case.settings.numbers:
            yield Finding("number", "problem", f"{shown} is not in this account", "mend FLOWENGINE_NUMBERS, or rent it")
    elif own.voice_sid:
        yield Finding("number", "problem", f"{shown} goes to an application or a trunk of Twilio's, not here", SYNC)
    elif own.voice_url != f"{base}/twilio/voice" or own.voice_method != "POST":
        yield Finding("number", "problem", f"{shown} goes to {own.voice_url or 'nowhere'}", SYNC)
    elif own.status_url != f"{base}/twilio/status-callback":
        yield Finding("number", "warning", f"{shown} tells its status to {own.status_url or 'nobody'}", SYNC)
    else:
        yield Finding("number", "ok", f"{shown} rings here")


def _address(case: Case) -> Iterator[Finding]:
    """The service as Twilio finds it: alive, taking its signature, and upgrading its stream."""
    base = urlsplit(case.settings.server_base_url or "")
    where = "start it with flowengine serve, and see where the tunnel or proxy in front of it leads"
    try:
        status, body, date = _ask(base, "GET", "/health/live")
    except ssl.SSLError as error:
        yield Finding("address", "problem", f"its certificate is not good: {error.reason or error}", "renew it")
        return
    except (OSError, http.client.HTTPException) as error:
        yield Finding("address", "problem", f"{base.netloc} does not answer ({type(error).__name__})", where)
        return
    if status != 200 or not is_ours(body):
        yield Finding("address", "problem", f"{base.netloc} answers {status}, and not as flowengine does", where)
        return
    yield Finding("address", "ok", f"{base.netloc} leads to a running flowengine")
    yield from _clock(case, date)
    yield from _signed(case, base)


def _signed(case: Case, base: SplitResult) -> Iterator[Finding]:
    token = case.settings.twilio_auth_token or ""
    url = f"{case.settings.server_base_url}/twilio/voice"
    # Nobody's number: whatever is mapped, this call is refused politely and leaves no trace.
    form = {"CallSid": "CA" + secrets.token_hex(16), "To": NOBODY, "From": NOBODY, "Direction": "inbound"}
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Twilio-Signature": sign(token, url, form.items()),
    }
    remedy = "SERVER_BASE_URL and the token of the running service must be exactly these; see what a proxy rewrites"
    try:
        status, _, _ = _ask(base, "POST", "/twilio/voice", urlencode(form), headers)
        upgraded = _upgrade(base, token, case.settings.server_base_url or "")
    except (OSError, http.client.HTTPException) as error:
        yield Finding("webhooks", "problem", f"they broke off ({type(error).__name__})", remedy)
        return
    if status != 200:
        yield Finding("webhooks", "problem", f"/twilio/voice answers a signed request with {status}", remedy)
    elif upgraded != 101:
        yield Finding(
            "webhooks",
            "problem",
            f"/twilio/stream answers an upgrade with {upgraded}: calls would be silent",
            "let the proxy pass WebSockets (Upgrade and Connection headers)",
        )
    else:
        yield Finding("webhooks", "ok", "/twilio/voice takes Twilio's signature, /twilio/stream its upgrade")


def _clock(case: Case, date: str | None) -> Iterator[Finding]:
    try:
        told = parsedate_to_datetime(date or "")
    except ValueError:
        return
    apart = abs((told - datetime.now(UTC)).total_seconds())
    if apart > CLOCK_S:
        yield Finding(
            "clock",
            "warning",
            f"this machine and {urlsplit(case.settings.server_base_url or '').netloc} are {apart:.0f} s apart",
            "let both follow a time server (chrony, systemd-timesyncd)",
        )


def _connection(base: SplitResult) -> http.client.HTTPConnection:
    host, port = base.hostname or "", base.port
    if base.scheme == "https":
        return http.client.HTTPSConnection(host, port, timeout=TIMEOUT_S, context=ssl.create_default_context())
    return http.client.HTTPConnection(host, port, timeout=TIMEOUT_S)


def _ask(
    base: SplitResult, method: str, path: str, body: str | None = None, headers: dict[str, str] | None = None
) -> tuple[int, bytes, str | None]:
    """Status, body and Date of one request. Raises OSError, HTTPException."""
    connection = _connection(base)
    try:
        connection.request(method, f"{base.path}{path}", body, headers or {})
        response = connection.getresponse()
        return response.status, response.read(100_000), response.getheader("Date")
    finally:
        connection.close()


def _upgrade(base: SplitResult, token: str, url: str) -> int:
    """The status that answers the upgrade of Twilio's stream; 101 is right. Raises OSError, HTTPException."""
    secure = url.replace("http", "ws", 1)
    connection = _connection(base)
    try:
        connection.request(
            "GET",
            f"{base.path}/twilio/stream",
            headers={
                "Connection": "Upgrade",
                "Upgrade": "websocket",
                "Sec-WebSocket-Version": "13",
                "Sec-WebSocket-Key": "Zmxvd2VuZ2luZSBkb2N0bw==",
                "X-Twilio-Signature": sign(token, f"{secure}/twilio/stream"),
            },
        )
        return connection.getresponse().status
    finally:
        connection.close()
