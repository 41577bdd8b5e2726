"""Calls in real time with the embedded recogniser in its process: a made caller's audio in, what the agent does out.

The line plays what it is sent, as a telephone would: marks come back when their audio is over, and where the call has
an echo, what was played comes back with the caller's voice.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np

from benchmarks import model
from benchmarks.callers import RATE, Samples, silence, to_line
from flowengine.adapters.local.recogniser import LocalRecogniser, LocalStream
from flowengine.adapters.local.telephone import to_samples
from flowengine.conversation.commands import Command, Expecting, TakenBack
from flowengine.conversation.contact import check_contact
from flowengine.conversation.conversation import Conversation
from flowengine.conversation.events import CallerSaid, Event
from flowengine.graph.model import Flow
from flowengine.runtime.observed import SessionParts
from flowengine.runtime.ports import GuardAnswer, RecogniserEvent, Told, VoiceStarted
from flowengine.runtime.session import CallSession
from flowengine.runtime.speech_cache import CachedSynthesiser
from flowengine.runtime.ticker import Ticker

FRAME = 160
FRAME_S = 0.02
STARTED = datetime(2026, 11, 24, 10, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Back:
    """How much of what is played comes back, and when."""

    loss_db: float
    delay_s: float


@dataclass(slots=True)
class Seen:
    """What happened in one call; times in seconds since its first frame."""

    clears: list[float] = field(default_factory=list)
    certain: list[float] = field(default_factory=list)
    """When the recogniser's report of a certain voice was read."""
    plays: list[float] = field(default_factory=list)
    said: list[tuple[float, str]] = field(default_factory=list)
    taken_back: int = 0
    """How often a turn was ended too soon, and made one with what followed."""


class _Line(model._Line):
    """The far end."""

    def __init__(self, seconds: float, seen: Seen, clock: Callable[[], float]) -> None:
        super().__init__()
        self.seen, self.clock = seen, clock
        self.back: Samples = np.zeros(round((seconds + 5) * RATE), np.float32)
        self.until = 0.0
        self.marks: dict[str, asyncio.TimerHandle] = {}

    def play(self, mulaw: bytes) -> None:
        now = self.clock()
        self.seen.plays.append(now)
        start = max(now, self.until)
        at = round(start * RATE)
        room = self.back[at : at + len(mulaw)]
        room += to_samples(mulaw)[: len(room)]
        self.until = start + len(mulaw) / RATE

    def mark(self, name: str) -> None:
        loop = asyncio.get_running_loop()
        self.marks[name] = loop.call_later(max(0.0, self.until - self.clock()), self._marked, name)

    def clear(self) -> None:
        now = self.clock()
        self.seen.clears.append(now)
        self.back[round(now * RATE) :] = 0
        self.until = now
        for name, handle in list(self.marks.items()):
            handle.cancel()
            self._marked(name)

    def _marked(self, name: str) -> None:
        self.marks.pop(name, None)
        self.echo(name)


class _Outside:
    """The guard that allows, and a record of the caller's turns alone."""

    def __init__(self, seen: Seen, clock: Callable[[], float]) -> None:
        self.seen, self.clock = seen, clock

    async def decide(self, guard: str) -> GuardAnswer:
        return GuardAnswer(True)

    def write(self, at: float, entry: Event | Command | Told) -> None:
        if isinstance(entry, CallerSaid):
            self.seen.said.append((self.clock(), entry.text))
        self.seen.taken_back += isinstance(entry, TakenBack)

    def suppress(self, reason: str) -> None:
        """Nobody opts out."""


class _TimedStream:
    """The embedded stream, and when each certain voice was read from it."""

    def __init__(self, stream: LocalStream, seen: Seen, clock: Callable[[], float]) -> None:
        self.stream, self.seen, self.clock = stream, seen, clock

    def push(self, mulaw: bytes) -> None:
        self.stream.push(mulaw)

    def push_echo(self, mulaw: bytes) -> None:
        self.stream.push_echo(mulaw)

    def expect(self, expecting: Expecting) -> None:
        self.stream.expect(expecting)

    def finalize(self) -> None:
        self.stream.finalize()

    async def events(self) -> AsyncIterator[RecogniserEvent]:
        async for event in self.stream.events():
            if isinstance(event, VoiceStarted) and event.certain:
                self.seen.certain.append(self.clock())
            yield event

    async def close(self) -> None:
        await self.stream.close()


class _Timed:
    name = "measured"

    def __init__(self, recogniser: LocalRecogniser, seen: Seen, clock: Callable[[], float]) -> None:
        self.recogniser, self.seen, self.clock = recogniser, seen, clock

    async def open(self, call_id: str, *, language: str = "en-GB") -> _TimedStream:
        return _TimedStream(await self.recogniser.open(call_id, language=language), self.seen, self.clock)

    async def close(self) -> None:
        """Shared by all calls."""


@dataclass(frozen=True, slots=True)
class Engines:
    """What the calls of a run share."""

    recogniser: LocalRecogniser
    voice: CachedSynthesiser
    ticker: Ticker
    at_once: int
    """So many calls share them at the same time."""


async def call(engines: Engines, flow: Flow, caller: Samples, back: Back | None = None) -> Seen:
    """One call, from its first frame to the end of the caller's audio."""
    loop = asyncio.get_running_loop()
    seen, zero = Seen(), loop.time()

    def clock() -> float:
        return loop.time() - zero

    line, outside = _Line(len(caller) / RATE, seen, clock), _Outside(seen, clock)
    recogniser = _Timed(engines.recogniser, seen, clock)
    conversation = Conversation(flow, check_contact(flow, {}), started=STARTED)
    voice, ticker = engines.voice, engines.ticker
    session = CallSession(
        SessionParts(conversation, line, voice, outside, outside, ticker, recogniser=recogniser, clips=voice)
    )
    line.echo = session.on_mark
    running = asyncio.create_task(session.run())
    for frame in range(len(caller) // FRAME):
        # A frame can leave the telephone when its last sample has been spoken.
        await asyncio.sleep(max(0.0, (frame + 1) * FRAME_S - clock()))
        at = frame * FRAME
        mixed = caller[at : at + FRAME]
        if back is not None:
            mixed = mixed + _returned(line.back, at - round(back.delay_s * RATE), back.loss_db)
        session.on_audio(to_line(mixed))
    cleared = list(seen.clears)
    session.leave("measured")
    await running
    # The end of a call clears the line as well.
    seen.clears[:] = cleared
    return seen


def _returned(played: Samples, at: int, loss_db: float) -> Samples:
    piece = played[max(0, at) : max(0, at + FRAME)]
    padded = np.concatenate((silence((FRAME - len(piece)) / RATE), piece))
    scaled: Samples = (padded * 10 ** (-loss_db / 20)).astype(np.float32)
    return scaled
