"""One simulated call: ring, stream, speak by script, listen, and tell what happened."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import assert_never

from flowengine.runtime.ports import Synthesiser
from flowengine.testing.twilio.account import Account, Instructions, ServerRefused, read_twiml
from flowengine.testing.twilio.measures import Utterance, utterances
from flowengine.testing.twilio.playout import Gap
from flowengine.testing.twilio.rest import RestServer
from flowengine.testing.twilio.script import HangUp, PlayClip, PressKeys, SayLine, StaySilent, Step
from flowengine.testing.twilio.stream import StreamPeer, Warned

QUIET_S = 0.7
AGENT_SILENT_S = 20.0
"""A caller whose agent says nothing for so long hangs up."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A caller's line as it was spoken; seconds since the stream began."""

    text: str
    start: float
    end: float


@dataclass(slots=True)
class CallReport:
    """What the simulated telephone heard and saw. Audio is mu-law, both sides from the stream's beginning."""

    call_sid: str
    caller: list[Spoken] = field(default_factory=list)
    agent: list[Utterance] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    replies: list[float] = field(default_factory=list)
    marks_in_order: bool = True
    clears: int = 0
    warned: Warned = field(default_factory=Warned)
    ended_by: str = ""
    said_by_twilio: tuple[str, ...] = ()
    caller_audio: bytes = b""
    agent_audio: bytes = b""

    @property
    def latest_frame(self) -> float:
        """Seconds by which the latest frame came too late for its sentence; 0 when none did."""
        return max((gap.seconds for gap in self.gaps), default=0.0)


class Telephone:
    """A simulated Twilio account with its REST side, ringing one server. Use as an async context manager."""

    def __init__(self, account: Account | None = None) -> None:
        self.account = account or Account()
        self._over: dict[str, asyncio.Event] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self.rest = RestServer(self.account.sid, self.account.auth_token, self._completed)

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
    ) -> CallReport:
        """The whole call, until it is over. Raises ServerRefused when it does not come to be one."""
        self._loop = asyncio.get_running_loop()
        sid = "CA" + secrets.token_hex(16)
        report = CallReport(sid)
        form = {
            "AccountSid": self.account.sid,
            "ApiVersion": "2010-04-01",
            "CallSid": sid,
            "CallStatus": "ringing" if direction == "inbound" else "in-progress",
            "Direction": direction,
            "From": caller if direction == "inbound" else to,
            "To": to if direction == "inbound" else caller,
        }
        self.rest.calls[sid] = "in-progress"
        self._over[sid] = asyncio.Event()
        clips = {step.text: await _speak(voice, step.text) for step in steps if isinstance(step, SayLine)}
        twiml = await self._fetch(voice_url, form)
        if twiml.stream_url is None:
            report.said_by_twilio = twiml.says
            report.ended_by = "twiml"
            self.rest.calls[sid] = "completed"
        else:
            await self._stream(twiml, sid, steps, clips, report, form)
        if status_url is not None:
            await self._tell_completed(status_url, form)
        return report

    async def _fetch(self, url: str, form: dict[str, str]) -> Instructions:
        status, body = await self.account.post(url, form)
        if status != 200:
            raise ServerRefused(f"{url.partition('?')[0]} answered {status}: {body[:300]}")
        return read_twiml(body)

    async def _stream(
        self,
        twiml: Instructions,
        sid: str,
        steps: Sequence[Step],
        clips: dict[str, bytes],
        report: CallReport,
        form: dict[str, str],
    ) -> None:
        stream_sid = "MZ" + secrets.token_hex(16)
        peer = await StreamPeer.open(self.account, twiml.stream_url or "", sid, stream_sid, twiml.parameters)
        caller = Caller(peer, steps, clips, report)
        async with asyncio.TaskGroup() as tasks:
            streaming = tasks.create_task(peer.run())
            acting = tasks.create_task(caller.act())
            over = tasks.create_task(self._over[sid].wait())
            done, _ = await asyncio.wait({streaming, acting, over}, return_when=asyncio.FIRST_COMPLETED)
            report.ended_by = "agent" if over in done else "caller" if acting in done else "closed by the server"
            for task in (acting, over):
                task.cancel()
            await peer.stop(abruptly=caller.drops)
            await asyncio.wait({streaming}, timeout=5)
            streaming.cancel()
        if report.ended_by == "closed by the server" and twiml.action_url is not None:
            # The hang-up by REST may be a moment behind the close.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(0.5):
                    await self._over[sid].wait()
            if self._over[sid].is_set():
                report.ended_by = "agent"
            else:
                report.said_by_twilio = (await self._fetch(twiml.action_url, form)).says
        self.rest.calls[sid] = "completed"
        _measure(report, peer)

    async def _tell_completed(self, url: str, form: dict[str, str]) -> None:
        await self.account.post(
            url,
            form
            | {
                "CallStatus": "completed",
                "CallDuration": "1",
                "Duration": "1",
                "SequenceNumber": "3",
                "CallbackSource": "call-progress-events",
                "Timestamp": format_datetime(datetime.now(UTC)),
            },
        )

    def _completed(self, sid: str) -> None:
        event = self._over.get(sid)
        if event is not None and self._loop is not None:
            self._loop.call_soon_threadsafe(event.set)


