"""When a live call has its turn on the common clock, and what it does then: send the audio that is due, look for
lateness now and then.

A call that speaks is due when its next piece of audio is, one that is silent when it looks: both five times a second.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from flowengine.conversation.weakly import weakly
from flowengine.runtime.away import Away
from flowengine.runtime.measuring import Measuring
from flowengine.runtime.playback import EARLY_S, TICK_S
from flowengine.runtime.speaking import Speaking
from flowengine.runtime.ticker import Ticker

LOOK_S, LOOKS_WITHIN_S = 0.1, 0.2
"""A look comes along with audio once the first has passed since the last; without audio it comes after the second."""


class Pulse:
    """The turns of one call. `look(now)` is called every `LOOKS_WITHIN_S`; nothing happens while the caller is away.

    `fail` takes a defect of ours: the ticker is everybody's, and must not end with one call's mistake.
    """

    def __init__(
        self,
        speaking: Speaking,
        measuring: Measuring,
        away: Away,
        look: Callable[[float], None],
        fail: Callable[[BaseException], None],
        ticker: Ticker,
    ) -> None:
        self._playback = speaking.playback
        self._music = speaking.music
        self._measuring = measuring
        self._away = away
        self._look = look
        self._fail = fail
        self._ticker = ticker
        self._looked_at = self._ticked_at = 0.0
        self._music.on_wanted = weakly(self.wake)
        self._playback.on_news = weakly(self._wake_for_audio)

    def start(self) -> None:
        """From now on it is called."""
        self._ticker.add(self, self.tick)

    def stop(self) -> None:
        """Not any more; idempotent."""
        self._ticker.remove(self)

    def wake(self) -> None:
        """There may be something to do that was not there before: within `TICK_S` of the last turn, or at once."""
        self._ticker.wake(self, self._ticked_at + TICK_S)

    def _wake_for_audio(self) -> None:
        """Its next piece may be due sooner than it was. A line's first audio leaves alone, and the rest of what fills
        the far end's lead comes moments later: that is not to wait for the next frame.
        """
        self._ticker.wake(self, self._playback.due_at)

    def tick(self, now: float) -> float:
        """Do what is due; when the next is. Raises nothing."""
        self._ticked_at = now
        try:
            self._tick(now)
            return self._next(now)
        except Exception as error:
            self._fail(error)
            return now + LOOKS_WITHIN_S

    def _tick(self, now: float) -> None:
        if not self._away.is_here:
            return
        if self._playback.has_passages:
            self._playback.pump(now)
            self._measuring.sounded()
        if self._music.wanted or self._music.is_playing:
            self._music.tick(now)
        if now >= self._looked_at + LOOK_S - EARLY_S or self._would_look_alone():
            self._looked_at = now
            self._look(now)

    def _would_look_alone(self) -> bool:
        """The next look would be due before the next audio, time and again: one now brings the two together."""
        return self._looked_at + LOOKS_WITHIN_S < self._playback.due_at < math.inf

    def _next(self, now: float) -> float:
        if not self._away.is_here:
            return now + LOOKS_WITHIN_S
        if self._music.wanted or self._music.is_playing:
            return now + TICK_S
        return min(self._looked_at + LOOKS_WITHIN_S, self._playback.due_at)

    def sound(self, now: float) -> None:
        """The first audio of a sentence has come: if the far end waits for it, it leaves now."""
        if self._away.is_here:
            self._playback.hasten(now)
            self._measuring.sounded()
