"""The service's end of the speech process: starts it, talks to it, and starts it again when it dies.

One process serves all calls of an event loop. Orders never wait; audio that the pipe cannot take is kept for a second
a call, then the oldest is dropped and counted. When the process dies, all streams and sentences in it are told.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import weakref
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal

from flowengine import errors
from flowengine.adapters.local import unstopped
from flowengine.adapters.local.wire import HEADER, Kind, Message
from flowengine.errors import MeaningError, SpeechError

log = logging.getLogger(__name__)

What = Literal["hearing", "speaking", "meaning"]
LOAD_TIMEOUT_S = 180.0
"""A conversion on a slow machine that does other things as well."""
STOP_TIMEOUT_S = 2.0
PROCESS = "flowengine.adapters.local.child"
QUICK_DEATH_S = 5.0
QUICK_DEATHS = 3
PIPE_BYTES = 64 * 1024
"""Beyond this much unsent, audio waits with its stream instead of in the pipe."""

Receive = Callable[[Message | None], None]
"""Gets the answers to a stream or a sentence; None when the process has died."""


@dataclass
class _Run:
    """One life of the process."""

    process: Process
    started: float
    reader: asyncio.Task[None] | None = None
    loads: dict[str, asyncio.Future[float]] = field(default_factory=dict)
    outbox: list[bytes] = field(default_factory=list)


class SpeechWorker:
    """The speech process, if there is one right now."""

    def __init__(self) -> None:
        self._run: _Run | None = None
        self._starting = asyncio.Lock()
        self._receivers: dict[int, Receive] = {}
        self._numbers = 0
        self._users = 0
        self._wanted: dict[What, None] = {}
        """In the order in which it was asked for."""
        self._quick_deaths = 0
        self._progress: Callable[[str], None] | None = None
        self._restart: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        """The process's id while it lives."""
        return None if self._run is None else self._run.process.pid

    @property
    def congested(self) -> bool:
        """The pipe is full: the process does not keep up."""
        stdin = None if self._run is None else self._run.process.stdin
        return stdin is not None and stdin.transport.get_write_buffer_size() > PIPE_BYTES

    def attach(self) -> None:
        """One more engine uses the process; each calls `detach` once."""
        self._users += 1

    async def detach(self) -> None:
        """The last one ends it."""
        self._users -= 1
        if self._users <= 0:
            await self._stop()

    async def ready(self, what: What, progress: Callable[[str], None] | None = None) -> float:
        """Start the process if need be and load this; the seconds loading took. Raises SpeechError or MissingExtra."""
        self._wanted[what] = None
        self._progress = progress or self._progress
        async with self._starting:
            run = self._run or await self._start()
            if what not in run.loads:
                run.loads[what] = asyncio.get_running_loop().create_future()
                self.send(Message(Kind.LOAD, body=what.encode()))
        try:
            async with asyncio.timeout(LOAD_TIMEOUT_S):
                return await asyncio.shield(run.loads[what])
        except TimeoutError:
            raise SpeechError("the speech process did not finish loading its models") from None

    def register(self, receive: Receive) -> int:
        """A number for a stream or a sentence, whose answers go to `receive`."""
        self._numbers = (self._numbers + 1) % 2**32
        self._receivers[self._numbers] = receive
        return self._numbers

    def release(self, number: int) -> None:
        """Answers for this number are of no interest any more."""
        self._receivers.pop(number, None)

    def send(self, order: Message) -> None:
        """Never waits. What is sent in one go of the loop leaves in one write."""
        run = self._run
        if run is None:
            return
        if not run.outbox:
            asyncio.get_running_loop().call_soon(self._flush, run)
        run.outbox.append(order.encoded())

    def _flush(self, run: _Run) -> None:
        stdin = run.process.stdin
        if stdin is not None and not stdin.is_closing():
            stdin.write(b"".join(run.outbox))
        run.outbox.clear()

    async def _start(self) -> _Run:
        loop = asyncio.get_running_loop()
        if self._quick_deaths >= QUICK_DEATHS:
            raise SpeechError("the speech process keeps dying; see what it wrote to stderr, then restart the service")
        try:
            with unstopped.held_back():
                process = await asyncio.create_subprocess_exec(sys.executable, "-m", PROCESS, stdin=PIPE, stdout=PIPE)
        except OSError as error:
            raise SpeechError(f"the speech process could not be started: {error}") from error
        run = self._run = _Run(process, loop.time())
        run.reader = loop.create_task(self._read(run), name="speech process")
        return run

    async def _read(self, run: _Run) -> None:
        """Until the process ends, for whatever reason."""
        stdout = run.process.stdout
        assert stdout is not None
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                length, kind, number, position = HEADER.unpack(await stdout.readexactly(HEADER.size))
                self._receive(run, Message(Kind(kind), number, position, await stdout.readexactly(length)))
        await run.process.wait()
        self._died(run)

    def _receive(self, run: _Run, answer: Message) -> None:
        match answer.kind:
            case Kind.PROGRESS:
                if self._progress is not None:
                    self._progress(answer.text)
            case Kind.LOADED:
                self._quick_deaths = 0
                _settle(run.loads.get(answer.text), answer.position / 1000)
            case Kind.NOT_LOADED:
                what, kind, message = json.loads(answer.body)
                _settle(run.loads.pop(what, None), getattr(errors, kind, SpeechError)(message))
            case _:
                receive = self._receivers.get(answer.number)
                if receive is not None:
                    receive(answer)

    def _died(self, run: _Run) -> None:
        if self._run is not run:
            return
        self._run = None
        loop = asyncio.get_running_loop()
        quick = loop.time() - run.started < QUICK_DEATH_S
        self._quick_deaths = self._quick_deaths + 1 if quick else 0
        log.error("the speech process died", extra={"exit_code": run.process.returncode})
        for load in run.loads.values():
            _settle(load, SpeechError("the speech process died while it loaded its models"))
        receivers, self._receivers = self._receivers, {}
        for receive in receivers.values():
            receive(None)
        if self._users > 0 and self._quick_deaths < QUICK_DEATHS:
            # Loaded again at once, so that the next call does not wait for it.
            self._restart = loop.create_task(self._load_again(), name="speech process, again")

    async def _load_again(self) -> None:
        with suppress(errors.FlowEngineError):
            for what in tuple(self._wanted):
                await self.ready(what)

    async def _stop(self) -> None:
        """End the process; idempotent."""
        run, self._run = self._run, None
        if self._restart is not None:
            self._restart.cancel()
            await asyncio.gather(self._restart, return_exceptions=True)
            run, self._run = run or self._run, None
        if run is None:
            return
        for load in run.loads.values():
            _settle(load, SpeechError("the speech process was stopped"))
        receivers, self._receivers = self._receivers, {}
        for receive in receivers.values():
            receive(None)
        if run.process.stdin is not None:
            run.process.stdin.close()
        try:
            async with asyncio.timeout(STOP_TIMEOUT_S):
                await run.process.wait()
        except TimeoutError:
            with suppress(ProcessLookupError):
                run.process.kill()
            await run.process.wait()
        if run.reader is not None:
            await asyncio.gather(run.reader, return_exceptions=True)


