"""A far end that plays as a telephone does and remembers every millisecond of it, and a voice whose audio says which
character of which sentence it is."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from random import Random

from flowengine.errors import AnswerLost, SynthesiserError, TelephonyError

FRAME = 8
"""Bytes: one millisecond."""
MARKED = 0x01


class Texts:
    """The sentences that were asked for, by number."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def number(self, text: str) -> int:
        return self._numbers.setdefault(text, len(self._numbers))

    def frames(self, text: str, ms_each: int) -> bytes:
        """A sentence's audio, so many milliseconds a character."""
        number = self.number(text).to_bytes(2)
        return b"".join(
            (bytes((MARKED,)) + number + place.to_bytes(2) + bytes(3)) * ms_each for place in range(len(text))
        )


@dataclass
class StormVoice:
    """Its sentences come late, in pieces, stall, fail, or go on after they were told to stop, as the seed has it."""

    seed: str
    texts: Texts
    trouble: float
    name: str = "storm"
    version: str = "1"
    has_clips: bool = False
    open: int = 0
    calls: int = 0

    def at_hand(self, text: str, *, voice: str | None = None) -> bytes | None:
        """Every other sentence is there before it is asked for."""
        if not self.has_clips or Random(text).random() < 0.5:
            return None
        return self.texts.frames(text, 60)

    async def prepare(self, text: str, *, voice: str | None = None, begun: Callable[[], None] = lambda: None) -> bytes:
        random = Random(f"{self.seed}/prepare/{text}")
        await asyncio.sleep(random.choice((0.0, 0.2, 2.0)))
        begun()
        await asyncio.sleep(random.choice((0.1, 0.4, 2.0)))
        if random.random() < 0.1:
            raise SynthesiserError("the storm took it")
        return self.texts.frames(text, 60)

    async def speak(self, text: str, *, voice: str | None = None) -> AsyncGenerator[bytes, None]:
        self.calls += 1
        random = Random(f"{self.seed}/voice/{self.calls}")
        kind = (
            random.choice(("slow", "fails", "stalls", "stubborn", "silent")) if random.random() < self.trouble else ""
        )
        audio = self.texts.frames(text, random.choice((50, 60, 66)))
        self.open += 1
        try:
            await asyncio.sleep(random.choice((0.0, 0.02, 0.3)))
            sent = 0
            while sent < len(audio):
                size = FRAME * random.choice((20, 100, 400))
                if kind == "silent" or (kind == "fails" and sent > len(audio) // 2):
                    raise SynthesiserError("the storm took it")
                yield audio[sent : sent + size]
                sent += size
                if kind == "stalls" and sent > len(audio) // 3:
                    await asyncio.sleep(60)
                elif kind == "slow":
                    await asyncio.sleep(random.choice((0.05, 0.3, 1.2)))
                else:
                    await asyncio.sleep(random.choice((0.0, 0.01)))
        except (GeneratorExit, asyncio.CancelledError):
            if kind == "stubborn":
                for _ in range(3):
                    try:
                        await asyncio.sleep(1.0)
                    except asyncio.CancelledError:
                        continue
            raise
        finally:
            self.open -= 1

    async def close(self) -> None:
        """Nothing is held."""


@dataclass
class StormLine:
    """Plays 8,000 bytes a second on the loop's clock. A mark is echoed when what came before it has played, and at once
    when a `clear` throws that away; echoes are late, lost or doubled as the seed has it."""

    seed: str
    lost_marks: float
    late_marks: float
    call_id: str = "call-1"
    up: bool = True
    is_over: bool = False
    cleared: int = 0
    hung_up: int = 0
    transfers: int = 0
    legs: list[str] = field(default_factory=list)
    most_ahead: float = 0.0
    wrong: list[str] = field(default_factory=list)
    may_play: Callable[[], str | None] = lambda: None
    """Why nothing may be played now, if anything speaks against it."""
    echo: Callable[[str], None] = lambda name: None
    played: list[tuple[float, int, int]] = field(default_factory=list)
    """What was really played: when, which sentence, which character."""
    _queue: deque[tuple[float, bytes]] = field(default_factory=deque)
    _until: float = 0.0
    _marks: dict[str, asyncio.TimerHandle] = field(default_factory=dict)
    _echoes: set[asyncio.TimerHandle] = field(default_factory=set)

    def play(self, mulaw: bytes) -> None:
        now = _now()
        if (reason := self.may_play()) is not None:
            self.wrong.append(f"{now - 1000:.2f}: played although {reason}")
        self.settle()
        start = max(self._until, now)
        self._queue.append((start, mulaw))
        self._until = start + len(mulaw) / 8000
        self.most_ahead = max(self.most_ahead, self._until - now)

    def mark(self, name: str) -> None:
        self._marks[name] = asyncio.get_running_loop().call_at(max(self._until, _now()), self._reached, name)

    def clear(self) -> None:
        self.cleared += 1
        self.settle()
        self._queue.clear()
        self._until = 0.0
        for name, handle in tuple(self._marks.items()):
            handle.cancel()
            self._reached(name)

    async def hang_up(self) -> None:
        self.hung_up += 1

    async def transfer(self, target: str) -> None:
        self.transfers += 1
        random = Random(f"{self.seed}/transfer/{self.transfers}")
        await asyncio.sleep(random.choice((0.05, 0.5)))
        if random.random() < 0.2:
            raise TelephonyError("refused")

    async def consult(self, leg: str, target: str, placed: Callable[[str], None]) -> None:
        self.legs.append(leg)
        random = Random(f"{self.seed}/consult/{len(self.legs)}")
        await asyncio.sleep(random.choice((0.05, 0.5)))
        if random.random() < 0.2:
            raise random.choice((TelephonyError("refused"), AnswerLost("no answer")))
        placed(f"CA{len(self.legs)}")

    async def join(self, leg: str) -> None:
        await self.transfer(leg)

    async def fetch_back(self) -> None:
        await self.transfer("back")

    async def dismiss(self, placed: str) -> None:
        """Nobody is rung any more."""

    async def is_up(self) -> bool:
        return self.up

    async def record(self, start: bool) -> None:
        if Random(f"{self.seed}/record").random() < 0.3:
            raise TelephonyError("refused")

    def settle(self) -> None:
        """Count as played what has been by now."""
        now = _now()
        while self._queue:
            start, mulaw = self._queue[0]
            whole = min(len(mulaw), max(0, round((now - start) * 8000)))
            for at in range(0, whole - whole % FRAME, FRAME):
                if mulaw[at] == MARKED and at + FRAME <= len(mulaw):
                    number = int.from_bytes(mulaw[at + 1 : at + 3])
                    self.played.append((start + at / 8000, number, int.from_bytes(mulaw[at + 3 : at + 5])))
            if whole < len(mulaw):
                self._queue[0] = (start + (whole - whole % FRAME) / 8000, mulaw[whole - whole % FRAME :])
                return
            self._queue.popleft()

    def stop(self) -> None:
        """Nobody is there any more."""
        self.is_over = True
        for handle in (*self._marks.values(), *self._echoes):
            handle.cancel()

    def _reached(self, name: str) -> None:
        self._marks.pop(name, None)
        random = Random(f"{self.seed}/mark/{name}")
        if random.random() < self.lost_marks:
            return
        delay = random.choice((0.03, 0.4, 1.5, 4.0)) if random.random() < self.late_marks else 0.0
        for _ in range(1 + (random.random() < 0.1)):
            self._echoes.add(asyncio.get_running_loop().call_later(delay, self.echo, name))


def _now() -> float:
    return asyncio.get_running_loop().time()
