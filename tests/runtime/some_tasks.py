"""The tasks of a call without its session, for tests of the parts that begin them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from flowengine.runtime.outliving import Outliving
from flowengine.runtime.tasks import Tasks


@asynccontextmanager
async def some_tasks() -> AsyncIterator[Tasks]:
    """Whatever is still running in the end is cancelled, and what failed is raised."""

    async def nothing() -> None:
        return None

    tasks, outliving = Tasks(), Outliving()
    yield tasks
    await tasks.end(outliving, "call-1")
    assert not len(outliving)
    tasks.are_over = False
    await tasks.run(nothing())
