"""How long a caller waits for the first audio of a reply, from the end of their voice."""

from __future__ import annotations

from collections.abc import Callable

from flowengine.runtime.ports import ReplyStarted, Told
from flowengine.runtime.turns import VOICE_CLOCK_S


class Replies:
    """Measures one call's replies and tells each. `ended_at`: when the voice ended that waits for one, if any."""

    def __init__(self, tell: Callable[[Told], None]) -> None:
        self._tell = tell
        self.ended_at: float | None = None

    def sounded(self, first_audio_at: float | None) -> None:
        """What is being said began to sound then."""
        if first_audio_at is not None and self.ended_at is not None and first_audio_at > self.ended_at - VOICE_CLOCK_S:
            ms, self.ended_at = max(0, round((first_audio_at - self.ended_at) * 1000)), None
            self._tell(ReplyStarted(ms))
