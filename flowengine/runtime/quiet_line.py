"""A line that sends no audio, not even quiet: said after three seconds, given up after ten."""

from __future__ import annotations

import logging
from collections.abc import Callable

from flowengine.runtime.ports import Remarked, Told

log = logging.getLogger(__name__)

ALERT_S = 3.0
GIVEN_UP_S = 10.0


class QuietLine:
    """Whether the caller's audio still comes. `tell` takes what the record is to know."""

    def __init__(self, call_id: str, tell: Callable[[Told], None]) -> None:
        self._call_id = call_id
        self._tell = tell
        self._last_at = 0.0
        self.is_mute = False
        """Nothing has come for `ALERT_S`, which has been said."""
        self._is_typed = False

    def typed(self) -> None:
        """Who types may have no microphone that gives anything: from now on quiet says nothing of the line."""
        self._is_typed = True

    def heard(self, now: float) -> None:
        """Audio has come, or is expected from now on."""
        self._last_at = now
        self.is_mute = False

    def is_dead(self, now: float) -> bool:
        """Nothing has come for so long that nothing will."""
        if self._is_typed:
            return False
        quiet = now - self._last_at
        if quiet > ALERT_S and not self.is_mute:
            self.is_mute = True
            log.warning("no audio from the line", extra={"call_id": self._call_id, "seconds": round(quiet, 1)})
            self._tell(Remarked(f"no audio from the line for {ALERT_S:g} s"))
        return quiet > GIVEN_UP_S
