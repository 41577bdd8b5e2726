"""The tasks of one call."""

from __future__ import annotations

import asyncio
import gc
from weakref import ref

import pytest

from flowengine.runtime.outliving import Outliving
from flowengine.runtime.tasks import Tasks


class Part:
    """Of a call: it holds the call's tasks, and has a defect."""

    def __init__(self, tasks: Tasks) -> None:
        self._tasks = tasks

    def tick(self) -> None:
        try:
            raise LookupError("a defect")
        except LookupError as error:
            self._tasks.fail(error)


@pytest.mark.parametrize("when", ["in the call", "before its end", "after its end"])
def test_a_defect_ends_its_call_and_holds_nothing_of_it(when: str) -> None:
    async def call() -> ref[Part]:
        tasks = Tasks()
        part = Part(tasks)
        if when == "in the call":
            asyncio.get_running_loop().call_soon(part.tick)
            with pytest.raises(LookupError):
                await tasks.run(asyncio.sleep(3600))
        else:
            await tasks.run(asyncio.sleep(0))
        if when == "before its end":
            part.tick()
        await tasks.end(Outliving(), "call")
        if when == "after its end":
            part.tick()
        return ref(part)

    gc.disable()
    try:
        assert asyncio.run(call())() is None
    finally:
        gc.enable()
