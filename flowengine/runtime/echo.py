"""The agent's own voice, coming back: on a speakerphone or a plain landline it must not interrupt itself.

What was played is known, and how loud. What comes in while it can still be echoing, and is no louder than an echo
of it, is taken for one: the recogniser is told so, or hears quiet instead where it can't tell it apart. How much is
lost on the way is learnt from the call: on a line that gives nothing back, nearly everything counts as the caller's
after the agent's first second. Levels alone decide, so that a frame costs a few microseconds, and only while something
is played; an echo hardly softer than the voice itself, which no caller could be told from, is let through.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Callable
from typing import Protocol, runtime_checkable

from flowengine.runtime.audio import BYTES_A_SECOND, FRAME_BYTES, SILENCE, rough_level
from flowengine.runtime.ports import CallLine, RecogniserStream

LATEST_S = 0.6
"""An echo comes back within this: up to 300 ms of network each way."""
EXPECTED_LOSS_DB = 22.0
"""Until the line is known: telephone networks take 25 dB and more from an echo."""
LEAST_LOSS_DB, MOST_LOSS_DB = 16.0, 40.0
LOUDER_DB = 5.0
"""What is so much louder than nearly the loudest echo is the caller."""
PIECE_BYTES = 2 * FRAME_BYTES
KNOWN_FRAMES, REMEMBERED_FRAMES = 40, 150
EVERY_FRAMES, SELDOM_FRAMES = 10, 30
"""So often it learns; the second once it remembers a whole window, which takes longer to become another."""
LOUDEST_SHARE = 0.97
STEADY_SHARES, STEADY_DB, NOISE_DB = (0.1, 0.9), 6.0, 6.0
"""Where so many frames are so alike, what is hardly louder than the quietest is noise, and no echo."""
OPEN_FRAMES = 2
"""A caller's frames in a row; then the quiet ones between are theirs as well, for `OPEN_S`."""
OPEN_S = 0.3
SOFTEST_CALLER = 10 ** (-54 / 20)
"""-54 dB. What is softer opens nothing: where a sentence begins softly, a line's noise is louder than its echo, and
what followed of the sentence came through."""
QUIETEST = 1e-5
"""What is softer counts as this: -100 dB."""


