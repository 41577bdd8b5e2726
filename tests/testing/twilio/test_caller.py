"""The simulated caller whose line is lost in the middle of a step."""

from __future__ import annotations

import asyncio

from flowengine.testing.twilio.caller import Caller
from flowengine.testing.twilio.report import CallReport
from flowengine.testing.twilio.script import PlayClip


class EndlessLine:
    """A line on which nothing that is said comes to its end."""

    def __init__(self) -> None:
        self.speaks = asyncio.Event()

    def now(self) -> float:
        return 1.0

    async def say(self, mulaw: bytes) -> None:
        self.speaks.set()
        await asyncio.Event().wait()


def test_what_was_being_said_as_the_line_was_lost_is_said_again() -> None:
    async def left(*, is_lost: bool) -> list[str]:
        steps = [PlayClip("yes please", b"\x00" * 1600, at_once=True), PlayClip("no thanks", b"\x00" * 1600)]
        caller, line = Caller(steps, CallReport("CA1")), EndlessLine()
        acting = asyncio.create_task(caller.act(line))  # type: ignore[arg-type]  # all of a stream that it needs
        await line.speaks.wait()
        acting.cancel()
        await asyncio.gather(acting, return_exceptions=True)
        if is_lost:
            caller.cut_off()
        return caller.unsaid

    assert asyncio.run(left(is_lost=True)) == ["yes please", "no thanks"]
    assert asyncio.run(left(is_lost=False)) == ["no thanks"]
