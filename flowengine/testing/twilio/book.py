"""The simulated account's book: the calls that were ordered, how each stands, and how they are shown and searched."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from urllib.parse import urlencode

from flowengine.adapters.twilio.callbacks import ENDS, CallStatus, moved
from flowengine.testing.twilio.orders import Form, first

PAGE = 50
LARGEST_PAGE = 1000


@dataclass(slots=True, eq=False)
class PlacedCall:
    """A call that was ordered over REST, as it goes. `ahead`: by how much its own time is ahead of the wall's."""

    sid: str
    order: Form = field(repr=False)
    created_at: datetime
    ahead: timedelta = timedelta()
    started_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    answered_by: str | None = None
    told: int = 0
    """So many status callbacks have been delivered, or tried."""
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def to(self) -> str:
        return first(self.order, "To")

    @property
    def from_(self) -> str:
        return first(self.order, "From")

    @property
    def duration_s(self) -> int | None:
        """Seconds of talk, once the call is over."""
        if self.ended_at is None:
            return None
        return 0 if self.answered_at is None else round((self.ended_at - self.answered_at).total_seconds())


class Book:
    """Calls by SID. `calls` is how each stands, those that were not ordered over REST included; `placed` the orders."""

    def __init__(self, account_sid: str, now: Callable[[], datetime]) -> None:
        self.calls: dict[str, CallStatus] = {}
        self.placed: dict[str, PlacedCall] = {}
        self._account = account_sid
        self._now = now
        self._lock = threading.RLock()

    def enter(self, order: Form) -> PlacedCall:
        """A new call, queued."""
        call = PlacedCall("CA" + secrets.token_hex(16), order, self._now())
        with self._lock:
            self.placed[call.sid] = call
            self.calls[call.sid] = "queued"
        return call

    def move(self, sid: str, status: CallStatus) -> bool:
        """The call goes on to `status`; False when it cannot: it was cancelled or hung up a moment before."""
        with self._lock:
            before = self.calls[sid]
            self.calls[sid] = moved(before, status)
            if self.calls[sid] != status or before == status:
                return False
            self._stamp(sid, status)
            return True

    def _stamp(self, sid: str, status: CallStatus) -> None:
        call = self.placed.get(sid)
        if call is None:
            return
        moment = self._now() + call.ahead
        if status == "initiated":
            call.started_at = moment
        elif status == "in-progress":
            call.answered_at = moment
        elif status in ENDS:
            call.ended_at = moment
            call.over.set()

    def shown(self, sid: str) -> dict[str, object]:
        """Twilio's JSON of a call."""
        with self._lock:
            call, status = self.placed.get(sid), self.calls[sid]
        bare: dict[str, object] = {"sid": sid, "account_sid": self._account, "status": status}
        if call is None:
            return bare
        return bare | {
            "to": call.to,
            "from": call.from_,
            "direction": "outbound-api",
            "date_created": _rfc2822(call.created_at),
            "date_updated": _rfc2822(call.ended_at or call.answered_at or call.started_at or call.created_at),
            "start_time": _rfc2822(call.started_at),
            "end_time": _rfc2822(call.ended_at),
            "duration": str(call.duration_s) if status == "completed" else None,
            "answered_by": call.answered_by,
            "price": None,
            "price_unit": "USD",
            "api_version": "2010-04-01",
            "uri": f"/2010-04-01/Accounts/{self._account}/Calls/{sid}.json",
        }

    def page(self, query: Form) -> dict[str, object]:
        """Twilio's JSON of a search, the newest first, in pages."""
        with self._lock:
            found = list(self._matching(query))[::-1]
        size = min(max(1, _whole(query, "PageSize", PAGE)), LARGEST_PAGE)
        at = _whole(query, "Page", 0)
        path = f"/2010-04-01/Accounts/{self._account}/Calls.json?"
        kept = {name: first(query, name) for name in query if name not in ("Page", "PageSize", "PageToken")}

        def address(number: int) -> str:
            return path + urlencode(kept | {"PageSize": str(size), "Page": str(number), "PageToken": f"PA{number}"})

        return {
            "calls": [self.shown(call.sid) for call in found[at * size : (at + 1) * size]],
            "page": at,
            "page_size": size,
            "start": at * size,
            "end": max(0, min((at + 1) * size, len(found)) - 1),
            "uri": address(at),
            "first_page_uri": address(0),
            "previous_page_uri": address(at - 1) if at else None,
            "next_page_uri": address(at + 1) if (at + 1) * size < len(found) else None,
        }

    def _matching(self, query: Form) -> Iterator[PlacedCall]:
        since, until, on = (_day(query, name) for name in ("StartTime>", "StartTime<", "StartTime"))
        for call in self.placed.values():
            # As at Twilio: what was not dialled yet has no start, and no search by start finds it.
            day = None if call.started_at is None else call.started_at.astimezone(UTC).date().isoformat()
            if (
                first(query, "To", call.to) == call.to
                and first(query, "From", call.from_) == call.from_
                and first(query, "Status", self.calls[call.sid]) == self.calls[call.sid]
                and (since is None or (day is not None and day >= since))
                and (until is None or (day is not None and day <= until))
                and (on is None or day == on)
            ):
                yield call


def _day(query: Form, name: str) -> str | None:
    return first(query, name)[:10] or None


def _whole(query: Form, name: str, default: int) -> int:
    text = first(query, name)
    return int(text) if text.isdecimal() else default


def _rfc2822(moment: datetime | None) -> str | None:
    return None if moment is None else format_datetime(moment.astimezone(UTC).replace(microsecond=0))
