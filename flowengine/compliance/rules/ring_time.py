"""R1: a call rings for at least 15 seconds before it is given up.

Source: Ofcom's statement on persistent misuse, 2010: shorter rings are silent calls. Default 25 seconds. It is checked
where the setting is made, so no call can ring for less. Beyond two minutes no network goes on ringing.

| seconds | |
|---|---|
| 0 | refused |
| 14 | refused |
| 15 | allowed |
| 25 | allowed |
| 120 | allowed |
| 121 | refused |
"""

from __future__ import annotations

SHORTEST_S = 15
LONGEST_S = 120


def problem(ring_s: int) -> str | None:
    """Why a call may not ring this long; None when it may."""
    if SHORTEST_S <= ring_s <= LONGEST_S:
        return None
    return f"a call must ring for {SHORTEST_S} to {LONGEST_S} seconds (R1), not {ring_s}"
