"""What holds the event loop up, by name: while it is late, a thread looks where it is.

The loop beats, a hundred times a second while calls are live; a beat more than 20 ms late is a stall. The thread sleeps
until a beat is that late, and only then takes the stack of the loop's thread: names of functions, no value of any. So a
stall of 30 ms is always seen, a shorter one now and then. Why it came about is told by what it left behind: time in the
garbage collector, processor time of the loop's thread, or neither, and then that thread was waiting.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import sys
import threading
import time
from collections.abc import Callable, Mapping
from types import FrameType
from typing import Literal

from flowengine.service.metrics.families import Families

log = logging.getLogger(__name__)

BEAT_S = 0.01
REST_S = 0.1
"""Between two beats while nobody is on the line."""
LIMIT_S = 0.02
"""So late is a stall: a frame of audio."""
LOG_EVERY_S = 10.0
DEEPEST = 10
"""Functions of a stack that are told, from the innermost."""

RUNS_LOOP = "asyncio.runners"
"""Outside of it every stack is the same: the command's."""

Cause = Literal["garbage", "work", "waiting"]


class Stalls:
    """The stalls of one event loop: counted, and told in the log. Call `start` and `stop` on that loop's thread.

    `is_live`: whether anybody is on the line.
    """

    def __init__(self, families: Families, is_live: Callable[[], bool]) -> None:
        self._families = families
        self._is_live = is_live
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._thread: threading.Thread | None = None
        self._stopped = threading.Event()
        self._due = 0.0
        self._cpu_s = 0.0
        self._garbage_s = 0.0
        self._pass_began = 0.0
        self._seen: tuple[float, str] = (0.0, "")
        self._told_at = float("-inf")
        self._untold = 0

    def start(self) -> None:
        """Watch the running loop until `stop`."""
        self._loop = asyncio.get_running_loop()
        self._due, self._cpu_s = time.monotonic(), time.thread_time()
        gc.callbacks.append(self._on_garbage)
        self._thread = threading.Thread(
            target=self._watch, args=(threading.get_ident(),), name="stall watcher", daemon=True
        )
        self._thread.start()
        self._next(self._loop)

    def stop(self) -> None:
        """Watch no longer; idempotent."""
        if self._timer is not None:
            self._timer.cancel()
        if self._on_garbage in gc.callbacks:
            gc.callbacks.remove(self._on_garbage)
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()

    # On the loop.

    def _next(self, loop: asyncio.AbstractEventLoop) -> None:
        wait = BEAT_S if self._is_live() else REST_S
        self._due = time.monotonic() + wait
        self._timer = loop.call_later(wait, self._beat)

    def _beat(self) -> None:
        late = time.monotonic() - self._due
        cpu_s, garbage_s = time.thread_time(), self._garbage_s
        if late > LIMIT_S:
            self._note(late, cpu_s - self._cpu_s, garbage_s)
        self._cpu_s, self._garbage_s = cpu_s, 0.0
        if self._loop is not None:
            self._next(self._loop)

    def _note(self, late: float, cpu_s: float, garbage_s: float) -> None:
        cause = cause_of(late, cpu_s, garbage_s)
        self._families.loop_stalls.add(cause)
        if not self._is_live():
            # As when a service starts: nobody has waited.
            return
        now = time.monotonic()
        if now - self._told_at < LOG_EVERY_S:
            self._untold += 1
            return
        due, where = self._seen
        log.warning(
            "the event loop was held up",
            extra={
                "ms": round(late * 1000),
                "cause": cause,
                "cpu_ms": round(cpu_s * 1000),
                "where": where if due == self._due else "not seen",
                "untold": self._untold,
            },
        )
        self._told_at, self._untold = now, 0

    # On whichever thread the collector runs: it never runs on two at once.

    def _on_garbage(self, phase: str, info: Mapping[str, int]) -> None:
        if phase == "start":
            self._pass_began = time.monotonic()
        elif self._pass_began:
            took = time.monotonic() - self._pass_began
            self._garbage_s += took
            self._families.garbage_seconds.observe(took, str(info["generation"]))

    # The watching thread.

    def _watch(self, watched: int) -> None:
        wait = REST_S
        while not self._stopped.wait(wait):
            due = self._due
            wait = due + LIMIT_S - time.monotonic()
            if wait <= 0:
                if self._seen[0] != due:
                    self._seen = (due, where_is(sys._current_frames().get(watched)))
                wait = BEAT_S


def cause_of(late: float, cpu_s: float, garbage_s: float) -> Cause:
    """Of a beat so late: half of the time decides. The collector's time is processor time too."""
    if garbage_s >= late / 2:
        return "garbage"
    return "work" if cpu_s >= late / 2 else "waiting"


def where_is(frame: FrameType | None) -> str:
    """The functions of a stack, the innermost first: `module.function < …`. Names of the code alone.

    What runs the loop is left out; where there is nothing else, the loop was in none: asleep, or given no processor.
    """
    found: list[str] = []
    while frame is not None and len(found) < DEEPEST:
        module = frame.f_globals.get("__name__", "?")
        if module == RUNS_LOOP:
            break
        found.append(f"{module}.{frame.f_code.co_qualname}")
        frame = frame.f_back
    return " < ".join(found) or "the loop itself"
