"""The keys of a telephone as they are written: digits, `*`, `#`, and `w` for half a second of nothing."""

from __future__ import annotations

KEYS = "0123456789*#"
PAUSE = "w"
TONE_S = 0.1
GAP_S = 0.08
"""A key's tone, and the quiet after it. ITU-T Q.24 has receivers take 40 ms of each; people press for longer."""
PAUSE_S = 0.5
MOST_KEYS = 64


def are_keys(text: str) -> bool:
    """Whether a text is nothing but keys and pauses, and not too many of them."""
    return 0 < len(text) <= MOST_KEYS and all(each in KEYS or each == PAUSE for each in text)


def keys_seconds(text: str) -> float:
    """How long it takes to send them."""
    pauses = text.count(PAUSE)
    return (len(text) - pauses) * (TONE_S + GAP_S) + pauses * PAUSE_S
