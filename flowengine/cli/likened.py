"""The embedded engine of meanings in a typed call: what no phrase fits is compared with the flow's examples."""

from __future__ import annotations

import asyncio
import sys

import click

from flowengine.adapters.local.meaning import LocalMeaning
from flowengine.conversation.commands import WeighMeaning
from flowengine.conversation.events import Event, MeaningWeighed, WeighingFailed
from flowengine.conversation.teaching import examples
from flowengine.errors import MeaningError
from flowengine.graph.model import Flow
from flowengine.testing.script import Answer

BACK = "\r\033[K"


class MeaningInChat:
    """Learns the flow at once, which may take some seconds the first time. Close it when done.

    Raises MissingExtra, MeaningError.
    """

    def __init__(self, flow: Flow) -> None:
        self._engine = LocalMeaning()
        # The process belongs to one event loop.
        self._loop = asyncio.Runner()
        try:
            self._loop.run(self._engine.warm_up(_tell))
            self._lesson = self._loop.run(self._engine.learn(examples(flow.intents)))
            _tell("")
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        self._loop.run(self._engine.close())
        self._loop.close()

    def answer(self, order: WeighMeaning) -> Answer:
        """The likenesses. They take some milliseconds, which the call's clock leaves out."""
        return self._loop.run(self._weigh(order))

    async def _weigh(self, order: WeighMeaning) -> Answer:
        try:
            found = await self._lesson.liken(order.text, order.intents)
        except MeaningError as error:
            reason = str(error)

            def failed(at: float) -> Event:
                return WeighingFailed(at, order.request_id, reason)

            return Answer(0.0, failed)
        return Answer(0.0, lambda at: MeaningWeighed(at, order.request_id, found))


def _tell(step: str) -> None:
    """In one line that is written over; nothing where there is no terminal."""
    if sys.stderr.isatty():
        click.echo(f"{BACK}  {click.style(step, dim=True)}" if step else BACK, err=True, nl=False)
