"""How late an agent's audio comes, told from the messages alone.

A server that speaks keeps a lead and then sends at the pace of speech. How large the lead is, is its own affair; that
it is kept is not. In a run of audio without a pause the k-th message holds what is to be heard from position p on, and
came at t. On the steadiest schedule that these messages allow it was due at p + min(t - p), and not before the run
began; by how much it came later is its lateness.
"""

from __future__ import annotations

from collections.abc import Iterator


class Run:
    """One run of audio, from when it began to be heard until the buffer ran dry or was cleared."""

    def __init__(self) -> None:
        self._came: list[tuple[float, float]] = []
        self._position = 0.0

    def add(self, moment: float, seconds: float) -> None:
        """A message with so many seconds of audio came."""
        self._came.append((moment, self._position))
        self._position += seconds

    def lateness(self) -> Iterator[float]:
        """Of each message, in seconds; 0 is on time."""
        if not self._came:
            return
        began = self._came[0][0]
        steady = min(moment - position for moment, position in self._came)
        for moment, position in self._came:
            yield moment - max(began, steady + position)
