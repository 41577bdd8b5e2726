"""What belongs to an account: itself, the numbers it has rented, the caller ids it has proved to be its own."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from twilio.rest import Client

from flowengine.adapters.twilio.client import reading_answers

PAGE = 200


@dataclass(frozen=True, slots=True)
class AccountShown:
    """`status`: active, suspended or closed; `kind`: Full, or Trial, which may call verified numbers only."""

    sid: str
    status: str
    kind: str


@dataclass(frozen=True, slots=True)
class OwnNumber:
    """A rented number and where Twilio turns when it rings; `voice_sid` (an application or trunk) overrides the URL."""

    sid: str
    number: str = field(repr=False)
    voice_url: str
    voice_method: str
    status_url: str
    status_method: str
    voice_sid: str
    has_voice: bool


@reading_answers()
def account(client: Client) -> AccountShown:
    """The account itself: that it can be read proves the credentials. Raises TelephonyError."""
    shown = client.api.v2010.accounts(client.account_sid).fetch()
    return AccountShown(str(shown.sid), str(shown.status or ""), str(shown.type or ""))


@reading_answers()
def own_numbers(client: Client) -> list[OwnNumber]:
    """All rented numbers. Raises TelephonyError."""
    return [_shown(each) for each in client.incoming_phone_numbers.stream(page_size=PAGE)]


@reading_answers()
def find_number(client: Client, number: str) -> OwnNumber | None:
    """The rented number that is exactly this one (E.164); None when the account has no such. Raises TelephonyError."""
    # Twilio's filter also matches parts of numbers.
    found = client.incoming_phone_numbers.stream(phone_number=number, page_size=PAGE)
    return next((_shown(each) for each in found if each.phone_number == number), None)


@reading_answers()
def point(client: Client, sid: str, *, voice_url: str, status_url: str) -> OwnNumber:
    """Have Twilio ask these addresses (POST) when the number rings. Raises TelephonyError.

    An application or a SIP trunk would go before them, so both are taken off the number.
    """
    updated = client.incoming_phone_numbers(sid).update(
        voice_url=voice_url,
        voice_method="POST",
        status_callback=status_url,
        status_callback_method="POST",
        voice_application_sid="",
        trunk_sid="",
    )
    return _shown(updated)


@reading_answers()
def verified_callers(client: Client) -> list[str]:
    """Numbers (E.164) that are not rented and may still be shown as caller ids. Raises TelephonyError."""
    return [str(each.phone_number) for each in client.outgoing_caller_ids.stream(page_size=PAGE)]


def _shown(number: Any) -> OwnNumber:
    return OwnNumber(
        sid=str(number.sid),
        number=str(number.phone_number),
        voice_url=number.voice_url or "",
        voice_method=number.voice_method or "",
        status_url=number.status_callback or "",
        status_method=number.status_callback_method or "",
        voice_sid=number.voice_application_sid or number.trunk_sid or "",
        has_voice=bool((number.capabilities or {}).get("voice", True)),
    )
