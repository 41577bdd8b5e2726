"""What the caller is saying when the call comes to its end is listened to: "don't call me again" said into our farewell
counts, though the farewell is over before it.

Whoever is still there is let finish, their usual pause included, within bounds; whoever has left has finished.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from flowengine.runtime.ears import LAST_WORDS_S, Ears
from flowengine.runtime.happenings import Gone, Happening, StreamLost
from flowengine.runtime.inbox import Inbox
from flowengine.runtime.ports import RecogniserFailed

HEARD_OUT_S = 4.0
"""So long, in all, whoever speaks on after our farewell is heard: an opt-out takes two, a television never ends."""


async def hear_out(
    inbox: Inbox, ears: Ears, has_floor: Callable[[], bool], take: Callable[[Happening], None], *, is_here: bool
) -> None:
    """`take` what comes until the caller has said what they were saying; no longer than `HEARD_OUT_S`, or
    `LAST_WORDS_S` from the moment when they are not there any more (`is_here`: they are, to begin with)."""
    if is_here:
        await _listen(inbox, has_floor, take, HEARD_OUT_S - LAST_WORDS_S)
    if has_floor():
        ears.finalize()
        await _listen(inbox, has_floor, take, LAST_WORDS_S)


async def _listen(
    inbox: Inbox, has_floor: Callable[[], bool], take: Callable[[Happening], None], seconds: float
) -> None:
    """Until the caller is quiet, cannot be heard any more, or so many seconds have passed."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while has_floor():
                match happening := await inbox.take():
                    case RecogniserFailed():
                        # The flow has said all it had to say: nothing failed that anybody still waits for.
                        return
                    case Gone() | StreamLost():
                        take(happening)
                        return
                    case _:
                        take(happening)
