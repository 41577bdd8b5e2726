"""One simulated call: ring, stream, speak by script, listen, and tell what happened."""

from __future__ import annotations

import asyncio
import contextlib
import math
import secrets
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import replace

from flowengine.errors import FlowEngineError
from flowengine.runtime.ports import Synthesiser
from flowengine.testing.twilio import trouble as troubles
from flowengine.testing.twilio.account import Account, Dial, Instructions, ServerRefused, WantedRoom, read_twiml
from flowengine.testing.twilio.adding import begun, ended
from flowengine.testing.twilio.book import PlacedCall
from flowengine.testing.twilio.caller import AGENT_SILENT_S, QUIET_S, Caller
from flowengine.testing.twilio.colleague import Colleague, Reached
from flowengine.testing.twilio.exchange import Exchange
from flowengine.testing.twilio.lines import Answers, Voicemail
from flowengine.testing.twilio.notices import Notices
from flowengine.testing.twilio.orders import first
from flowengine.testing.twilio.picking_up import steps_of
from flowengine.testing.twilio.report import CallReport
from flowengine.testing.twilio.script import Step, spoken
from flowengine.testing.twilio.stream import StreamPeer
from flowengine.testing.twilio.trouble import Trouble

__all__ = ["CallReport", "Telephone"]

LOOK_S = 0.02
HANG_UP_BEHIND_S = 0.5
"""A hang-up by REST may come so much later than the close of the socket that goes with it."""
LEAVE_S = 5.0
ASK_EVERY_S = 0.5
GOOD_CLOSES = (1000, 1001, 1005)


