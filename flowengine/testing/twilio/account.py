"""The simulated account: its credentials, and requests signed as Twilio signs them."""

from __future__ import annotations

import asyncio
import secrets
import urllib.error
import urllib.request
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

from flowengine.adapters.twilio.signature import sign
from flowengine.errors import FlowEngineError

TIMEOUT_S = 15.0


class ServerRefused(FlowEngineError):
    """The server under test answered in a way that Twilio would not accept; the message says which."""


@dataclass(frozen=True, slots=True)
class Account:
    """Credentials that a server under test is given."""

    sid: str = field(default_factory=lambda: "AC" + secrets.token_hex(16))
    auth_token: str = field(default_factory=lambda: secrets.token_hex(16), repr=False)

    async def post(self, url: str, form: Mapping[str, str]) -> tuple[int, str]:
        """A signed webhook: status and body. Raises ServerRefused when nobody answers."""
        return await asyncio.to_thread(self.post_now, url, form)

    def post_now(self, url: str, form: Mapping[str, str]) -> tuple[int, str]:
        """The same, and this thread waits for the answer."""
        signature = sign(self.auth_token, url, form.items())
        request = urllib.request.Request(
            url, urlencode(form).encode(), {"X-Twilio-Signature": signature, "User-Agent": "TwilioProxy/1.1"}
        )
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode(errors="replace")
        except OSError as error:
            raise ServerRefused(f"{urlsplit(url).netloc} does not answer ({type(error).__name__})") from error


@dataclass(frozen=True, slots=True)
class WantedRoom:
    """`<Conference>`: its name, whether coming starts it and leaving ends it, and how many it takes."""

    name: str
    starts: bool
    ends: bool
    most: int
    beeps: bool


@dataclass(frozen=True, slots=True)
class Dial:
    """`<Dial>`: whom, or into which room, to put the call through, and what is fetched when that is over."""

    number: str
    action_url: str | None
    caller_id: str | None
    room: WantedRoom | None = None


@dataclass(frozen=True, slots=True)
class Instructions:
    """TwiML, as far as a call needs it: what to say, where to stream, whom to dial, whether to hang up."""

    says: tuple[str, ...]
    stream_url: str | None
    parameters: dict[str, str]
    action_url: str | None
    status_url: str | None
    dial: Dial | None = None
    redirect_url: str | None = None


def read_twiml(text: str) -> Instructions:
    """Raises ServerRefused where Twilio would raise an alert."""
    try:
        response = ET.fromstring(text)
    except ET.ParseError as error:
        raise ServerRefused(f"the TwiML is not XML: {error}") from error
    if response.tag != "Response":
        raise ServerRefused(f"the TwiML begins with <{response.tag}>, not <Response>")
    connect = response.find("Connect")
    stream = None if connect is None else connect.find("Stream")
    url = None
    if connect is not None and stream is not None:
        url = stream.get("url", "")
        parts = urlsplit(url)
        if parts.query:
            raise ServerRefused("31920: the stream's url has a query string")
        if parts.scheme != "wss" and parts.hostname not in ("127.0.0.1", "localhost"):
            raise ServerRefused("31920: the stream's url is not wss://")
    parameters: dict[str, str] = {}
    for parameter in () if stream is None else stream.findall("Parameter"):
        name, value = parameter.get("name", ""), parameter.get("value", "")
        if len(name) + len(value) >= 500:
            raise ServerRefused(f"the parameter {name!r} is too long")
        parameters[name] = value
    return Instructions(
        says=tuple(say.text or "" for say in response.findall("Say")),
        stream_url=url,
        parameters=parameters,
        action_url=None if connect is None else connect.get("action"),
        status_url=None if stream is None else stream.get("statusCallback"),
        dial=_dial(response.find("Dial")),
        redirect_url=response.findtext("Redirect"),
    )


def _dial(dial: ET.Element | None) -> Dial | None:
    if dial is None:
        return None
    action = dial.get("action")
    if action is not None and not urlsplit(action).netloc:
        raise ServerRefused("15004: the action of <Dial> is not an absolute address")
    number = (dial.findtext("Number") or dial.text or "").strip()
    return Dial(number, action, dial.get("callerId"), room_of(dial))


def room_of(dial: ET.Element) -> WantedRoom | None:
    """The conference of a `<Dial>`, with Twilio's defaults."""
    conference = dial.find("Conference")
    if conference is None:
        return None
    return WantedRoom(
        (conference.text or "").strip(),
        starts=conference.get("startConferenceOnEnter", "true") == "true",
        ends=conference.get("endConferenceOnExit", "false") == "true",
        most=int(conference.get("maxParticipants", "250")),
        beeps=conference.get("beep", "true") != "false",
    )
