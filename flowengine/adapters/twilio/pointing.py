"""Does a rented number lead to this server, and what would have to change? Nothing is asked and nothing set here."""

from __future__ import annotations

from dataclasses import dataclass

from flowengine.adapters.twilio.numbers import OwnNumber

VOICE_PATH = "/twilio/voice"
STATUS_PATH = "/twilio/status-callback"
NOTHING = "none"


@dataclass(frozen=True, slots=True)
class Webhooks:
    """Where Twilio is to turn when a number rings."""

    voice_url: str
    status_url: str


@dataclass(frozen=True, slots=True)
class Change:
    """One webhook of a number: what it is set to, and what it should be. Equal when nothing is to be done."""

    what: str
    was: str
    now: str

    @property
    def is_needed(self) -> bool:
        return self.was != self.now


def webhooks(base_url: str) -> Webhooks:
    """Those of the server at this public address."""
    return Webhooks(f"{base_url}{VOICE_PATH}", f"{base_url}{STATUS_PATH}")


def kept(number: OwnNumber, wanted: Webhooks) -> Webhooks:
    """The same, with a `?flow=…` that the number's voice address has behind ours already: there it chooses the flow."""
    ours = number.voice_url.partition("?")[0] == wanted.voice_url
    return Webhooks(number.voice_url, wanted.status_url) if ours else wanted


def changes(number: OwnNumber, wanted: Webhooks) -> tuple[Change, ...]:
    """What sets a number right, and what is right already."""
    return (
        Change("voice", _shown(number.voice_url, number.voice_method, number.voice_sid), _shown(wanted.voice_url)),
        Change("status", _shown(number.status_url, number.status_method), _shown(wanted.status_url)),
    )


def _shown(url: str, method: str = "POST", overriding_sid: str = "") -> str:
    if overriding_sid:
        return f"the application or trunk {overriding_sid}"
    return f"{url} ({method})" if url else NOTHING
