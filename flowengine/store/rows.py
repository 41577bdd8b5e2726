"""What goes into the record and comes out of it. Times are aware datetimes; the record keeps UTC."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Way = Literal["in", "out"]


@dataclass(frozen=True, slots=True)
class CallStart:
    """A call as it begins. Numbers and contact are personal data; `contact` is JSON.

    `answered_at` None: in the moment in which it started. `status` in the telephone provider's words. `owner`: the
    process that carries it.
    """

    call_id: str
    call_sid: str
    flow: str
    flow_version: str
    direction: str
    started_at: datetime
    from_number: str | None = field(default=None, repr=False)
    to_number: str | None = field(default=None, repr=False)
    contact: str = field(default="{}", repr=False)
    answered_at: datetime | None = None
    status: str = "in-progress"
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One event (`in`) or command (`out`) of a call; `payload` is JSON with its `kind`."""

    call_id: str
    seq: int
    at: float
    way: Way
    kind: str
    payload: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class CallEnd:
    """A call as it ended."""

    call_id: str
    ended_at: datetime
    outcome: str
    reason: str
    abnormal: bool
    status: str = "completed"


@dataclass(frozen=True, slots=True)
class Suppression:
    """A number (E.164) that must not be called again, and in which call that was said (None: outside of calls).

    `written_by`: who put it there, where that was no call.
    """

    number: str = field(repr=False)
    call_id: str | None
    reason: str
    written_at: datetime
    written_by: str | None = None


Item = CallStart | Entry | CallEnd | Suppression
"""All that a writer keeps."""


@dataclass(frozen=True, slots=True)
class CallRow:
    """A recorded call. Times in UTC; an open call has no end and no outcome."""

    call_id: str
    call_sid: str
    flow: str
    flow_version: str
    direction: str
    from_number: str | None = field(repr=False)
    to_number: str | None = field(repr=False)
    contact: str = field(repr=False)
    started_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    status: str
    outcome: str | None
    reason: str | None
    abnormal: bool
    owner: str | None = None
