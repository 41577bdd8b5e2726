"""The tasks of one call: begun by its parts, all in the call's one group, none of them outliving it."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from types import TracebackType


class Tasks:
    """A task group that parts may be given before it is entered. Enter it once."""

    def __init__(self) -> None:
        self._group = asyncio.TaskGroup()

    async def __aenter__(self) -> Tasks:
        await self._group.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._group.__aexit__(kind, error, trace)

    def create_task(self, work: Coroutine[object, object, None], *, name: str) -> asyncio.Task[None]:
        return self._group.create_task(work, name=name)
