"""How long a test waits for what must come: longer than any machine takes, since only what hangs takes longer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

PATIENCE_S = 300.0


async def until(claim: Callable[[], Awaitable[object]], wanted: str, *, every_s: float = 0.05) -> None:
    """Ask again and again until the claim is true. Raises AssertionError, with what was `wanted`."""
    deadline = time.monotonic() + PATIENCE_S
    while not await claim():
        assert time.monotonic() < deadline, f"never came: {wanted}"
        await asyncio.sleep(every_s)
