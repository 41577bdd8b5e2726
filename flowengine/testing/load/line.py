"""One telephone line of the load: a call is up on it at all times, and when one ends the next is rung."""

from __future__ import annotations

import asyncio
import contextlib
import random
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flowengine.adapters.twilio.signature import sign
from flowengine.errors import FlowEngineError
from flowengine.testing.load.caller import Clips, LoadCaller
from flowengine.testing.load.pacer import Pacer
from flowengine.testing.load.persona import Persona
from flowengine.testing.load.stream import LoadStream, Tallies
from flowengine.testing.load.wire import NORMAL, Wire
from flowengine.testing.twilio.account import ServerRefused, read_twiml
from flowengine.testing.twilio.exchange import Exchange
from flowengine.testing.twilio.notices import Notices
from flowengine.testing.twilio.report import CallReport

GOOD_CLOSES = (NORMAL, 1001, 1005)
CLOSES_WITHIN_S = 3.0
AGAIN_S = 1.0
"""After a call that did not come about, the next is tried no sooner."""
TO, FROM = "+441134960124", "+441134960123"


@dataclass(frozen=True, slots=True)
class Network:
    """What all lines share: the account and its REST side, the clock, the measures, whom to ring."""

    exchange: Exchange
    pacer: Pacer
    tallies: Tallies
    voice_url: str
    status_url: str
    hung_up: dict[str, asyncio.Future[str]]
    """By call, done when the server hangs up over REST."""

    def completed(self, sid: str) -> None:
        """The server has ended this call over REST."""
        future = self.hung_up.get(sid)
        if future is not None and not future.done():
            future.set_result("hung up by the server")


class LoadLine:
    """Keeps one caller on the line until it is told to `stop`."""

    def __init__(self, number: int, network: Network, persona: Persona, clips: Clips) -> None:
        self._network = network
        self._persona = persona
        self._clips = clips
        self._chance = random.Random(number)
        self._stopped = asyncio.Event()
        self.is_up = False

    def stop(self) -> None:
        """Hang up, and ring no more."""
        self._stopped.set()

    async def run(self) -> None:
        """Call after call until `stop`. Never raises: what goes wrong is counted."""
        while not self._stopped.is_set():
            problem = await self._call()
            self.is_up = False
            if problem is not None:
                self._network.tallies.now.problems[problem] += 1
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._stopped.wait(), AGAIN_S)

    async def _call(self) -> str | None:
        """One call from the webhook to the last callback; why it did not come about, or None."""
        network, sid = self._network, "CA" + secrets.token_hex(16)
        account = network.exchange.account
        form = {
            "AccountSid": account.sid,
            "ApiVersion": "2010-04-01",
            "CallSid": sid,
            "CallStatus": "ringing",
            "Direction": "inbound",
            "From": FROM,
            "To": TO,
        }
        report = CallReport(sid)
        notices = Notices(account, form, report, status_url=network.status_url)
        network.exchange.rest.calls[sid] = "in-progress"
        network.hung_up[sid] = asyncio.get_running_loop().create_future()
        try:
            return await self._talk(sid, form)
        except FlowEngineError as error:
            return str(error)
        finally:
            del network.hung_up[sid]
            network.exchange.rest.calls[sid] = "completed"
            await notices.status("completed")
            network.tallies.now.problems.update(report.problems)

    async def _talk(self, sid: str, form: Mapping[str, str]) -> str | None:
        """Raises ServerRefused, WireError."""
        network = self._network
        account = network.exchange.account
        status, body = await account.post(network.voice_url, form)
        if status != 200:
            raise ServerRefused(f"{network.voice_url.partition('?')[0]} answered {status}")
        twiml = read_twiml(body)
        if twiml.stream_url is None:
            return f"answered without a stream: {' '.join(twiml.says) or 'not a word'}"
        stream = LoadStream(account.sid, sid, "MZ" + secrets.token_hex(16), network.tallies)
        signature = sign(account.auth_token, twiml.stream_url)
        headers = {"X-Twilio-Signature": signature, "User-Agent": "TwilioMediaStreams/1.0"}
        wire = await Wire.connect(twiml.stream_url, headers, stream.take)
        left: asyncio.Future[str] = asyncio.get_running_loop().create_future()

        def leave(reason: str) -> None:
            if not left.done():
                left.set_result(reason)

        caller = LoadCaller(self._persona, self._clips, stream, network.tallies, leave, self._chance)
        stream.begin(wire, twiml.parameters, time.perf_counter())
        network.tallies.now.begun += 1
        self.is_up = True
        network.pacer.add(caller)
        try:
            return await self._until_over(sid, wire, stream, left)
        finally:
            network.pacer.remove(caller)
            stream.finish()
            network.tallies.now.ended += 1
            wire.abort()

    async def _until_over(self, sid: str, wire: Wire, stream: LoadStream, left: asyncio.Future[str]) -> str | None:
        stopped = asyncio.ensure_future(self._stopped.wait())
        try:
            ends: set[asyncio.Future[Any]] = {wire.closed, left, stopped, self._network.hung_up[sid]}
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopped.cancel()
        if wire.closed.done() and not self._network.hung_up[sid].done():
            code = wire.closed.result()
            return None if code in GOOD_CLOSES else f"the server closed the stream with {code}"
        if left.done() and left.result() == "drops":
            return None
        stream.stop()
        try:
            async with asyncio.timeout(CLOSES_WITHIN_S):
                await asyncio.shield(wire.closed)
        except TimeoutError:
            return f"the server did not close the stream within {CLOSES_WITHIN_S:g} s"
        return None
