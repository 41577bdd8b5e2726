"""Pings to a client, so that one that is gone without a word is noticed."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable


class KeepAlive:
    """A ping every `interval_s`; `on_silence` when its pong does not come within `timeout_s`. None: never.

    `is_deaf`: nothing is read at present, so that a pong that has come cannot have been seen.
    """

    def __init__(
        self,
        interval_s: float | None,
        timeout_s: float | None,
        ping: Callable[[bytes], None],
        on_silence: Callable[[], None],
        is_deaf: Callable[[], bool],
    ) -> None:
        self._interval_s = interval_s
        self._timeout_s = timeout_s
        self._ping = ping
        self._on_silence = on_silence
        self._is_deaf = is_deaf
        self._timer: asyncio.TimerHandle | None = None
        self._payload: bytes | None = None
        """Of the ping that is not answered yet."""

    def start(self) -> None:
        if self._interval_s:
            self._after(self._interval_s, self._send)

    def stop(self) -> None:
        self._payload = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def pong(self, payload: bytes) -> None:
        """A pong nobody asked for, or one of an earlier ping, says nothing."""
        if self._payload is not None and payload == self._payload:
            self.stop()
            self.start()

    def _send(self) -> None:
        self._payload = random.getrandbits(32).to_bytes(4)
        self._ping(self._payload)
        if self._timeout_s:
            self._after(self._timeout_s, self._expire)
        else:
            self.start()

    def _expire(self) -> None:
        if self._is_deaf() and self._timeout_s:
            self._after(self._timeout_s, self._expire)
        else:
            self.stop()
            self._on_silence()

    def _after(self, seconds: float, work: Callable[[], None]) -> None:
        self._timer = asyncio.get_running_loop().call_later(seconds, work)
