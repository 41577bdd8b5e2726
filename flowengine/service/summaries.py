"""Summaries of calls that are over: what only a model can fill in is asked for beside everything else.

The call's record is closed by then, and complete without it. A service that stops waits a while for what is under way;
one that is killed leaves those fields as they were reckoned.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime

from flowengine.conversation.conversation import Conversation
from flowengine.runtime.ports import Model
from flowengine.runtime.summarising import AfterCall, fill_in, wants_model

log = logging.getLogger(__name__)

LAST_S = 10.0
"""How long a service that stops waits for them."""
LOOK_S = 0.1

Keep = Callable[[AfterCall], None]


class Summaries:
    """Of the calls of this process. Without a model nothing is asked."""

    def __init__(self, model: Model | None) -> None:
        self._model = model
        self._asking: set[asyncio.Task[None]] = set()

    def ask(self, conversation: Conversation, call_id: str, *, began: datetime, keep: Keep) -> None:
        """Begin; never waits. `began`: on the clock of the people called. `keep` takes what the record gains."""
        if self._model is not None and wants_model(conversation):
            asking = self._ask(self._model, conversation, call_id, began, keep)
            task = asyncio.create_task(asking, name=f"summary of {call_id}")
            self._asking.add(task)
            task.add_done_callback(self._asking.discard)

    async def stop(self, *, is_hurried: Callable[[], bool] = lambda: False) -> None:
        """Wait for what is under way, for a while, or until that is hurried; idempotent."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + LAST_S
        while self._asking and loop.time() < deadline and not is_hurried():
            await asyncio.wait(self._asking, timeout=min(LOOK_S, deadline - loop.time()))
        late = tuple(self._asking)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    async def _ask(self, model: Model, conversation: Conversation, call_id: str, began: datetime, keep: Keep) -> None:
        for told in await fill_in(conversation, model, call_id, began=began):
            keep(told)
        log.info("summary asked for", extra={"call_id": call_id})
