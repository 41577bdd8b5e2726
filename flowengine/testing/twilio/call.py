"""One simulated call: ring, stream, speak by script, listen, and tell what happened."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import Sequence

from flowengine.runtime.ports import Synthesiser
from flowengine.testing.twilio import trouble as troubles
from flowengine.testing.twilio.account import Account, Instructions, ServerRefused, read_twiml
from flowengine.testing.twilio.caller import AGENT_SILENT_S, QUIET_S, Caller
from flowengine.testing.twilio.measures import utterances
from flowengine.testing.twilio.notices import Notices
from flowengine.testing.twilio.report import CallReport
from flowengine.testing.twilio.rest import RestServer
from flowengine.testing.twilio.script import Step, spoken
from flowengine.testing.twilio.stream import StreamPeer
from flowengine.testing.twilio.trouble import Trouble

__all__ = ["CallReport", "Telephone"]

HANG_UP_BEHIND_S = 0.5
"""A hang-up by REST may come so much later than the close of the socket that goes with it."""
LEAVE_S = 5.0
GOOD_CLOSES = (1000, 1001, 1005)


class Telephone:
    """A simulated Twilio account with its REST side, ringing one server. Use as an async context manager.

    `rest_port` fixes the port of the REST side, for a server that is started elsewhere.
    """

    def __init__(self, account: Account | None = None, *, rest_port: int = 0) -> None:
        self.account = account or Account()
        self._over: dict[str, asyncio.Event] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self.rest = RestServer(self.account.sid, self.account.auth_token, self._completed, port=rest_port)

    async def __aenter__(self) -> Telephone:
        self._loop = asyncio.get_running_loop()
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.to_thread(self.rest.close)

    async def ring(
        self,
        voice_url: str,
        steps: Sequence[Step],
        voice: Synthesiser,
        *,
        to: str = "+441134960124",
        caller: str = "+441134960123",
        direction: str = "inbound",
        status_url: str | None = None,
        quiet_s: float = QUIET_S,
        patience_s: float = AGENT_SILENT_S,
        trouble: Trouble = troubles.NONE,
    ) -> CallReport:
        """The whole call, until it is over. `to` is the number that is rung at the server, `caller` the person's.

        Raises ServerRefused when no call comes of it, SynthesiserError when the caller's lines cannot be spoken.
        """
        playable = await spoken(steps, voice)
        sid = "CA" + secrets.token_hex(16)
        report = CallReport(sid)
        inbound = direction == "inbound"
        form = {
            "AccountSid": self.account.sid,
            "ApiVersion": "2010-04-01",
            "CallSid": sid,
            "CallStatus": "ringing" if inbound else "in-progress",
            "Direction": direction,
            "From": caller if inbound else to,
            "To": to if inbound else caller,
        }
        notices = Notices(self.account, form, report, status_url=status_url, shuffled=trouble.callbacks_shuffled)
        self.rest.calls[sid] = "in-progress"
        self._over[sid] = asyncio.Event()
        for status in ("initiated", "ringing", "in-progress"):
            await notices.status(status)
        try:
            twiml = await self._fetch(voice_url, form)
            report.said_by_twilio = twiml.says
            if twiml.stream_url is None:
                report.ended_by = "twiml"
            else:
                person = Caller(playable, report, quiet_s=quiet_s, patience_s=patience_s)
                await self._stream(twiml.stream_url, twiml, person, report, notices, trouble)
                await self._after_stream(twiml.action_url, form, report)
        finally:
            self.rest.calls[sid] = "completed"
            await notices.status("completed")
        return report

    async def _fetch(self, url: str, form: dict[str, str]) -> Instructions:
        status, body = await self.account.post(url, form)
        if status != 200:
            raise ServerRefused(f"{url.partition('?')[0]} answered {status}: {body[:300]}")
        return read_twiml(body)

    async def _stream(
        self, url: str, twiml: Instructions, caller: Caller, report: CallReport, notices: Notices, trouble: Trouble
    ) -> None:
        """The media stream, until one of the two sides, or the REST API, has ended it. Raises ServerRefused."""
        stream_sid = "MZ" + secrets.token_hex(16)
        peer = await StreamPeer.open(self.account, url, report.call_sid, stream_sid, twiml.parameters, trouble)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(notices.stream(twiml.status_url, stream_sid, "stream-started"))
            streaming = tasks.create_task(peer.run())
            acting = tasks.create_task(caller.act(peer))
            over = tasks.create_task(self._over[report.call_sid].wait())
            done, _ = await asyncio.wait({streaming, acting, over}, return_when=asyncio.FIRST_COMPLETED)
            report.ended_by = "agent" if over in done else "caller" if acting in done else "closed by the server"
            acting.cancel()
            over.cancel()
            await peer.stop(abruptly=caller.drops)
            await asyncio.wait({streaming}, timeout=LEAVE_S)
            streaming.cancel()
        report.unsaid = caller.unsaid
        _measure(report, peer)
        if report.ended_by == "closed by the server" and report.close_code not in GOOD_CLOSES:
            report.problems.append(f"the server closed the stream with {report.close_code}")
            await notices.stream(twiml.status_url, stream_sid, "stream-error", f"closed with {report.close_code}")
        await notices.stream(twiml.status_url, stream_sid, "stream-stopped")

    async def _after_stream(self, action_url: str | None, form: dict[str, str], report: CallReport) -> None:
        """When it was the server who closed the stream, the call is still up: Twilio asks what to do with it."""
        if report.ended_by != "closed by the server":
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(HANG_UP_BEHIND_S):
                await self._over[report.call_sid].wait()
        if self._over[report.call_sid].is_set():
            report.ended_by = "agent"
        elif action_url is not None:
            try:
                report.said_by_twilio += (await self._fetch(action_url, form | {"CallStatus": "in-progress"})).says
            except ServerRefused as error:
                # The call itself has been; what is known of it must not be lost with its end.
                report.problems.append(f"11200: {error}")

    def _completed(self, sid: str) -> None:
        event = self._over.get(sid)
        if event is not None and self._loop is not None:
            self._loop.call_soon_threadsafe(event.set)


def _measure(report: CallReport, peer: StreamPeer) -> None:
    report.caller_audio = bytes(peer.spoken)
    report.agent_audio = peer.playout.audio
    report.agent = utterances(report.agent_audio)
    report.gaps = list(peer.playout.gaps)
    report.cleared_at = list(peer.playout.clears)
    report.warned = peer.warned
    report.marks_asked = peer.marks_asked
    report.marks_echoed = peer.marks_echoed
    report.close_code = peer.close_code
