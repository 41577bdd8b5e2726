"""Placing calls, and finding out what became of them: Twilio's Calls resource, one request a function, never again.

Nothing here tries twice. Whoever places a call reads the kind of failure (`client.py`), and after `AnswerLost` looks
with `find_placed` whether the call is there before asking for it once more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, get_args
from urllib.parse import urlsplit

from twilio.rest import Client

from flowengine.adapters.twilio.callbacks import CallStatus
from flowengine.adapters.twilio.client import reading_answers
from flowengine.errors import AccountRefused, AnswerLost, RequestRefused

MachineDetection = Literal["Enable", "DetectMessageEnd"]
"""A verdict as soon as it is known, or, for a machine, only when its greeting has ended: to leave a message."""

EVENTS = ("initiated", "ringing", "answered", "completed")
SHORTEST_RING_S = 15
LONGEST_RING_S = 600
"""What Twilio takes for `Timeout`."""
TOO_LATE = 21220
"""The call is not in a state in which this could be done."""
CLOCK_SLACK_S = 30
"""How far Twilio's clock and ours may differ, when calls are looked for by time."""
PAGE = 200

_STATUSES: Mapping[str, CallStatus] = {status: status for status in get_args(CallStatus)}


@dataclass(frozen=True, slots=True)
class CallOrder:
    """A call to place. Numbers in E.164; addresses absolute; `ring_s`: 15 s at least (rule R1), 600 at most.

    `machine_url` is told who has answered, while the call goes on; None asks for no detection. Raises ValueError.
    """

    to: str = field(repr=False)
    from_: str = field(repr=False)
    voice_url: str = field(repr=False)
    status_url: str
    ring_s: int = 25
    limit_s: int = 1800
    machine_url: str | None = None
    machine_detection: MachineDetection = "Enable"

    def __post_init__(self) -> None:
        if not SHORTEST_RING_S <= self.ring_s <= LONGEST_RING_S:
            raise ValueError(f"ring_s is {self.ring_s}: {SHORTEST_RING_S} to {LONGEST_RING_S} seconds do")
        if self.limit_s < 1:
            raise ValueError(f"limit_s is {self.limit_s}: a call needs a second at least")
        for name in ("voice_url", "status_url", "machine_url"):
            url = getattr(self, name)
            if url is not None and not (urlsplit(url).scheme in ("http", "https") and urlsplit(url).netloc):
                raise ValueError(f"{name} is not an absolute address")


@dataclass(frozen=True, slots=True)
class PlacedCall:
    """Twilio has taken the order; `status` is `queued` as a rule. A callback about it may have come before this."""

    call_sid: str
    status: CallStatus
    created_at: datetime | None


@dataclass(frozen=True, slots=True)
class CallShown:
    """How Twilio says that a call stands. `started_at` is None until it is dialled, `duration_s` until it has ended."""

    call_sid: str
    status: CallStatus
    direction: str
    to: str = field(repr=False)
    from_: str = field(repr=False)
    created_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    duration_s: int | None = None
    answered_by: str | None = None


@reading_answers()
def place(client: Client, order: CallOrder) -> PlacedCall:
    """Have a call placed, asked for exactly once.

    Raises RequestRefused, AccountRefused, SlowDown and RequestNotSent: there is no call. Raises AnswerLost: there may
    be one.
    """
    try:
        call = client.calls.create(
            to=order.to,
            from_=order.from_,
            url=order.voice_url,
            method="POST",
            status_callback=order.status_url,
            status_callback_method="POST",
            status_callback_event=list(EVENTS),
            timeout=order.ring_s,
            time_limit=order.limit_s,
            **_detection(order),
        )
    except RequestRefused as error:
        if error.status == 404:
            raise AccountRefused("Twilio knows no such account (HTTP 404): check TWILIO_ACCOUNT_SID") from None
        raise
    if not call.sid:
        raise AnswerLost("Twilio answered without the call's SID: whether it was placed is not known")
    return PlacedCall(call.sid, _status(call), call.date_created)


def _detection(order: CallOrder) -> dict[str, str]:
    """Asynchronous always: the other kind holds the TwiML back, and the person hears silence."""
    if order.machine_url is None:
        return {}
    return {
        "machine_detection": order.machine_detection,
        "async_amd": "true",
        "async_amd_status_callback": order.machine_url,
        "async_amd_status_callback_method": "POST",
    }


@reading_answers()
def fetch(client: Client, call_sid: str) -> CallShown:
    """How a call stands. Raises TelephonyError; RequestRefused with reason `not_found` when Twilio knows of none."""
    return _shown(client.calls(call_sid).fetch())


@reading_answers()
def find_placed(client: Client, to: str, from_: str, since: datetime) -> list[CallShown]:
    """The calls from us to this number that were created at `since` (aware) or later, or up to 30 s before it.

    Twilio's own filter by time goes by the start of a call, which one that it still queues does not have: it would pass
    over the very call that is going to ring. So all calls between the two numbers are read, which the caps keep few.
    Raises TelephonyError.
    """
    earliest = since.astimezone(UTC) - timedelta(seconds=CLOCK_SLACK_S)
    shown = [_shown(call) for call in client.calls.stream(to=to, from_=from_, page_size=PAGE)]
    # One whose time cannot be read is counted in: better to think of a call too many than of one too few.
    return [call for call in shown if call.created_at is None or call.created_at >= earliest]


@reading_answers()
def cancel(client: Client, call_sid: str) -> bool:
    """Take back a call that nobody has answered yet. False: too late, it was answered or is over.

    A call that Twilio does not know will not ring either: True. Raises TelephonyError.
    """
    try:
        client.calls(call_sid).update(status="canceled")
    except RequestRefused as error:
        if error.code == TOO_LATE:
            return False
        if error.status != 404:
            raise
    return True


def _shown(call: Any) -> CallShown:
    return CallShown(
        call_sid=str(call.sid),
        status=_status(call),
        direction=str(call.direction or ""),
        to=str(call.to or ""),
        from_=str(call._from or ""),
        created_at=call.date_created,
        started_at=call.start_time,
        ended_at=call.end_time,
        duration_s=int(call.duration) if str(call.duration or "").isdecimal() else None,
        answered_by=call.answered_by or None,
    )


def _status(call: Any) -> CallStatus:
    """Raises AnswerLost for a status that Twilio does not have: nothing can be told of such a call."""
    status = _STATUSES.get(str(call.status))
    if status is None:
        raise AnswerLost("Twilio showed a call in a status that it does not document")
    return status