class Telephone:
    """A simulated Twilio account with its REST side, ringing one server. Use as an async context manager.

    `rest_port` fixes the port of the REST side, for a server that is started elsewhere. A call that the server orders
    is dialled by `exchange`; with a `voice`, a line that has something to say is talked to, and its report kept.
    `asks_again_s`: so long it asks on for TwiML in the middle of a call where nobody answers; Twilio itself does so as
    its connection overrides have it, for 15 s at most.
    """

    def __init__(
        self,
        account: Account | None = None,
        *,
        rest_port: int = 0,
        voice: Synthesiser | None = None,
        calls_a_second: float | None = 1.0,
        asks_again_s: float = 0.0,
    ) -> None:
        self.exchange = Exchange(account, port=rest_port, calls_a_second=calls_a_second)
        self.exchange.on_completed = self.completed
        self.exchange.on_redirected = self._redirected
        self.account = self.exchange.account
        self.rest = self.exchange.rest
        self.reports: dict[str, CallReport] = {}
        """Of the calls that were ordered over REST and talked to."""
        self._voice = voice
        self._asks_again_s = asks_again_s
        self._talks: list[Future[None]] = []
        self._over: dict[str, asyncio.Event] = {}
        self._redirects: dict[str, asyncio.Queue[str]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None

    async def __aenter__(self) -> Telephone:
        self._loop = asyncio.get_running_loop()
        if self._voice is not None:
            self.exchange.converse = self._converse_from_thread
        return self

    async def __aexit__(self, *_: object) -> None:
        for sid in self.reports:
            self._over[sid].set()
        if self._talks:
            await asyncio.wait([asyncio.wrap_future(talk) for talk in self._talks], timeout=LEAVE_S)
        await asyncio.to_thread(self.exchange.close)

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
        colleague: Colleague | None = None,
        amd_url: str | None = None,
        answered_by: str = "human",
        verdicts: Sequence[tuple[float, str]] = (),
    ) -> CallReport:
        """The whole call, until it is over. `to` is the number that is rung at the server, `caller` the person's.

        `colleague` is whom it is put through to, `answered_by` the verdict that `amd_url` is told once it
        streams; or several, each with its second of the agent's talk, as a network that changes its mind tells them.

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
        person = Caller(playable, report, quiet_s=quiet_s, patience_s=patience_s)
        try:
            verdict = asyncio.create_task(notices.machine(amd_url, *(verdicts or [(0.0, answered_by)])))
            await self._talk(voice_url, form, person, report, notices, trouble, colleague or Colleague())
            await notices.all_told(verdict)
        finally:
            self.rest.calls[sid] = "completed"
            await notices.status("completed")
        return report

    def _converse_from_thread(self, call: PlacedCall, line: Answers | Voicemail, form: dict[str, str]) -> None:
        """What the exchange calls when somebody has picked up; until they, or the server, have hung up."""
        if self._loop is None:
            return
        talk = asyncio.run_coroutine_threadsafe(self._converse(call, line, form), self._loop)
        self._talks.append(talk)
        talk.result()

    async def _converse(self, call: PlacedCall, line: Answers | Voicemail, form: dict[str, str]) -> None:
        report = self.reports[call.sid] = CallReport(call.sid)
        self._over[call.sid] = asyncio.Event()
        if call.over.is_set():
            return
        notices = Notices(self.account, form, report, status_url=None)
        try:
            assert self._voice is not None
            person = Caller(await steps_of(line, self._voice), report)
            url = first(call.order, "Url")
            await self._talk(url, form, person, report, notices, troubles.NONE, Colleague())
        except FlowEngineError as error:
            # Here nobody waits for an exception: the report says that no call came of it.
            report.problems.append(str(error))

    async def _talk(
        self,
        voice_url: str,
        form: dict[str, str],
        person: Caller,
        report: CallReport,
        notices: Notices,
        trouble: Trouble,
        colleague: Colleague,
    ) -> None:
        """From the first TwiML to the last. Raises ServerRefused."""
        self._redirects[report.call_sid] = asyncio.Queue()
        following: Instructions | None = await self._fetch(voice_url, form)
        report.said_by_twilio = following.says if following else ()
        report.ended_by = "twiml"
        while following is not None:
            if following.dial is not None:
                following = await self._dial(following.dial, colleague, form, report)
            elif following.stream_url is not None:
                await self._stream(following.stream_url, following, person, report, notices, trouble)
                trouble = replace(trouble, breaks_after_s=None)
                following = await self._after_stream(following.action_url, form, report)
            elif following.redirect_url is not None:
                following = await self._asked(following.redirect_url, form | {"CallStatus": "in-progress"}, report)
            else:
                following = None

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
        caller.before, peer.sounds = begun(report, peer), notices.talks
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(notices.stream(twiml.status_url, stream_sid, "stream-started"))
            streaming = tasks.create_task(peer.run())
            acting = tasks.create_task(caller.act(peer))
            over = tasks.create_task(self._over[report.call_sid].wait())
            redirected = tasks.create_task(self._until_redirected(report.call_sid))
            done, _ = await asyncio.wait({streaming, acting, over, redirected}, return_when=asyncio.FIRST_COMPLETED)
            ends = ((over, "agent"), (redirected, "redirect"), (acting, "caller"), (streaming, "closed by the server"))
            report.ended_by = next(name for task, name in ends if task in done)
            for task in (acting, over, redirected):
                task.cancel()
            await peer.stop(abruptly=caller.drops)
            await asyncio.wait({streaming}, timeout=LEAVE_S)
            streaming.cancel()
        report.unsaid = caller.unsaid
        ended(report, peer, caller.before)
        is_closed, is_well = report.ended_by == "closed by the server", report.close_code in GOOD_CLOSES
        report.is_lost = is_closed and (peer.broke or not is_well)
        if report.is_lost:
            caller.cut_off()
        if is_closed and not is_well and not peer.broke:
            report.problems.append(f"the server closed the stream with {report.close_code}")
            await notices.stream(twiml.status_url, stream_sid, "stream-error", f"closed with {report.close_code}")
        await notices.stream(twiml.status_url, stream_sid, "stream-stopped")

    async def _until_redirected(self, sid: str) -> None:
        while self._redirects[sid].empty():  # noqa: ASYNC110 - what is there stays for `_after_stream`
            await asyncio.sleep(LOOK_S)

    async def _after_stream(
        self, action_url: str | None, form: dict[str, str], report: CallReport
    ) -> Instructions | None:
        """What the call does now: what REST has ordered; and when the server closed the stream, Twilio asks."""
        if report.ended_by == "redirect":
            ordered = self._redirects[report.call_sid].get_nowait()
            if ordered.startswith("http"):
                return await self._asked(ordered, form | {"CallStatus": "in-progress"}, report)
            try:
                return read_twiml(ordered)
            except ServerRefused as error:
                report.problems.append(str(error))
                return None
        if report.ended_by != "closed by the server":
            return None
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(HANG_UP_BEHIND_S):
                await self._over[report.call_sid].wait()
        if self._over[report.call_sid].is_set():
            report.ended_by = "agent"
        elif action_url is not None:
            return await self._asked(action_url, form | {"CallStatus": "in-progress"}, report)
        return None

    async def _asked(self, url: str, form: dict[str, str], report: CallReport) -> Instructions | None:
        """An action in the middle of a call: what it orders."""
        loop = asyncio.get_running_loop()
        until = loop.time() + self._asks_again_s
        while True:
            try:
                answer = await self._fetch(url, form)
                break
            except ServerRefused as error:
                if loop.time() >= until:
                    # The call itself has been; what is known of it must not be lost with its end.
                    report.problems.append(f"11200: {error}")
                    return None
                await asyncio.sleep(ASK_EVERY_S)
        report.said_by_twilio += answer.says
        return answer

    async def _dial(
        self, dial: Dial, colleague: Colleague, form: dict[str, str], report: CallReport
    ) -> Instructions | None:
        """Ring, perhaps talk, and ask what comes then, unless the call has been ended meanwhile."""
        if dial.room is not None:
            return await self._meet(dial.room, dial.action_url, colleague, form, report)
        report.dialled.append((dial.number, dial.caller_id))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(colleague.seconds):
                await self._over[report.call_sid].wait()
        is_cancelled = self._over[report.call_sid].is_set()
        report.reached.append(Reached(dial.number, "canceled" if is_cancelled else colleague.status, dial.caller_id))
        if is_cancelled:
            report.ended_by = "agent"
            return None
        is_over = colleague.caller_leaves or not colleague.is_told
        report.ended_by = "caller" if is_over else "twiml"
        if is_over:
            self.rest.calls[report.call_sid] = "completed"
        if dial.action_url is None or not colleague.is_told:
            return None
        told = {"DialCallStatus": colleague.status, "CallStatus": "completed" if is_over else "in-progress"}
        if colleague.status == "completed":
            told["DialCallDuration"] = str(round(colleague.seconds))
        answer = await self._asked(dial.action_url, form | told, report)
        return None if is_over else answer

    async def _meet(
        self, wanted: WantedRoom, action_url: str | None, colleague: Colleague, form: dict[str, str], report: CallReport
    ) -> Instructions | None:
        """In the room until it is over, REST says otherwise, or the caller hangs up; then what comes next."""
        sid, rooms = report.call_sid, self.exchange.rooms
        room = rooms.enter(wanted.name, sid, starts=wanted.starts, ends=wanted.ends, most=wanted.most)
        if room is None:
            report.problems.append("the room is full")
            return None
        leaves_at = asyncio.get_running_loop().time() + colleague.seconds if colleague.caller_leaves else math.inf
        try:
            while not (room.over.is_set() or self._over[sid].is_set() or not self._redirects[sid].empty()):
                if asyncio.get_running_loop().time() >= leaves_at:
                    break
                await asyncio.sleep(LOOK_S)
        finally:
            rooms.leave(room, sid)
            report.rooms.append(room.has_met)
        if self._over[sid].is_set():
            report.ended_by = "agent"
            return None
        if not self._redirects[sid].empty():
            # Other instructions take the call out of its room; nobody asks the action then.
            report.ended_by = "redirect"
            return await self._after_stream(None, form, report)
        is_over = asyncio.get_running_loop().time() >= leaves_at
        report.ended_by = "caller" if is_over else "twiml"
        if is_over:
            self.rest.calls[sid] = "completed"
        if action_url is None or not colleague.is_told:
            return None
        told = {"DialCallStatus": "answered", "CallStatus": "completed" if is_over else "in-progress"}
        answer = await self._asked(action_url, form | told, report)
        return None if is_over else answer

    def reached(self) -> list[Reached]:
        """Whom the server had rung, and what was said to each: the colleagues of warm transfers."""
        said = self.exchange.said
        return [
            Reached(
                call.to,
                # Twilio calls it completed too when we end a call that still rings.
                "not answered, taken back"
                if self.rest.calls[sid] == "completed" and call.answered_at is None
                else self.rest.calls[sid],
                call.from_,
                tuple(text for at, text in said if at == sid),
            )
            for sid, call in self.rest.book.placed.items()
        ]

    def _redirected(self, sid: str, twiml: str) -> None:
        queue = self._redirects.get(sid)
        if queue is not None and self._loop is not None:
            self._loop.call_soon_threadsafe(queue.put_nowait, twiml)

    def completed(self, sid: str) -> None:
        """The call is over, by the REST side; told from any thread."""
        event = self._over.get(sid)
        if event is not None and self._loop is not None:
            self._loop.call_soon_threadsafe(event.set)