def _settle(future: asyncio.Future[float] | None, result: float | Exception) -> None:
    if future is None or future.done():
        return
    if isinstance(result, Exception):
        future.set_exception(result)
        # Whoever waits gets it; if nobody does, that is no complaint for the loop to log.
        future.exception()
    else:
        future.set_result(result)


_workers: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, SpeechWorker] = weakref.WeakKeyDictionary()


def shared_worker() -> SpeechWorker:
    """The speech process of the running loop: recogniser, synthesiser and the engine of meanings share one."""
    return _workers.setdefault(asyncio.get_running_loop(), SpeechWorker())


class WorkerShare:
    """One engine's share in the running loop's speech process: taken at its first use, given back at its close."""

    def __init__(self, what: What, failure: type[SpeechError] | type[MeaningError]) -> None:
        self._what = what
        self._failure = failure
        self._worker: SpeechWorker | None = None

    async def ready(self, progress: Callable[[str], None] | None) -> SpeechWorker:
        """The process, with this engine's models loaded. Raises the engine's own error, or MissingExtra."""
        if self._worker is None:
            self._worker = shared_worker()
            self._worker.attach()
        worker = self._worker
        try:
            await worker.ready(self._what, progress)
        except (self._failure, errors.MissingExtra):
            raise
        except SpeechError as error:
            raise self._failure(str(error)) from error
        return worker

    async def give_back(self) -> None:
        """Idempotent; the last share ends the process."""
        worker, self._worker = self._worker, None
        if worker is not None:
            await worker.detach()
