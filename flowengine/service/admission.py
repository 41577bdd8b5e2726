"""How many calls are counted when one more asks to be let in.

A call whose line broke is waited for up to 15 s. Twilio asks what comes next at once, and is answered with a new
stream; where it has not asked within three seconds, most callers will not be back. Were all of them counted until they
are given up, one fault of the network would keep a full service full for that long, with nobody on its lines. Nor is
anybody there whose line has brought no audio, not even quiet, for three seconds: a fault that closes no connection
looks like that. But some do come back, and are always taken, so only a quarter of the places is given away.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from flowengine.runtime.quiet_line import ALERT_S
from flowengine.service.live_call import LiveCall

HELD_S = ALERT_S
"""So long the place of a call whose line broke is held, as is that of a line without audio."""
A_SHARE = 4
"""One place of so many may be given away, and one at least. As many calls more than the limit there can be at most."""


class Arrivals:
    """Callers on the line whose session is still to begin: a service that stops waits for them as for the others."""

    def __init__(self) -> None:
        self.count = 0

    @contextmanager
    def one(self) -> Iterator[None]:
        """One more, until their session has begun or it is known that none will."""
        self.count += 1
        try:
            yield
        finally:
            self.count -= 1


def is_cut_off(live: LiveCall) -> bool:
    """Nothing has come from its caller for so long that most like it do not come back."""
    away = live.session.away
    return away.lost_s > HELD_S or (away.is_here and live.session.quiet.is_mute)


def occupied(live: Collection[LiveCall], coming: Collection[str], limit: int) -> int:
    """The places that are taken, of `limit`. `coming`: the call_ids that were answered a moment ago, new or not."""
    there = {each.prepared.call_id for each in live}
    cut_off = sum(each.prepared.call_id not in coming and is_cut_off(each) for each in live)
    return len(there.union(coming)) - min(cut_off, -(-limit // A_SHARE))
