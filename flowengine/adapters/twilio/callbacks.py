"""Twilio's callbacks as typed values, and the one table of how a call's status may move.

Callbacks come repeated, late and out of order. So each is kept once by `StatusCallback.key`, and whoever wants to know
how the call stands folds them with `settled`: a move that the table does not list changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Literal, get_args

from flowengine.conversation.events import TransferResult, Verdict
from flowengine.errors import ProtocolError

CallStatus = Literal[
    "queued", "initiated", "ringing", "in-progress", "completed", "busy", "failed", "no-answer", "canceled"
]
StreamEvent = Literal["stream-started", "stream-stopped", "stream-error"]

ENDS: tuple[CallStatus, ...] = ("completed", "busy", "failed", "no-answer", "canceled")
MOVES: Mapping[CallStatus, tuple[CallStatus, ...]] = {
    "queued": ("initiated", "ringing", "in-progress", *ENDS),
    "initiated": ("ringing", "in-progress", *ENDS),
    "ringing": ("in-progress", *ENDS),
    # A call that was answered can only complete: busy, no-answer and canceled are ends of ringing.
    "in-progress": ("completed", "failed"),
    "completed": (),
    "busy": (),
    "failed": (),
    "no-answer": (),
    "canceled": (),
}
_USUAL_NUMBER: Mapping[CallStatus, int] = {
    "queued": 0,
    "initiated": 0,
    "ringing": 1,
    "in-progress": 2,
    **dict.fromkeys(ENDS, 3),
}
"""What number a callback of this status has when all are asked for; Twilio counts from 0."""
_STATUSES: Mapping[str, CallStatus] = {status: status for status in get_args(CallStatus)}
_DIALLED: Mapping[str, TransferResult] = {
    "completed": "answered",
    "answered": "answered",
    "busy": "busy",
    "no-answer": "no_answer",
    "canceled": "no_answer",
    "failed": "failed",
}
_STREAM_EVENTS: Mapping[str, StreamEvent] = {event: event for event in get_args(StreamEvent)}


@dataclass(frozen=True, slots=True)
class StatusCallback:
    """A call has changed its status. `duration_s` and `answered_by` come with the last one; numbers are left out.

    A callback without a SequenceNumber, as the older kind comes, has the number that is usual for its status: so each
    is kept, and in its order.
    """

    call_sid: str
    sequence_number: int
    status: CallStatus
    at: datetime | None = None
    duration_s: int | None = None
    answered_by: str | None = None
    sip_response_code: int | None = None

    @property
    def key(self) -> tuple[str, int]:
        """What makes a repetition recognisable."""
        return self.call_sid, self.sequence_number


@dataclass(frozen=True, slots=True)
class StreamCallback:
    """The media stream was opened, was closed, or failed; `error` is Twilio's text for a failure."""

    call_sid: str
    stream_sid: str
    event: StreamEvent
    error: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TransferCallback:
    """A transfer is over; `is_up`: the one who was put through is still on the line."""

    call_sid: str
    result: TransferResult
    is_up: bool


def parse_status(form: Mapping[str, str]) -> StatusCallback:
    """Read a status callback. Raises ProtocolError; its text names the field and quotes nothing.

    What only adds to the status (when, for how long) may be unreadable: that a call is over must not be lost for it.
    """
    status = _STATUSES.get(form.get("CallStatus", ""))
    if status is None:
        raise ProtocolError("a status callback without a CallStatus that Twilio knows")
    number = _whole(form, "SequenceNumber")
    return StatusCallback(
        call_sid=_sid(form),
        sequence_number=_USUAL_NUMBER[status] if number is None else number,
        status=status,
        at=_rfc2822(form.get("Timestamp")),
        duration_s=_whole_or_none(form, "CallDuration"),
        answered_by=form.get("AnsweredBy") or None,
        sip_response_code=_whole_or_none(form, "SipResponseCode"),
    )


def parse_stream_status(form: Mapping[str, str]) -> StreamCallback:
    """Read a stream's status callback. Raises ProtocolError; its text names the field and quotes nothing."""
    event = _STREAM_EVENTS.get(form.get("StreamEvent", ""))
    if event is None:
        raise ProtocolError("a stream callback without a StreamEvent that Twilio knows")
    return StreamCallback(
        _sid(form), form.get("StreamSid", ""), event, form.get("StreamError") or None, _iso8601(form.get("Timestamp"))
    )


def parse_transfer(form: Mapping[str, str]) -> TransferCallback:
    """Read what `<Dial action=…>` is fetched with. Raises ProtocolError; its text names the field."""
    result = _DIALLED.get(form.get("DialCallStatus", ""), "failed")
    return TransferCallback(_sid(form), result, is_up=form.get("CallStatus") not in ENDS)


def not_taken(status: CallStatus) -> TransferResult:
    """What the end of a colleague's call comes to who did not take the call: picked up without a key is no answer."""
    return "no_answer" if status == "completed" else _DIALLED.get(status, "failed")


def parse_answered_by(form: Mapping[str, str]) -> tuple[str, Verdict | None]:
    """The call, and who has answered it; None where Twilio does not know. Raises ProtocolError.

    A fax waits for no greeting's end: it is a machine that has nothing more to say.
    """
    answered_by = form.get("AnsweredBy", "")
    if answered_by == "human":
        return _sid(form), "person"
    if answered_by.startswith("machine_end_") or answered_by == "fax":
        return _sid(form), "message_end"
    return _sid(form), "machine" if answered_by.startswith("machine_") else None


def moved(current: CallStatus | None, told: CallStatus) -> CallStatus:
    """The status after Twilio told `told`: the same as before when the call cannot have moved so."""
    return told if current is None or told in MOVES[current] else current


def settled(callbacks: Iterable[StatusCallback]) -> CallStatus | None:
    """How a call stands by these callbacks, in whatever order and however often they came; None without any."""
    status: CallStatus | None = None
    for callback in sorted(callbacks, key=lambda each: each.sequence_number):
        status = moved(status, callback.status)
    return status


def _sid(form: Mapping[str, str]) -> str:
    sid = form.get("CallSid", "")
    if not sid:
        raise ProtocolError("a callback without a CallSid")
    return sid


def _whole(form: Mapping[str, str], name: str) -> int | None:
    text = form.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise ProtocolError(f"a callback whose {name} is not a whole number")
    return int(text)


def _whole_or_none(form: Mapping[str, str], name: str) -> int | None:
    try:
        return _whole(form, name)
    except ProtocolError:
        return None


def _rfc2822(text: str | None) -> datetime | None:
    """Twilio's time of a call's change. A time that cannot be read is no reason to lose the status."""
    try:
        return parsedate_to_datetime(text) if text else None
    except (ValueError, IndexError):
        return None


def _iso8601(text: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