class Caller:
    """Carries out the steps, each when its moment has come."""

    def __init__(self, peer: StreamPeer, steps: Sequence[Step], clips: dict[str, bytes], report: CallReport) -> None:
        self._peer = peer
        self._steps = steps
        self._clips = clips
        self._report = report
        self._turn_began = 0.0
        self.drops = False

    async def act(self) -> None:
        """All steps; then wait for the agent to end the call, and give up when it goes quiet."""
        for step in self._steps:
            match step:
                case SayLine(text=text, interrupts_after=None):
                    await self._agent_finished()
                    await self._say(text, self._clips[text])
                case SayLine(text=text, interrupts_after=seconds):
                    began = await self._agent_began()
                    await self._until(began + (seconds or 0.0))
                    await self._say(text, self._clips[text])
                case PlayClip(text=text, mulaw=mulaw):
                    await self._agent_finished()
                    await self._say(text, mulaw)
                case StaySilent(seconds=seconds):
                    await self._agent_finished()
                    await self._until(self._peer.now() + seconds)
                    self._turn_began = self._peer.now()
                case PressKeys(keys=keys):
                    await self._agent_finished()
                    for key in keys:
                        await self._peer.press(key)
                        await asyncio.sleep(0.1)
                    now = self._peer.now()
                    self._report.caller.append(Spoken(f"(pressed {keys})", now, now))
                    self._turn_began = now
                case HangUp(abruptly=abruptly):
                    self.drops = abruptly
                    return
                case _:
                    assert_never(step)
        while self._peer.now() - (self._peer.playout.until - self._peer.began) < AGENT_SILENT_S:  # noqa: ASYNC110
            await asyncio.sleep(0.1)

    async def _say(self, text: str, mulaw: bytes) -> None:
        start = self._peer.now()
        self._peer.say(mulaw)
        while self._peer.is_speaking:  # noqa: ASYNC110 - paced by the frames
            await asyncio.sleep(0.01)
        self._turn_began = self._peer.now()
        self._report.caller.append(Spoken(text, start, self._turn_began))

    async def _agent_began(self) -> float:
        """When the agent began to speak in this turn; waits for it."""
        while self._peer.playout.until - self._peer.began <= self._turn_began + 0.05:
            self._give_up_if_quiet()
            await asyncio.sleep(0.01)
        return self._peer.now()

    async def _agent_finished(self) -> None:
        """The agent has said something in this turn, and has been quiet for a moment since."""
        await self._agent_began()
        while self._peer.now() - (self._peer.playout.until - self._peer.began) < QUIET_S:  # noqa: ASYNC110
            await asyncio.sleep(0.01)

    async def _until(self, moment: float) -> None:
        await asyncio.sleep(max(0.0, moment - self._peer.now()))

    def _give_up_if_quiet(self) -> None:
        if self._peer.now() - self._turn_began > AGENT_SILENT_S:
            raise ServerRefused(f"the agent said nothing for {AGENT_SILENT_S:.0f} s")


async def _speak(voice: Synthesiser, text: str) -> bytes:
    return b"".join([chunk async for chunk in voice.speak(text)])


def _measure(report: CallReport, peer: StreamPeer) -> None:
    report.caller_audio = bytes(peer.spoken)
    report.agent_audio = peer.playout.audio
    report.agent = utterances(report.agent_audio)
    report.gaps = list(peer.playout.gaps)
    report.clears = peer.playout.clears
    report.warned = peer.warned
    echoed = [name for name in peer.marks_asked if name in set(peer.marks_echoed)]
    report.marks_in_order = echoed == peer.marks_echoed
    for line in report.caller:
        following = [utterance.start for utterance in report.agent if utterance.start >= line.end]
        if following:
            report.replies.append(round(following[0] - line.end, 3))
