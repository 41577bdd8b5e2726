"""The tasks of one call: begun by its parts, all in the call's one group, and all over with it.

A group of asyncio's waits for its tasks however long they take. A call can't: a recogniser that never closes, or an
action that does not let itself be cancelled, would keep its caller on the line.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine

from flowengine.runtime.outliving import Outliving

END_S = 2.0
"""So long after its end, at most, nothing of a call is left."""


class Tasks:
    """A group that parts may be given before it runs. Run it once, and end it once."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[None]] = set()
        self._failed = asyncio.Event()
        self._error: BaseException | None = None
        self.are_over = False
        """Nothing is begun any more."""

    def create_task(self, work: Coroutine[object, object, None], *, name: str) -> asyncio.Task[None]:
        """Begin; raises RuntimeError when the call is over."""
        if self.are_over:
            work.close()
            raise RuntimeError("the call is over")
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._running.add(task)
        task.add_done_callback(self._done)
        return task

    def fail(self, error: BaseException) -> None:
        """A defect: the call ends with it. The first counts, and none of a call that is over."""
        if self._error is None and not self.are_over:
            self._error = error
            self._failed.set()

    async def run(self, body: Coroutine[object, object, None]) -> None:
        """`body`, until it is over or anything of the group fails. Raises what failed."""
        acting = self.create_task(body, name="actor")
        acting.add_done_callback(lambda _: self._failed.set())
        await self._failed.wait()
        error, self._error = self._error, None
        try:
            if error is not None:
                raise error
        finally:
            # An error holds the frames it came through, and they hold the call's parts, and so this: a ring, which
            # only the collector's full pass would free.
            del error

    async def end(self, outliving: Outliving, call_id: str) -> None:
        """Cancel what still runs, and wait for it, `END_S` at most; what does not stop outlives the call."""
        self.are_over, self._error = True, None
        left = set(self._running)
        for task in left:
            task.cancel()
        try:
            if left:
                await asyncio.wait(left, timeout=END_S)
        finally:
            for task in left:
                if not task.done():
                    outliving.keep(task, call_id)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self.fail(error)
