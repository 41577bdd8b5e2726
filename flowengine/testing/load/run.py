"""One run against one server: lines are added step by step, and each step is measured for a while."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from flowengine.adapters.scripted.synthesiser import ScriptedSynthesiser
from flowengine.errors import FlowEngineError
from flowengine.runtime.ports import Synthesiser
from flowengine.testing.load.caller import Clips, clips_of
from flowengine.testing.load.line import LoadLine, Network
from flowengine.testing.load.pacer import Pacer
from flowengine.testing.load.persona import Persona
from flowengine.testing.load.process import Usage, usage
from flowengine.testing.load.stream import Tallies
from flowengine.testing.load.tally import Tally
from flowengine.testing.twilio.exchange import Exchange

TALK = Path(__file__).with_name("load_talk.flow")
"""What is rung when no flow is named: a call that goes on for as long as the caller likes."""
CALLS_A_SECOND = 10.0
SETTLES_S = 3.0
"""After the last call has begun, before anything is measured."""
UP_WITHIN_S = 60.0
ENDS_WITHIN_S = 30.0

CALM_WITHIN_S = 20.0
CALM_LOOK_S = 1.0
CALM_SHARE = 0.1
"""Of a core: a server with one call takes a tenth of that."""
HOPELESS = 4
"""So many problems before a single call has come about: another try would be the same."""
REMEDIES = (
    ("does not answer", "is that the server's address, and does it run?"),
    ("answered 403", "account, token and address must be what the server has: --account, --token, its SERVER_BASE_URL"),
    ("number is not in use", "the server has no flow of this name that can run"),
    ("lines are busy", "the server takes no more: its FLOWENGINE_MAX_CALLS, or a loop that is late"),
)
"""What a problem of the callers comes of, by a part of its text."""


class LoadFailed(FlowEngineError):
    """No load came about; the message says why."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """What was measured of so many calls. `own_lateness` is the generator's, per step of its clock, in seconds."""

    calls: int
    seconds: float
    tally: Tally
    before: Usage | None
    after: Usage | None
    own_cpu_s: float
    own_lateness: Sequence[float] = field(repr=False)


def why_not(problems: Counter[str]) -> str:
    """Why calls did not come about, the most frequent problems first, and what to look at."""
    if not problems:
        return "the server answers too slowly"
    found = "; ".join(f"{text} ({count} times)" for text, count in problems.most_common(3))
    remedy = next((remedy for part, remedy in REMEDIES if part in found), None)
    return found if remedy is None else f"{found}: {remedy}"


async def spoken(personas: Sequence[Persona], voice: Synthesiser | None = None) -> dict[str, Clips]:
    """The lines of each persona, as frames. Raises SynthesiserError."""
    voice = voice or ScriptedSynthesiser()
    clips: dict[str, Clips] = {}
    for persona in personas:
        if persona.name not in clips:
            audio = [b"".join([chunk async for chunk in voice.speak(line)]) for line in persona.lines]
            clips[persona.name] = clips_of(audio)
    return clips


