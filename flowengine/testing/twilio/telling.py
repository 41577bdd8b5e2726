"""What Twilio tells the server about a placed call: signed status callbacks, in or out of order, as its line says."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from email.utils import format_datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flowengine.adapters.twilio.callbacks import ENDS, CallStatus
from flowengine.testing.twilio.account import ServerRefused
from flowengine.testing.twilio.book import PlacedCall
from flowengine.testing.twilio.lines import Callbacks
from flowengine.testing.twilio.orders import first

if TYPE_CHECKING:
    from flowengine.testing.twilio.exchange import Exchange

EVENTS: Mapping[CallStatus, str] = {
    "initiated": "initiated",
    "ringing": "ringing",
    "in-progress": "answered",
    **dict.fromkeys(ENDS, "completed"),
}
"""Under which StatusCallbackEvent a status is told."""


class Teller:
    """The callbacks of one call. Its thread waits for each answer, so that they come in order unless told not to."""

    def __init__(self, exchange: Exchange, call: PlacedCall) -> None:
        self.callbacks = Callbacks()
        self._exchange = exchange
        self._call = call
        self._number = 0
        self._held: list[dict[str, str]] = []
        # Twilio tells only of the end when nothing is asked for.
        self._wanted = set(call.order.get("StatusCallbackEvent", ())) or {"completed"}

    def form(self, status: CallStatus) -> dict[str, str]:
        """What every webhook of this call carries."""
        return {
            "AccountSid": self._exchange.account.sid,
            "ApiVersion": "2010-04-01",
            "CallSid": self._call.sid,
            "CallStatus": status,
            "Direction": "outbound-api",
            "From": self._call.from_,
            "To": self._call.to,
            "Caller": self._call.from_,
            "Called": self._call.to,
        }

    def status(self, status: CallStatus, *, sip_code: int | None = None) -> None:
        """The call has changed its status."""
        url = first(self._call.order, "StatusCallback")
        if not url or EVENTS[status] not in self._wanted:
            return
        form = self.form(status) | {
            "CallbackSource": "call-progress-events",
            "Timestamp": format_datetime(self._exchange.moment(self._call)),
        }
        if self.callbacks.numbered:
            form["SequenceNumber"] = str(self._number)
        self._number += 1
        if status in ENDS:
            form |= self._terminal(sip_code)
        self._tell(url, status, form)

    def _terminal(self, sip_code: int | None) -> dict[str, str]:
        seconds = self._call.duration_s or 0
        answered_by = {} if self._call.answered_by is None else {"AnsweredBy": self._call.answered_by}
        return {
            "CallDuration": str(seconds),
            "Duration": str(-(-seconds // 60)),
            "SipResponseCode": str(sip_code),
        } | answered_by

    def _tell(self, url: str, status: CallStatus, form: dict[str, str]) -> None:
        if self.callbacks.reversed:
            if status not in self.callbacks.missing:
                self._held.insert(0, form)
            if status in ENDS:
                for held in self._held:
                    self._repeat(url, held)
        elif status in self.callbacks.missing:
            return
        elif delay_s := self.callbacks.delays.get(status):
            timer = threading.Timer(delay_s / self._exchange.speed, self._repeat, (url, form))
            timer.daemon = True
            timer.start()
        else:
            self._repeat(url, form)

    def _repeat(self, url: str, form: dict[str, str]) -> None:
        for _ in range(self.callbacks.times):
            self.post(url, form)

    def post(self, url: str, form: Mapping[str, str]) -> None:
        """A signed webhook. One that fails is lost, as at Twilio, which does not repeat it."""
        name = f"{urlsplit(url).path} {form.get('CallStatus') or form.get('AnsweredBy')}"
        if self._exchange.rest.closing.is_set():
            return
        try:
            status, _ = self._exchange.account.post_now(url, form)
        except ServerRefused as error:
            self._noted("not told", f"{name}: {error}")
            return
        self._noted("told" if status < 400 else "not told", name if status < 400 else f"{name}: answered {status}")

    def _noted(self, what: str, detail: str) -> None:
        self._call.told += 1
        self._exchange.note(self._call, "told" if what == "told" else "not told", detail)
