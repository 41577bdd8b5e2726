"""How long a call will wait, in words: "2 seconds", "12 minutes", "until 08:00 on Monday 30 November"."""

from __future__ import annotations

from datetime import datetime, timedelta

from flowengine.compliance.policy import LONDON

A_WHILE = timedelta(seconds=90)
LONG = timedelta(minutes=90)
PLACING = timedelta(seconds=1)
"""What it takes to have a call placed."""


def in_words(now: datetime, expected: datetime) -> str:
    """From `now` until a call is expected to be made; London's clock, where it is long."""
    wait = max(expected - now, timedelta()) + PLACING
    if wait < A_WHILE:
        return _many(round(wait.total_seconds()), "second")
    if wait < LONG:
        return _many(round(wait.total_seconds() / 60), "minute")
    local = expected.astimezone(LONDON)
    year = "" if local.year == now.astimezone(LONDON).year else f" {local.year}"
    return f"until {local:%H:%M} on {local:%A} {local.day} {local:%B}{year}"


def _many(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
