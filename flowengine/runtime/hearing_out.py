"""What the caller is saying when the call comes to its end is listened to: "don't call me again" said into our farewell
counts, though the farewell is over before it. What the flow's mind answers to that is said to its end.

Whoever is still there is let finish, their usual pause included, within bounds; whoever has left has finished.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from flowengine.conversation.conversation import Conversation
from flowengine.runtime.ears import LAST_WORDS_S, Ears
from flowengine.runtime.ending import Ending
from flowengine.runtime.happenings import Gone, Happening, StreamLost
from flowengine.runtime.inbox import Inbox
from flowengine.runtime.ports import RecogniserFailed
from flowengine.runtime.speaking import Speaking

HEARD_OUT_S = 4.0
"""So long, in all, whoever speaks on after our farewell is heard: an opt-out takes two, a television never ends."""
MORE_WITHIN_S = HEARD_OUT_S - LAST_WORDS_S
"""So long after it, at most, the second half of what they have begun is waited for."""
BEGUN_S = 2.0
"""A voice that has not begun by then to answer them is broken, and is not waited for."""
SAID_S = 10.0
"""Longer than the one sentence takes, its late mark included."""


async def hear_out(
    inbox: Inbox,
    ears: Ears,
    speaking: Speaking,
    ending: Ending,
    conversation: Conversation,
    has_floor: Callable[[], bool],
    take: Callable[[Happening], None],
) -> None:
    """`take` what comes until the caller has said what they were saying, and what it was answered with is heard.

    No longer than `HEARD_OUT_S` for the one and `BEGUN_S` + `SAID_S` for the other; `LAST_WORDS_S` from the moment when
    the caller is not there any more. What is still being said then is left to the session.
    """

    def is_awaited() -> bool:
        return has_floor() or conversation.awaits_more

    if not is_awaited():
        return
    is_here = not ending.has_left and not inbox.overflowed
    ending.is_told = is_here
    if is_here:
        await _listen(inbox, is_awaited, take, MORE_WITHIN_S)
    else:
        # Nobody is spoken to any more, and nothing need be prepared.
        speaking.shut()
    if has_floor():
        ears.finalize()
        await _listen(inbox, has_floor, take, LAST_WORDS_S)
    await _say_out(inbox, speaking, take)


async def _listen(inbox: Inbox, goes_on: Callable[[], bool], take: Callable[[Happening], None], seconds: float) -> None:
    """Until the caller is quiet, cannot be heard any more, or so many seconds have passed."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while goes_on():
                match happening := await inbox.take():
                    case RecogniserFailed():
                        # The flow has said all it had to say: nothing failed that anybody still waits for.
                        return
                    case Gone() | StreamLost():
                        take(happening)
                        return
                    case _:
                        take(happening)


async def _say_out(inbox: Inbox, speaking: Speaking, take: Callable[[Happening], None]) -> None:
    """Until what is being said is heard, nobody is there to hear it, or it takes too long."""
    for seconds in (BEGUN_S, SAID_S):
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not speaking.idle and not inbox.overflowed:
                    if not isinstance(happening := await inbox.take(), RecogniserFailed):
                        take(happening)
        if not speaking.has_begun:
            return
