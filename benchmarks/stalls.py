"""What holds the service's loop up: `python -m benchmarks.stalls [SECONDS [CALLS [PART OF A ROW'S NAME …]]]`.

`flowengine serve` with scripted speech carries callers of all kinds, a hundred unless another number is given, and one
thing after the other happens meanwhile (`benchmarks.meanwhile`). A row has the stalls of more than 20 ms that the
service counted by itself, by cause, and how late frames were at the callers' end; the first row, with nothing going on,
is what the machine does by itself. `chrt --rr 1` before it keeps other programs out of the figures.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import uvloop

from benchmarks.load import first_core
from benchmarks.meanwhile import DIALLING, ROWS, Meanwhile, Site, flows_into
from benchmarks.scraped import Scrape, scraped
from flowengine.adapters.scripted.synthesiser import ScriptedSynthesiser
from flowengine.testing.load.persona import personas
from flowengine.testing.load.report import Level, level_of
from flowengine.testing.load.run import TALK, load_run
from flowengine.testing.twilio.call import Telephone
from flowengine.testing.twilio.server import running_server

SECONDS, CALLS = 6.0, 100
SETTLES_S = 1.5
CLIPS_WITHIN_S = 120
CAUSES = ("garbage", "work", "waiting")
HEADINGS = ("meanwhile", *CAUSES, "late 99th", "latest", "replies 99th", "callers late", "latest", "what came of it")


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that happened beside the calls. `stalls`: of the service's loop, by cause."""

    name: str
    stalls: Counter[str]
    level: Level
    done: Counter[str]

    def cells(self) -> tuple[str, ...]:
        level = self.level
        done = ", ".join(f"{what}: {count}" for what, count in self.done.most_common(4))
        times = (
            level.lateness.p99,
            level.lateness.most,
            level.replies.p99,
            level.own_lateness.p99,
            level.own_lateness.most,
        )
        return (self.name, *(str(self.stalls[cause]) for cause in CAUSES), *map(_ms, times), done)


def stalls_between(before: Scrape, after: Scrape) -> Counter[str]:
    """By cause."""
    name = "flowengine_loop_stalls_total"
    return Counter({cause: int(after.one(name, cause=cause) - before.one(name, cause=cause)) for cause in CAUSES})


async def row(name: str, meanwhile: Meanwhile, site: Site, seconds: float) -> Row:
    """Measure one thing."""
    site.done.clear()
    happening = asyncio.ensure_future(meanwhile(site))
    try:
        await asyncio.sleep(SETTLES_S)
        before = await scraped(site.base)
        level = level_of(await site.run.measure(seconds, settles_s=0))
        after = await scraped(site.base)
        if happening.done():
            happening.result()
    finally:
        happening.cancel()
        await asyncio.gather(happening, return_exceptions=True)
    await site.run.lower_to(site.wanted)
    return Row(name, stalls_between(before, after), level, site.done.copy())


async def main(seconds: float, calls: int, parts: Sequence[str]) -> None:
    """Measure and print, row by row."""
    voice = ScriptedSynthesiser()
    with tempfile.TemporaryDirectory(prefix="flowengine-stalls-") as name:
        folder = Path(name)
        log = folder / "server.log"
        env = {
            "NOVA_STT_WS_URL": "scripted:",
            "NOVA_TTS_WS_URL": "scripted:",
            "FLOWENGINE_DATABASE_URL": f"sqlite:///{folder / 'record.db'}",
            "FLOWENGINE_CLIPS": str(folder / "clips"),
            "FLOWENGINE_MAX_CALLS": str(4 * calls + 400),
            "FLOWENGINE_MAX_LAG": "0",
            "FLOWENGINE_API_RATE": "1000000",
            "FLOWENGINE_MEANING": "off",
            "TWILIO_DEFAULT_FROM": "+441134960124",
            **DIALLING,
        }
        pids: list[int] = []
        with first_core() as give_back:

            def started(pid: int) -> None:
                pids.append(pid)
                give_back()

            async with (
                Telephone(voice=voice, calls_a_second=None) as telephone,
                running_server(flows_into(folder), telephone, env=env, started=started, log=log) as base,
                load_run(exchange := telephone.exchange, base, TALK.stem, personas(("mixed",))) as run,
            ):
                _both_told(telephone)
                site = Site(base, folder, folder / "record.db", env, run, exchange, wanted=calls)
                await _clips_made(log)
                _loop_first(pids[0])
                start = await scraped(base)
                print(f"stalls while the service started: {start.total('flowengine_loop_stalls_total'):.0f}")
                for line in _held_up(log, 0):
                    print(f"    {line}")
                await run.raise_to(calls)
                print(" | ".join(HEADINGS))
                for title, meanwhile in ROWS.items():
                    if title == "nothing" or not parts or any(part in title for part in parts):
                        told = log.stat().st_size
                        print(" | ".join((await row(title, meanwhile, site, seconds)).cells()), flush=True)
                        for line in _held_up(log, told):
                            print(f"    {line}")
                        await run.raise_to(calls)


def _both_told(telephone: Telephone) -> None:
    """That a call is over concerns the callers of the load, and whoever was dialled."""
    of_load, of_dialled = telephone.exchange.on_completed, telephone.completed

    def told(sid: str) -> None:
        of_load(sid)
        of_dialled(sid)

    telephone.exchange.on_completed = told


async def _clips_made(log: Path) -> None:
    """Until the service has done what it does after its start."""
    for _ in range(CLIPS_WITHIN_S):
        if "clips ready" in await asyncio.to_thread(log.read_text, "utf-8", "replace"):
            return
        await asyncio.sleep(1)


def _loop_first(pid: int) -> None:
    """Where the benchmark has real-time priority, the service's loop has more of it than the service's other threads.

    Threads of one such priority take turns of a tenth of a second, which ordinary ones do not.
    """
    if hasattr(os, "sched_setscheduler") and os.sched_getscheduler(0) == os.SCHED_RR:
        for thread in map(int, os.listdir(f"/proc/{pid}/task")):
            os.sched_setscheduler(thread, os.SCHED_RR, os.sched_param(2 if thread == pid else 1))
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(2))


def _held_up(log: Path, since: int) -> list[str]:
    """What the service said since so many bytes of its log of where it was held up."""
    with log.open("rb") as opened:
        opened.seek(since)
        lines = opened.read().decode(errors="replace").splitlines()
    return [line.partition("held up ")[2] for line in lines if "the event loop was held up" in line]


def _ms(seconds: float | None) -> str:
    return "–" if seconds is None else f"{seconds * 1000:.1f} ms"


if __name__ == "__main__":
    uvloop.run(
        main(
            float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS,
            int(sys.argv[2]) if len(sys.argv) > 2 else CALLS,
            sys.argv[3:],
        )
    )
