"""Twilio's webhooks beside the voice: how the call stands, how the stream stands."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from urllib.parse import urlsplit

from flowengine.adapters.twilio.callbacks import ENDS, CallStatus, StreamEvent
from flowengine.testing.twilio.account import Account, ServerRefused
from flowengine.testing.twilio.report import CallReport


class Notices:
    """What Twilio tells about one call. A webhook that fails is one of the report's problems, never an exception."""

    def __init__(
        self,
        account: Account,
        form: Mapping[str, str],
        report: CallReport,
        *,
        status_url: str | None,
        shuffled: bool = False,
    ) -> None:
        self._account = account
        self._form = dict(form)
        self._report = report
        self._status_url = status_url
        self._shuffled = shuffled
        self._held: list[dict[str, str]] = []
        self._number = 0
        self._answered_at = datetime.now(UTC)
        self.talks = asyncio.Event()
        """The agent has been heard; or the call is over."""

    async def status(self, status: CallStatus) -> None:
        """The call has changed its status. With callbacks shuffled, it is told at the end."""
        if self._status_url is None:
            return
        now = datetime.now(UTC)
        form = self._form | {
            "CallStatus": status,
            "CallbackSource": "call-progress-events",
            "SequenceNumber": str(self._number),
            "Timestamp": format_datetime(now),
        }
        self._number += 1
        if status == "in-progress":
            self._answered_at = now
        if status in ENDS:
            seconds = round((now - self._answered_at).total_seconds())
            form |= {"CallDuration": str(seconds), "Duration": str(-(-seconds // 60)), "SipResponseCode": "200"}
        if not self._shuffled:
            await self._post(self._status_url, form)
            return
        self._held.append(form)
        if status in ENDS:
            for held in (*reversed(self._held), *self._held):
                await self._post(self._status_url, held)

    async def stream(self, url: str | None, stream_sid: str, event: StreamEvent, error: str | None = None) -> None:
        """The stream has been opened or closed, or has failed."""
        if url is None:
            return
        form = {
            "AccountSid": self._account.sid,
            "CallSid": self._report.call_sid,
            "StreamSid": stream_sid,
            "StreamName": stream_sid,
            "StreamEvent": event,
            "Timestamp": datetime.now(UTC).isoformat(timespec="milliseconds"),
        }
        await self._post(url, form | ({"StreamError": error} if error is not None else {}))

    async def machine(self, url: str | None, *verdicts: tuple[float, str]) -> None:
        """Twilio's verdicts on who has answered, each so many seconds after the agent's first sound; 0: at once."""
        clock = asyncio.get_running_loop().time
        begun: float | None = None
        for after, answered_by in verdicts if url is not None else ():
            if after > 0:
                await self.talks.wait()
                begun = begun or clock()
                await asyncio.sleep(max(0.0, begun + after - clock()))
            form = {name: self._form[name] for name in ("AccountSid", "CallSid")}
            duration = str(round(after * 1000) or 2400)
            await self._post(url or "", form | {"AnsweredBy": answered_by, "MachineDetectionDuration": duration})

    async def all_told(self, verdicts: asyncio.Task[None]) -> None:
        """The call is over: nobody waits for the agent's voice any more."""
        self.talks.set()
        await verdicts

    async def _post(self, url: str, form: Mapping[str, str]) -> None:
        try:
            status, _ = await self._account.post(url, form)
        except ServerRefused as error:
            self._report.problems.append(f"11200: {error}")
            return
        if status >= 400:
            self._report.problems.append(f"11200: {urlsplit(url).path} answered {status}")
