"""What was measured between two moments: by the callers of a server, as it happened at their end."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(slots=True)
class Tally:
    """Sums and times (seconds) of one stretch of a run. `problems`: what went wrong, and how often.

    `lateness` is each outbound message's, against the steadiest schedule of its own speech; `headroom` what was still
    to be played when it came. `replies` run from the last sound of a caller's line to the first of the agent's;
    `clears` from the first sound with which a caller interrupts to the `clear`.
    """

    frames: int = 0
    messages: int = 0
    audio_bytes: int = 0
    marks: int = 0
    lost_marks: int = 0
    underruns: int = 0
    unanswered: int = 0
    begun: int = 0
    ended: int = 0
    lateness: array[float] = field(default_factory=lambda: array("d"))
    headroom: array[float] = field(default_factory=lambda: array("d"))
    replies: array[float] = field(default_factory=lambda: array("d"))
    clears: array[float] = field(default_factory=lambda: array("d"))
    problems: Counter[str] = field(default_factory=Counter)


SHARES = (0.5, 0.75, 0.9, 0.95, 0.99, 0.999)


@dataclass(frozen=True, slots=True)
class Spread:
    """How times are spread, in seconds: `at` has those that a share of all stay under, `most` the longest."""

    count: int
    at: dict[float, float]
    most: float | None

    @classmethod
    def of(cls, times: Sequence[float]) -> Spread:
        """Of no times at all, nothing is known."""
        if not times:
            return cls(0, {}, None)
        ordered = sorted(times)
        last = len(ordered) - 1
        return cls(
            len(ordered), {share: ordered[min(last, int(share * len(ordered)))] for share in SHARES}, ordered[-1]
        )

    @property
    def p50(self) -> float | None:
        return self.at.get(0.5)

    @property
    def p95(self) -> float | None:
        return self.at.get(0.95)

    @property
    def p99(self) -> float | None:
        return self.at.get(0.99)