class Echo:
    """One call's echo. Times in seconds of one clock."""

    def __init__(self) -> None:
        self._played: deque[tuple[float, float]] = deque()
        """What is still to be played: when each piece begins, and its level."""
        self._sounding: deque[tuple[float, float]] = deque()
        """What may be echoing, without pieces that a later one outdoes: the first is the loudest."""
        self._loudest_now = 0.0
        self._changes_at = math.inf
        """Until then that is the loudest: looking for it at each frame was a quarter of what a frame costs."""
        self._until = 0.0
        self._levels: deque[float] = deque(maxlen=REMEMBERED_FRAMES)
        self._shares: deque[float] = deque(maxlen=REMEMBERED_FRAMES)
        """Of the loudest that was played, how much came back."""
        self._noise_below = 0.0
        self._learnt = 0
        self._learns_at = KNOWN_FRAMES
        self._row = 0
        self._open_until = 0.0
        self.loss_db = EXPECTED_LOSS_DB
        """How much softer an echo is than what was played, at least."""
        self._most_share = _factor(LOUDER_DB - EXPECTED_LOSS_DB)
        """A frame is compared without any logarithm: what has a larger share of what was played is the caller."""

    def played(self, mulaw: bytes, now: float) -> None:
        """This was sent to the far end at `now`, and is played after what it had before."""
        start = max(self._until, now)
        self._changes_at = min(self._changes_at, start)
        for offset in range(0, len(mulaw), PIECE_BYTES):
            piece = mulaw[offset : offset + PIECE_BYTES]
            self._played.append((start + offset / BYTES_A_SECOND, rough_level(piece)))
        self._until = start + len(mulaw) / BYTES_A_SECOND

    def cleared(self, now: float) -> None:
        """What the far end had not played yet, it never will."""
        while self._played and self._played[-1][0] >= now:
            self._played.pop()
        self._until = min(self._until, now)

    def may_be(self, mulaw: bytes, now: float) -> bool:
        """Whether what comes in now is no louder than an echo would be, and not the caller's for any other reason."""
        loudest = self._loudest(now) if now > self._changes_at else self._loudest_now
        if loudest <= 0.0:
            return False
        level = rough_level(mulaw)
        if level < QUIETEST:
            level = QUIETEST
        share = level / (loudest if loudest > QUIETEST else QUIETEST)
        if share > self._most_share:
            self._row += 1
            if self._row >= OPEN_FRAMES and level > SOFTEST_CALLER:
                self._open_until = now + OPEN_S
            return False
        self._row = 0
        if now < self._open_until:
            return False
        is_noise = level < self._noise_below
        self._levels.append(level)
        self._shares.append(NOISE_SHARE if is_noise else share)
        self._learnt += 1
        if self._learnt >= self._learns_at:
            self._learn()
        return not is_noise

    def _loudest(self, now: float) -> float:
        """Of what was played shortly before `now`."""
        played, sounding = self._played, self._sounding
        while played and played[0][0] < now:
            piece = played.popleft()
            while sounding and sounding[-1][1] <= piece[1]:
                sounding.pop()
            sounding.append(piece)
        while sounding and sounding[0][0] + LATEST_S < now:
            sounding.popleft()
        self._changes_at = played[0][0] if played else math.inf
        if not sounding:
            self._loudest_now = 0.0
            return 0.0
        first, self._loudest_now = sounding[0]
        self._changes_at = min(self._changes_at, first + LATEST_S)
        return self._loudest_now

    def _learn(self) -> None:
        self._learns_at += EVERY_FRAMES if self._learnt < REMEMBERED_FRAMES else SELDOM_FRAMES
        levels = sorted(self._levels)
        low, high = (levels[int(len(levels) * share)] for share in STEADY_SHARES)
        # A voice that comes back has pauses and vowels; what hardly changes is the line's noise.
        self._noise_below = low * _factor(NOISE_DB) if high < low * _factor(STEADY_DB) else 0.0
        loudest = sorted(self._shares)[int(len(self._shares) * LOUDEST_SHARE)]
        self.loss_db = min(MOST_LOSS_DB, max(LEAST_LOSS_DB, -20 * math.log10(loudest)))
        self._most_share = _factor(LOUDER_DB - self.loss_db)


@runtime_checkable
class TellsEchoApart(Protocol):
    """A recogniser's stream that learns from what may be an echo, though it looks for no words in it."""

    def push_echo(self, mulaw: bytes) -> None:
        """As `push`, of audio that may be the agent's own voice."""


def pushing_echo(stream: RecogniserStream) -> Callable[[bytes], None]:
    """How this stream is given what may be an echo: as that, or as quiet of the same length."""
    if isinstance(stream, TellsEchoApart):
        return stream.push_echo
    return lambda mulaw: stream.push(SILENCE * len(mulaw))


class EchoingLine:
    """A line whose echo is followed: what is played on it, and what is not after all. All else is the line's own."""

    def __init__(self, line: CallLine, echo: Echo, clock: Callable[[], float] | None = None) -> None:
        self._line = line
        self._echo = echo
        self._clock = clock or _clock()

    def play(self, mulaw: bytes) -> None:
        self._echo.played(mulaw, self._clock())
        self._line.play(mulaw)

    def mark(self, name: str) -> None:
        self._line.mark(name)

    def clear(self) -> None:
        self._echo.cleared(self._clock())
        self._line.clear()


def _factor(decibels: float) -> float:
    return 10 ** (decibels / 20)


NOISE_SHARE = _factor(-MOST_LOSS_DB)


def _clock() -> Callable[[], float]:
    """The running loop's, which is looked up once: in Python 3.11 that is a system call."""
    return asyncio.get_running_loop().time
