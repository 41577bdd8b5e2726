"""Calls for a long while: `python -m benchmarks.endurance [CALLS [MINUTES]]`: what grows, though the calls do not.

`flowengine serve` with scripted speech, rung by callers of all kinds, those whose line breaks among them; whoever has
left rings again, so that the number of calls stays. Each half minute the service's memory and its queues are read from
its own `/metrics`. What it has come to is told as bytes for each call that ended, after a quarter of the time.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import time
from dataclasses import dataclass

import uvloop

from benchmarks.scraped import Scrape, scraped
from flowengine.testing.load.persona import personas
from flowengine.testing.load.run import TALK, load_run
from flowengine.testing.twilio.exchange import Exchange
from flowengine.testing.twilio.server import running_server

CALLS, MINUTES = 50, 20.0
A_SECOND = 5.0
EACH_S = 30.0
WARM = 0.25
"""Of the time: caches fill, SQLite takes what it is allowed, and the allocator finds its size."""
HEADINGS = ("minute", "MiB", "calls ended", "record", "inbox", "sending", "recognised", "outbound", "stalls")
QUEUES = ("record", "inbox", "sending", "recognised", "outbound")


@dataclass(frozen=True, slots=True)
class Look:
    """What the service said of itself so many seconds after the first call."""

    at: float
    told: Scrape

    @property
    def memory(self) -> float:
        """Bytes."""
        return self.told.one("process_resident_memory_bytes")

    @property
    def ended(self) -> float:
        return self.told.total("flowengine_calls_ended_total")

    def row(self) -> str:
        depths = [self.told.one("flowengine_queue_depth", queue=queue) for queue in QUEUES]
        cells = (f"{self.at / 60:.1f}", f"{self.memory / 2**20:.1f}", f"{self.ended:.0f}")
        stalls = self.told.total("flowengine_loop_stalls_total")
        return _line([*cells, *(f"{depth:.0f}" for depth in depths), f"{stalls:.0f}"])


def growth(looks: list[Look]) -> float:
    """Bytes a call that ended, by least squares."""
    return statistics.linear_regression([each.ended for each in looks], [each.memory for each in looks]).slope


def verdict(looks: list[Look]) -> str:
    """What grew after the warm-up, in a sentence or two, and the deepest that each queue has ever been."""
    last = looks[-1]
    kept = [each for each in looks if each.at >= WARM * last.at]
    ended = last.ended - kept[0].ended
    halves = kept[: len(kept) // 2], kept[len(kept) // 2 :]
    slopes = " then ".join(f"{growth(half):,.0f}" for half in halves if len(half) > 1)
    most = ", ".join(f"{queue} {last.told.one('flowengine_queue_most', queue=queue):.0f}" for queue in QUEUES[:-1])
    return (
        f"after the warm-up: {(last.memory - kept[0].memory) / 2**20:+.1f} MiB over {ended:.0f} calls that ended, "
        f"{growth(kept):,.0f} bytes a call (by halves: {slopes})\n"
        f"the deepest that queues have been: {most}"
    )


async def main(calls: int, minutes: float) -> None:
    """Ring, look, print."""
    env = {
        "NOVA_STT_WS_URL": "scripted:",
        "NOVA_TTS_WS_URL": "scripted:",
        "FLOWENGINE_MAX_CALLS": str(2 * calls + 10),
        # Whatever else the machine does, the calls are to go on.
        "FLOWENGINE_MAX_LAG": "0",
    }
    looks: list[Look] = []
    with Exchange() as exchange:
        async with (
            running_server(TALK.parent, exchange, env=env) as base,
            load_run(exchange, base, TALK.stem, personas(("mixed", "drops"))) as run,
        ):
            print(_line(HEADINGS))
            await run.raise_to(calls, a_second=A_SECOND, up_within_s=300)
            began = time.monotonic()
            while (at := time.monotonic() - began) < minutes * 60:
                looks.append(Look(at, await scraped(base)))
                print(looks[-1].row(), flush=True)
                await asyncio.sleep(min(EACH_S, minutes * 60 - at))
            looks.append(Look(time.monotonic() - began, await scraped(base)))
            print(looks[-1].row())
            tally = await run.end()
            print(verdict(looks), flush=True)
            await asyncio.sleep(EACH_S)
            after = await scraped(base)
            left = after.one("flowengine_calls_live")
            memory = after.one("process_resident_memory_bytes") / 2**20
            print(f"{EACH_S:g} s after all have hung up: {left:.0f} calls live, {memory:.1f} MiB")
            for problem, count in tally.problems.most_common():
                print(f"{count} times: {problem}")


def _line(cells: list[str] | tuple[str, ...]) -> str:
    return "  ".join(cell.rjust(len(heading)) for cell, heading in zip(cells, HEADINGS, strict=True))


if __name__ == "__main__":
    uvloop.run(
        main(
            int(sys.argv[1]) if len(sys.argv) > 1 else CALLS,
            float(sys.argv[2]) if len(sys.argv) > 2 else MINUTES,
        )
    )
