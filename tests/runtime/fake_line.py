"""A far end that plays what it is sent, for tests of the runtime."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from flowengine.errors import TelephonyError


@dataclass
class FakeLine:
    """Keeps what came; with `play_out` running it also plays: marks come back when their audio is over."""

    call_id: str = "call-1"
    audio: bytearray = field(default_factory=bytearray)
    marks: list[str] = field(default_factory=list)
    cleared: int = 0
    hung_up: int = 0
    voice: bytes = b""
    """What the caller's line sounds like, a frame at a time; quiet without."""
    up: bool = True
    asked: int = 0
    refuses: str | None = None
    transfers: list[str] = field(default_factory=list)
    rings: TelephonyError | None = None
    """Why a colleague cannot be rung."""
    legs: list[tuple[str, str]] = field(default_factory=list)
    joined: list[str] = field(default_factory=list)
    dismissed: list[str] = field(default_factory=list)
    fetched: int = 0
    recordings: list[bool] = field(default_factory=list)
    echo: Callable[[str], None] | None = None
    _until: float = 0.0
    _pending: dict[str, asyncio.TimerHandle] = field(default_factory=dict)

    @property
    def seconds(self) -> float:
        return len(self.audio) / 8000

    def play(self, mulaw: bytes) -> None:
        self.audio += mulaw
        if self.echo is not None:
            now = asyncio.get_running_loop().time()
            self._until = max(self._until, now) + len(mulaw) / 8000

    def mark(self, name: str) -> None:
        self.marks.append(name)
        if self.echo is not None:
            loop = asyncio.get_running_loop()
            self._pending[name] = loop.call_at(max(self._until, loop.time()), self._played, name)

    def clear(self) -> None:
        self.cleared += 1
        if self.echo is not None:
            self._until = 0.0
            for name, handle in tuple(self._pending.items()):
                handle.cancel()
                self._played(name)

    async def hang_up(self) -> None:
        self.hung_up += 1

    async def transfer(self, target: str) -> None:
        if self.refuses is not None:
            raise TelephonyError(self.refuses)
        self.transfers.append(target)

    async def consult(self, leg: str, target: str, placed: Callable[[str], None]) -> None:
        self.legs.append((leg, target))
        if self.rings is not None:
            raise self.rings
        placed(f"CA{len(self.legs)}")

    async def join(self, leg: str) -> None:
        if self.refuses is not None:
            raise TelephonyError(self.refuses)
        self.joined.append(leg)

    async def fetch_back(self) -> None:
        self.fetched += 1

    async def dismiss(self, placed: str) -> None:
        self.dismissed.append(placed)

    async def is_up(self) -> bool:
        self.asked += 1
        return self.up

    async def record(self, start: bool) -> None:
        if self.refuses is not None:
            raise TelephonyError(self.refuses)
        self.recordings.append(start)

    def _played(self, name: str) -> None:
        self._pending.pop(name, None)
        if self.echo is not None:
            self.echo(name)
