"""A time limit for a request's body, which uvicorn has none for: a byte now and then would hold a handler for ever.

The limit grows with what has come, so that a long list over a slow line is taken, and one that trickles is not. It
counts while the handler waits for the body alone: one that never asks for it, or takes its time with it, harms nobody.
"""

from __future__ import annotations

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from flowengine.service.problems import ProblemError

BODY_WITHIN_S = 10.0
"""For any body. Twilio's forms are sent in one go, and it waits 15 s for an answer."""
BYTES_A_SECOND = 4096.0
"""And one second more for so many that have come: a line of 32 kbit/s keeps up."""


class TimedBodies:
    """Answers 408, and closes the connection, where a body comes too slowly."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, timed(receive) if scope["type"] == "http" else receive, send)


def timed(receive: Receive) -> Receive:
    """The request's messages, as long as its body comes in time. Raises ProblemError (408)."""
    waited_s, taken, is_whole = 0.0, 0, False

    async def in_time() -> Message:
        nonlocal waited_s, taken, is_whole
        if is_whole:
            # What is asked for now is whether the far end is still there, and that may take as long as it likes.
            return await receive()
        loop = asyncio.get_running_loop()
        began = loop.time()
        left_s = BODY_WITHIN_S + taken / BYTES_A_SECOND - waited_s
        try:
            async with asyncio.timeout(max(left_s, 0.0)):
                message = await receive()
        except TimeoutError as error:
            raise too_slow(taken) from error
        waited_s += loop.time() - began
        taken += len(message.get("body", b""))
        is_whole = not message.get("more_body", False)
        return message

    return in_time


def too_slow(taken: int) -> ProblemError:
    """`taken`: bytes that had come."""
    return ProblemError(
        408,
        "Body too slow",
        f"The body must come whole within {BODY_WITHIN_S:g} s, and one second more for each {BYTES_A_SECOND:,.0f} "
        f"bytes; {taken:,} bytes had come. Send it again, in one go.",
        headers={"connection": "close"},
    )
