"""When the garbage collector makes its full pass: while nobody is on the line.

Python's own schedule makes it in the midst of calls, and with 200 of them live it stopped all for 40 to 70 ms. What
belongs to a call is freed without it when the call is over, so there is next to nothing to find, and it can wait. The
short passes, over what is new, are made as ever. Flows and libraries stay for good and are not looked through at all;
those that an edit has replaced are given back when nobody is there.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import time
from collections.abc import Callable

log = logging.getLogger(__name__)

LOOK_S = 5.0
EVERY_S = 60.0
"""Between two passes while nobody is there."""
MEASURE_S = 60.0
MOST_NEW = 200_000
"""So many objects since the last pass, and a thousand for each live call, are more than calls explain: it is made then,
whoever is there. Some 50 MiB."""
A_CALL = 1000
NEVER = 2**30


class Sweeping:
    """The collector's full passes in one process. `is_quiet`: nobody is on the line, or about to be; `live`: how many
    are; `edition`: of the flows that run."""

    def __init__(
        self,
        is_quiet: Callable[[], bool],
        live: Callable[[], int],
        edition: Callable[[], int],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._is_quiet = is_quiet
        self._live = live
        self._edition = edition
        self._clock = clock
        self._before: tuple[int, int, int] | None = None
        self._frozen = 0
        self._kept = 0
        self._swept_at = self._measured_at = 0.0
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Put aside what is there for good, and make full passes from now on."""
        self._before = gc.get_threshold()
        gc.set_threshold(*self._before[:2], NEVER)
        self._settle()
        self._swept_at = self._measured_at = self._clock()
        self._task = asyncio.get_running_loop().create_task(self._sweep(), name="sweeping")

    async def stop(self) -> None:
        """Python's own schedule again; idempotent."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        if self._before is not None:
            gc.set_threshold(*self._before)
            self._before = None

    def look(self) -> None:
        """Make a full pass if it is time for one."""
        now = self._clock()
        if self._is_quiet():
            if self._edition() != self._frozen:
                # Of flows that were replaced nothing is found while they are put aside.
                gc.unfreeze()
                self._settle()
            elif now - self._swept_at < EVERY_S:
                return
            else:
                self._pass()
            self._swept_at = now
        elif now - self._measured_at >= MEASURE_S:
            self._measured_at = now
            new = len(gc.get_objects(2)) - self._kept
            if new > MOST_NEW + A_CALL * self._live():
                log.warning("garbage is looked for while calls are live", extra={"objects": new})
                self._pass()
                self._swept_at = now

    def _settle(self) -> None:
        self._frozen = self._edition()
        gc.collect()
        gc.freeze()
        self._kept = 0

    def _pass(self) -> None:
        gc.collect()
        self._kept = len(gc.get_objects(2))

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            self.look()
