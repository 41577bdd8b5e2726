"""A connection that is over is freed at once, and with it the call that took its messages."""

from __future__ import annotations

import asyncio
import gc
from typing import Any
from weakref import ref

from flowengine.service.websocket import frames
from tests.service.websocket.by_hand import ByHand, settled


class Reader:
    """Takes messages, and holds who gives them, as a call does."""

    def __init__(self, by_hand: ByHand) -> None:
        self.direct = by_hand.direct

    def __call__(self, message: str | bytes) -> None:
        """Nothing is done with it."""


def test_nothing_holds_a_connection_that_is_over() -> None:
    async def main() -> list[object | None]:
        by_hand = ByHand(ping_s=20, pong_s=20)
        await by_hand.open()
        reader = Reader(by_hand)
        taking = asyncio.create_task(by_hand.direct.hand_over(reader))
        await settled()
        by_hand.protocol.connection_lost(None)
        assert await taking == frames.ABNORMAL
        await by_hand.finish()
        watched: list[ref[Any]] = [ref(by_hand.protocol), ref(reader)]
        # The harness is the application, which its connection knows.
        vars(by_hand).clear()
        del by_hand, reader, taking
        await settled()
        return [each() for each in watched]

    gc.collect()
    gc.disable()
    try:
        assert asyncio.run(main()) == [None, None]
    finally:
        gc.enable()
