"""What a live call does at each tick of the common clock: send the audio that is due; now and then, look for lateness.

Every call ticks fifty times a second, speaking or not, so a tick with nothing to send has next to nothing to do.
"""

from __future__ import annotations

from collections.abc import Callable

from flowengine.runtime.away import Away
from flowengine.runtime.measuring import Measuring
from flowengine.runtime.music import Music
from flowengine.runtime.playback import Playback

LOOK_S = 0.1


class Pulse:
    """The ticks of one call. `look(now)` is called every `LOOK_S`; nothing happens while the caller is away.

    `fail` takes a defect of ours: the ticker is everybody's, and must not end with one call's mistake.
    """

    def __init__(
        self,
        playback: Playback,
        measuring: Measuring,
        away: Away,
        look: Callable[[float], None],
        fail: Callable[[BaseException], None],
        music: Music,
    ) -> None:
        self._playback = playback
        self._measuring = measuring
        self._away = away
        self._look = look
        self._fail = fail
        self._music = music
        self._look_at = 0.0

    def tick(self, now: float) -> None:
        """Twenty milliseconds have passed. Raises nothing."""
        try:
            self._tick(now)
        except Exception as error:
            self._fail(error)

    def _tick(self, now: float) -> None:
        if self._playback.has_passages and self._away.is_here:
            self._playback.pump(now)
            self._measuring.sounded(self._playback.first_audio_at)
        if (self._music.wanted or self._music.is_playing) and self._away.is_here:
            self._music.tick(now)
        if now >= self._look_at:
            self._look_at = now + LOOK_S
            if self._away.is_here:
                self._look(now)

    def sound(self, now: float) -> None:
        """The first audio of a sentence has come: if the far end waits for it, it leaves now."""
        if self._away.is_here:
            self._playback.hasten(now)
            self._measuring.sounded(self._playback.first_audio_at)
