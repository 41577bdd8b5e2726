"""The audio path under load, beside its floor: `python -m benchmarks.load [CALLS,… [SECONDS [lean|websockets]]]`.

The same frames, from the same callers' clock, go first to a bare echo (`benchmarks.echo`), then to `flowengine serve`
with scripted speech, whose agent talks most of the time. The echo is measured on the same WebSocket class, and on
uvicorn's own too where that is another. Each server has one core, the callers another. The columns are
the server's processor time for one frame of 20 ms: of the whole process, of its event loop's thread alone, and of that
without the recogniser (scripted speech runs in the server's process; others do not).
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import sys
import time
from array import array
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass

import uvloop

from flowengine.adapters.scripted.recogniser import ScriptedStream
from flowengine.cli.load_run import can_pin
from flowengine.runtime.audio import FRAME_BYTES, SILENCE
from flowengine.service.websocket.choice import WebSocketClass, class_from
from flowengine.testing.load.pacer import Pacer
from flowengine.testing.load.persona import personas
from flowengine.testing.load.process import Usage, usage
from flowengine.testing.load.report import Level, level_of
from flowengine.testing.load.run import TALK, load_run
from flowengine.testing.load.stream import QUIET
from flowengine.testing.load.tally import Spread
from flowengine.testing.load.wire import Wire, WireError
from flowengine.testing.twilio.exchange import Exchange
from flowengine.testing.twilio.server import running_server

LEVELS = (25, 100, 200)
SECONDS = 15.0
WARMS_S = 10.0
"""With the fewest calls, before anything is measured: a server that has just started renders clips and fills caches."""
SETTLES_S = 2.0
UP_WITHIN_S = 15.0
LIMIT = 1.3
SID = b"MZ" + b"0" * 32
HEADINGS = (
    "calls",
    "echo",
    "ours",
    "ratio",
    "loop",
    "ratio",
    "less ears",
    "ratio",
    "echo on websockets",
    "ratio",
    "frame late 99th",
    "echo back 99th",
)


@dataclass(frozen=True, slots=True)
class Echoed:
    """What the floor took: processor seconds a frame, and how long frames were on their way there and back."""

    cpu_a_frame_s: float
    way: Spread


class EchoCaller:
    """A caller's frames to the echo, and how long each was on its way."""

    def __init__(self) -> None:
        self.wire: Wire | None = None
        self.frames = 0
        self.ways = array("d")
        self._sent: dict[bytes, float] = {}

    def tick(self, now: float) -> None:
        """The frame that is due, as Twilio writes it."""
        assert self.wire is not None
        self.frames += 1
        chunk = b"%d" % self.frames
        self._sent[chunk] = now
        self.wire.send(
            b'{"event":"media","sequenceNumber":"%b","media":{"track":"inbound","chunk":"%b","timestamp":"%d",'
            b'"payload":"%b"},"streamSid":"%b"}' % (chunk, chunk, self.frames * 20, QUIET, SID)
        )

    def take(self, text: bytes, moment: float) -> None:
        """A frame has come back."""
        chunk = text.partition(b'"chunk":"')[2].partition(b'"')[0]
        self.ways.append(moment - self._sent.pop(chunk))


async def echoes(levels: Sequence[int], seconds: float, chosen: WebSocketClass) -> list[Echoed]:
    """The floor, with so many calls at a time."""
    found: list[Echoed] = []
    pacer = Pacer()
    callers: list[EchoCaller] = []
    async with _echo_server(chosen) as (url, pid):
        pacing = asyncio.create_task(pacer.run())
        for calls in levels:
            while len(callers) < calls:
                caller = EchoCaller()
                caller.wire = await Wire.connect(url, {}, caller.take)
                callers.append(caller)
                pacer.add(caller)
                await asyncio.sleep(0.05)
            await asyncio.sleep(SETTLES_S)
            for caller in callers:
                caller.ways = array("d")
            frames, before = sum(caller.frames for caller in callers), _use(pid)
            await asyncio.sleep(seconds)
            frames, after = sum(caller.frames for caller in callers) - frames, _use(pid)
            ways = Spread.of([way for caller in callers for way in caller.ways])
            found.append(Echoed((after.cpu_s - before.cpu_s) / frames, ways))
        pacing.cancel()
        for caller in callers:
            assert caller.wire is not None
            caller.wire.abort()
    return found


async def ours(levels: Sequence[int], seconds: float, chosen: WebSocketClass) -> list[Level]:
    """`flowengine serve`, with so many calls at a time that talk."""
    found: list[Level] = []
    pids: list[int] = []
    env = {
        "NOVA_STT_WS_URL": "scripted:",
        "NOVA_TTS_WS_URL": "scripted:",
        "FLOWENGINE_WEBSOCKETS": chosen,
        # What is looked for lies beyond the point at which it would refuse calls.
        "FLOWENGINE_MAX_LAG": "0",
        "FLOWENGINE_MAX_CALLS": str(2 * levels[-1]),
    }
    with Exchange() as exchange, first_core() as give_back:

        def started(pid: int) -> None:
            pids.append(pid)
            give_back()

        async with (
            running_server(TALK.parent, exchange, env=env, started=started) as base,
            load_run(exchange, base, TALK.stem, personas(()), pid=pids[0]) as run,
        ):
            await run.raise_to(levels[0])
            await asyncio.sleep(WARMS_S)
            for calls in levels:
                await run.raise_to(calls)
                found.append(level_of(await run.measure(seconds, settles_s=SETTLES_S)))
    return found