class LoadRun:
    """Lines to one server. Enter it with `load_run`; `pid` is the server's process, where that is known."""

    def __init__(
        self, network: Network, personas: Sequence[Persona], clips: Mapping[str, Clips], pid: int | None
    ) -> None:
        self._network = network
        self._personas = personas
        self._clips = clips
        self._lines: list[LoadLine] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._has_begun = False
        self.pid = pid

    async def raise_to(self, calls: int, *, a_second: float = CALLS_A_SECOND, up_within_s: float = UP_WITHIN_S) -> None:
        """More lines, one after the other, until there are so many and all are up. Raises LoadFailed."""
        while len(self._lines) < calls:
            number = len(self._lines)
            persona = self._personas[number % len(self._personas)]
            line = LoadLine(number, self._network, persona, self._clips[persona.name])
            self._lines.append(line)
            self._tasks.append(asyncio.create_task(line.run(), name=f"line {number + 1}"))
            await asyncio.sleep(1 / a_second)
        deadline = time.perf_counter() + up_within_s
        # A line whose caller has just left rings again: nine in ten are up at any time.
        while (up := sum(line.is_up for line in self._lines)) < 0.9 * calls:
            tally = self._network.tallies.now
            is_hopeless = not self._has_begun and not tally.begun and tally.problems.total() >= HOPELESS
            if is_hopeless or time.perf_counter() > deadline:
                raise LoadFailed(f"{up} of {calls} calls came about: {why_not(tally.problems)}")
            await asyncio.sleep(0.1)
        self._has_begun = True

    @property
    def calls(self) -> int:
        """How many lines there are."""
        return len(self._lines)

    async def lower_to(self, calls: int) -> None:
        """All beyond so many hang up in the same moment; waits until their calls are over."""
        lines, tasks = self._lines[calls:], self._tasks[calls:]
        del self._lines[calls:], self._tasks[calls:]
        for line in lines:
            line.stop()
        left: Iterable[asyncio.Task[None]] = tasks
        try:
            if tasks:
                _, left = await asyncio.wait(tasks, timeout=ENDS_WITHIN_S)
        finally:
            # Those too who are still hanging up when nobody waits for them any longer.
            for task in left:
                task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    async def measure(
        self,
        seconds: float,
        *,
        settles_s: float = SETTLES_S,
        cut: Callable[[Stretch], None] = lambda stretch: None,
    ) -> Stretch:
        """What happens in so many seconds, with the lines as they are. Cancelled, `cut` has what there is."""
        await asyncio.sleep(settles_s)
        network = self._network
        network.tallies.next()
        network.pacer.lateness = type(network.pacer.lateness)("d")
        before = None if self.pid is None else usage(self.pid)
        own, began = time.process_time(), time.perf_counter()

        def until_now() -> Stretch:
            passed = time.perf_counter() - began
            after = None if self.pid is None else usage(self.pid)
            own_cpu_s, late = time.process_time() - own, network.pacer.lateness
            return Stretch(len(self._lines), passed, network.tallies.next(), before, after, own_cpu_s, late)

        try:
            await asyncio.sleep(seconds)
        except asyncio.CancelledError:
            cut(until_now())
            raise
        return until_now()

    async def calm(self, *, within_s: float = CALM_WITHIN_S) -> None:
        """Wait until the server has done what it does after its start: clips are made, and flows learnt, by then."""
        pid, deadline = self.pid, time.perf_counter() + within_s
        before = None if pid is None else usage(pid)
        while pid is not None and before is not None and time.perf_counter() < deadline:
            began = time.perf_counter()
            await asyncio.sleep(CALM_LOOK_S)
            after = usage(pid)
            if after is None or (after.cpu_s - before.cpu_s) / (time.perf_counter() - began) < CALM_SHARE:
                return
            before = after

    async def end(self) -> Tally:
        """Everybody hangs up; what came up on the way."""
        await self.lower_to(0)
        return self._network.tallies.next()


@contextlib.asynccontextmanager
async def load_run(
    exchange: Exchange,
    base: str,
    flow: str,
    personas: Sequence[Persona],
    *,
    contact: Mapping[str, str] | None = None,
    voice: Synthesiser | None = None,
    pid: int | None = None,
    progress: Callable[[str], None] = lambda text: None,
) -> AsyncIterator[LoadRun]:
    """Lines to the server at `base`, whose Twilio is `exchange`; all hang up at the end."""
    loop = asyncio.get_running_loop()
    query = urlencode({"flow": flow, **{f"contact.{name}": text for name, text in (contact or {}).items()}})
    network = Network(
        exchange, Pacer(), Tallies(), f"{base}/twilio/voice?{query}", f"{base}/twilio/status-callback", {}
    )
    exchange.on_completed = lambda sid: _soon(loop, network, sid)
    run = LoadRun(network, personas, await spoken(personas, voice), pid)
    pacing = asyncio.create_task(network.pacer.run(), name="pacer")
    try:
        yield run
    finally:
        progress("hanging up")
        try:
            await run.end()
        finally:
            pacing.cancel()
        await asyncio.gather(pacing, return_exceptions=True)


def _soon(loop: asyncio.AbstractEventLoop, network: Network, sid: str) -> None:
    # The REST side answers in threads of its own; at the very end the loop may be gone.
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(network.completed, sid)
