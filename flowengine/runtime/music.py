"""Music for a caller who waits: while it is wanted, here, and nothing is being said.

It goes to the far end beside the playback, since nobody has to prove that it was heard. It swells and fades rather than
begin and break off, and it goes on where it was left.
"""

from __future__ import annotations

from collections.abc import Callable

from flowengine.runtime.audio import BYTES_A_SECOND
from flowengine.runtime.hold_tune import ramped, tune
from flowengine.runtime.playback import Playback
from flowengine.runtime.ports import PlayLine

CHUNK_BYTES = 800
LEAD_S = 0.2
"""So little is sent ahead that what is said next need not wait."""
QUIET_S = 0.4
"""After the last word, before the music."""
SWELLS_CHUNKS = 4


class Music:
    """The music of one call. `loop`: mu-law, 8 kHz, that follows on itself; None: the tune of our own."""

    def __init__(self, line: PlayLine, playback: Playback, loop: bytes | None = None) -> None:
        self._line = line
        self._playback = playback
        self._loop = loop
        self._at = 0
        self._until = 0.0
        self._loudness = 0
        self._quiet_since: float | None = None
        self._wanted = False
        self.on_wanted: Callable[[], None] = _nothing
        """Called when it is wanted from now on."""

    @property
    def wanted(self) -> bool:
        """The caller waits."""
        return self._wanted

    @wanted.setter
    def wanted(self, wanted: bool) -> None:
        self._wanted = wanted
        if wanted:
            self.on_wanted()

    @property
    def is_playing(self) -> bool:
        return self._loudness > 0

    def tick(self, now: float) -> None:
        """Twenty milliseconds have passed, and the caller is here."""
        if not self._wanted or not self._playback.idle:
            self._quiet_since = None
            self.pause(now)
            return
        if self._quiet_since is None:
            self._quiet_since = now
        if now - self._quiet_since >= QUIET_S:
            self._until = max(self._until, now)
            while self._until - now < LEAD_S:
                self._send()

    def pause(self, now: float) -> None:
        """Fade away, for what is said next; idempotent."""
        if self._loudness == 0:
            return
        if self._until > now:
            # What the far end has played already cannot be faded any more.
            self._play(ramped(self._next(), self._loudness / SWELLS_CHUNKS, 0.0))
        self._loudness = 0
        self._playback.begin_after(self._until)

    def stop(self) -> None:
        """Whoever it was played to has gone, or the far end was cleared: there is nothing left to fade. Idempotent."""
        self._loudness, self._until, self._quiet_since = 0, 0.0, None

    def _send(self) -> None:
        piece = self._next()
        if self._loudness < SWELLS_CHUNKS:
            before, self._loudness = self._loudness, self._loudness + 1
            piece = ramped(piece, before / SWELLS_CHUNKS, self._loudness / SWELLS_CHUNKS)
        self._play(piece)

    def _play(self, piece: bytes) -> None:
        self._until += len(piece) / BYTES_A_SECOND
        self._line.play(piece)

    def _next(self) -> bytes:
        loop = self._loop if self._loop is not None else tune()
        begin, self._at = self._at, (self._at + CHUNK_BYTES) % len(loop)
        piece = loop[begin : begin + CHUNK_BYTES]
        return piece + loop[: CHUNK_BYTES - len(piece)]


def _nothing() -> None:
    """Nobody wants to know."""