def ears_s() -> float:
    """What the scripted recogniser takes for one frame of quiet, in seconds: a caller who talks is quiet mostly."""
    stream, frame, times = ScriptedStream((), 400), SILENCE * FRAME_BYTES, 20_000
    best = float("inf")
    for _ in range(5):
        began = time.process_time()
        for _ in range(times):
            stream.push(frame)
        best = min(best, (time.process_time() - began) / times)
    return best


@contextlib.asynccontextmanager
async def _echo_server(chosen: WebSocketClass) -> AsyncIterator[tuple[str, int]]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    with first_core() as give_back:
        process = await asyncio.create_subprocess_exec(sys.executable, "-m", "benchmarks.echo", str(port), chosen)
        give_back()
        url = f"ws://127.0.0.1:{port}/echo"
        try:
            await _answers(url)
            yield url, process.pid
        finally:
            process.terminate()
            await process.wait()


async def _answers(url: str) -> None:
    """Wait until the echo is there. Raises WireError."""
    deadline = time.perf_counter() + UP_WITHIN_S
    while True:
        try:
            (await Wire.connect(url, {}, lambda text, moment: None)).abort()
        except WireError:
            if time.perf_counter() > deadline:
                raise
            await asyncio.sleep(0.2)
        else:
            return


@contextlib.contextmanager
def first_core() -> Iterator[Callable[[], None]]:
    """What is started now stays on the first core; the function that is given puts this process on the others."""
    if not can_pin():
        yield lambda: None
        return
    cores = os.sched_getaffinity(0)
    first = {min(cores)}
    os.sched_setaffinity(0, first)
    try:
        yield lambda: os.sched_setaffinity(0, cores - first)
    finally:
        os.sched_setaffinity(0, cores)


def _use(pid: int) -> Usage:
    used = usage(pid)
    assert used is not None, "the server is gone"
    return used


def table(
    levels: Sequence[int], floor: Sequence[Echoed], theirs: Sequence[Echoed], found: Sequence[Level], ears: float
) -> str:
    """Processor time a frame in µs, each beside its ratio to the echo's; `theirs`: the echo on uvicorn's own class."""
    lines: list[tuple[str, ...]] = [HEADINGS]
    for calls, echoed, other, level in zip(levels, floor, theirs, found, strict=True):
        assert level.cpu_a_frame_s is not None
        assert level.loop_a_frame_s is not None
        base = echoed.cpu_a_frame_s
        cells = [f"{calls}", f"{base * 1e6:.0f} µs"]
        for part in (level.cpu_a_frame_s, level.loop_a_frame_s, level.loop_a_frame_s - ears):
            cells += [f"{part * 1e6:.0f} µs", f"{part / base:.2f}"]
        cells += [f"{other.cpu_a_frame_s * 1e6:.0f} µs", f"{level.cpu_a_frame_s / other.cpu_a_frame_s:.2f}"]
        lines.append((*cells, _ms(level.lateness.p99), _ms(echoed.way.p99)))
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADINGS))]
    return "\n".join("  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)) for line in lines)


def _ms(seconds: float | None) -> str:
    return "–" if seconds is None else f"{seconds * 1000:.1f} ms"


async def main(levels: Sequence[int], seconds: float, chosen: WebSocketClass) -> None:
    """Measure and print."""
    floor = await echoes(levels, seconds, chosen)
    theirs = floor if chosen == "websockets" else await echoes(levels, seconds, "websockets")
    found = await ours(levels, seconds, chosen)
    ears = ears_s()
    print(table(levels, floor, theirs, found, ears))
    print(f"\nears: {ears * 1e6:.1f} µs a frame; wanted: a ratio of {LIMIT}, and less than 20 ms late")
    first, last = found[0], found[-1]
    if first.memory is not None and last.memory is not None and last.calls > first.calls:
        each = (last.memory - first.memory) / (last.calls - first.calls)
        print(f"memory: {each / 1024:.0f} KiB a call, from {first.calls} to {last.calls} calls")
    for level in found:
        print(f"{level.calls} calls: {level.cpu_a_call or 0:.2%} of a core a call, {level.cpu or 0:.0%} for all")
        for miss in [*([level.overload] if level.overload else []), *level.misses]:
            print(f"{level.calls} calls: {miss}")


if __name__ == "__main__":
    steps = tuple(map(int, sys.argv[1].split(","))) if len(sys.argv) > 1 else LEVELS
    uvloop.run(
        main(
            steps,
            float(sys.argv[2]) if len(sys.argv) > 2 else SECONDS,
            class_from(sys.argv[3] if len(sys.argv) > 3 else None),
        )
    )
