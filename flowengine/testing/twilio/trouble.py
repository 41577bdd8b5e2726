"""What goes wrong with a simulated call, on purpose."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Trouble:
    """The troubles of one call; without any it is a good line. Seconds count from the stream's beginning."""

    bad_upgrade_signature: bool = False
    """The upgrade is signed with somebody else's token."""
    wrong_token: bool = False
    """The stream starts with a token that nobody issued."""
    no_start: bool = False
    """`connected` comes, `start` and everything after it never does."""
    nonsense: tuple[str | bytes, ...] = ()
    """Sent right after `start`, as they are: binary frames, broken JSON, unknown events."""
    mark_delay_s: float = 0.0
    """Every echo of a mark is late by so much."""
    lost_marks: int = 0
    """So many marks, the first ones, are never echoed."""
    deaf_after_s: float | None = None
    """Reads nothing from the socket any more."""
    mute_after_s: float | None = None
    """Sends no more media, not even quiet."""
    callbacks_shuffled: bool = False
    """Status callbacks come all at the end, the last one first, each twice."""
    breaks_after_s: float | None = None
    """So long after the agent's first sound the first stream breaks without a word (1006); the call stays up, and
    Twilio asks what comes then."""
    no_stop: bool = False
    """The stream closes without a `stop`."""


NONE = Trouble()
