"""What `flowengine load` runs: a server, our own or somebody's, and its callers, until all is measured or stopped."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

from flowengine.adapters.registry import synthesiser_from
from flowengine.cli.call import SCRIPTED, Running
from flowengine.cli.server_address import ask_whether_there
from flowengine.cli.stopping import Stop
from flowengine.testing.load.climb import Climb, Steps
from flowengine.testing.load.persona import personas
from flowengine.testing.load.process import allow_files
from flowengine.testing.load.report import LoadReport
from flowengine.testing.load.run import TALK, load_run
from flowengine.testing.twilio.account import Account
from flowengine.testing.twilio.exchange import Exchange
from flowengine.testing.twilio.server import running_server

SIGNALS = {signal.SIGINT: "Ctrl-C", signal.SIGTERM: "SIGTERM"}


@dataclass(frozen=True, slots=True)
class Plan:
    """What to ring, with how many, for how long. `flow` None: the flow that comes with this command."""

    flow: str | None
    folder: Path
    contact: dict[str, str]
    levels: tuple[int, ...]
    stops_at_knee: bool
    seconds: float
    a_second: float
    personas: tuple[str, ...]
    speech: tuple[str, str]
    speech_named: str
    server: Running | None
    pid: int | None
    pins: bool


@dataclass(slots=True)
class _Work:
    """One run: what came of it, how it was stopped, and the server that it has started."""

    plan: Plan
    progress: Callable[[str], None]
    climb: Climb = field(init=False)
    stop: Stop | None = None
    own_server: int | None = None

    def __post_init__(self) -> None:
        plan = self.plan
        self.climb = Climb(Steps(plan.levels, plan.seconds, plan.a_second, plan.stops_at_knee), self.progress)

    async def run(self) -> None:
        """Raises LoadFailed, ServerNotReady, BadParameter."""
        self.stop = Stop(self._kill_server)
        try:
            await self._run()
        except asyncio.CancelledError:
            if self.stop is None or self.stop.by is None:
                raise
            self.climb.stopped(f"stopped by {SIGNALS[self.stop.by]}")

    async def _run(self) -> None:
        plan, progress = self.plan, self.progress
        known = plan.server
        account, port = (Account(), 0) if known is None else (Account(known.account, known.token), known.rest_port)
        # A recogniser of the real kind needs real words.
        voice = None if plan.speech[1] == SCRIPTED else synthesiser_from(plan.speech[1] or None)
        with Exchange(account, port=port) as exchange:
            async with (
                self._server(exchange) as (base, pid),
                load_run(
                    exchange,
                    base,
                    plan.flow or TALK.stem,
                    personas(plan.personas),
                    contact=plan.contact,
                    voice=voice,
                    pid=pid,
                    progress=progress,
                ) as run,
            ):
                await self.climb.up(run)

    @contextlib.asynccontextmanager
    async def _server(self, exchange: Exchange) -> AsyncIterator[tuple[str, int | None]]:
        """Its address, and its process where that is known. One of our own gets the first core, we the others."""
        plan = self.plan
        if plan.server is not None:
            await asyncio.to_thread(ask_whether_there, plan.server.base)
            yield plan.server.base, plan.pid
            return
        stt_url, tts_url = plan.speech
        env = {
            "NOVA_STT_WS_URL": stt_url,
            "NOVA_TTS_WS_URL": tts_url,
            # A caller who rings again may do so before the call that has ended is over at the server.
            # What is looked for lies beyond the point at which it would refuse calls.
            "FLOWENGINE_MAX_LAG": "0",
            "FLOWENGINE_MAX_CALLS": str(2 * plan.levels[-1] + 10),
        }
        folder = TALK.parent if plan.flow is None else plan.folder
        cores = os.sched_getaffinity(0) if plan.pins else set()
        try:
            if plan.pins:
                # A new process stays on the cores of the one that starts it.
                os.sched_setaffinity(0, {min(cores)})

            def started(pid: int) -> None:
                self.own_server = pid
                if plan.pins:
                    os.sched_setaffinity(0, cores - {min(cores)})

            async with running_server(folder, exchange, env=env, progress=self.progress, started=started) as base:
                yield base, self.own_server
        finally:
            self.own_server = None
            if plan.pins:
                os.sched_setaffinity(0, cores)

    def _kill_server(self) -> None:
        if self.own_server is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.own_server, signal.SIGKILL)


@dataclass(frozen=True, slots=True)
class CarriedOut:
    """What was measured, None where that is nothing. `status`: of a process that was stopped; 0, it was not.

    `is_urgent`: it was to stop at once, so that nothing should be waited for any more.
    """

    report: LoadReport | None
    status: int
    is_urgent: bool


def carry_out(plan: Plan, progress: Callable[[str], None]) -> CarriedOut:
    """All of it, or as much as can be until Ctrl-C or SIGTERM.

    Raises LoadFailed, ServerNotReady, BadParameter, OSError.
    """
    allow_files()
    work = _Work(plan, progress)
    _run(work)
    climb, stop = work.climb, work.stop
    status, is_urgent = (0, False) if stop is None else (stop.status, stop.is_urgent)
    if not climb.levels:
        return CarriedOut(None, status, is_urgent)
    report = LoadReport(
        flow=plan.flow or TALK.stem,
        server=plan.server.base if plan.server else "a server of our own",
        speech=f"{plan.speech_named} speech",
        personas=tuple(caller.name for caller in personas(plan.personas)),
        pinned=plan.pins,
        levels=tuple(climb.levels),
        idle_memory=climb.idle_memory,
        ended=climb.ended,
    )
    return CarriedOut(report, status, is_urgent)


def can_pin() -> bool:
    """Whether this process may run on two cores or more, and choose between them."""
    return hasattr(os, "sched_setaffinity") and len(os.sched_getaffinity(0)) > 1


def _run(work: _Work) -> None:
    """On the quicker event loop, where there is one."""
    try:
        import uvloop
    except ImportError:
        runner = asyncio.Runner()
    else:
        runner = asyncio.Runner(loop_factory=uvloop.new_event_loop)
    try:
        runner.run(work.run())
    finally:
        # Closing waits for threads, and those perhaps for a server that answers no more.
        if work.stop is None or not work.stop.is_urgent:
            runner.close()
