"""One-use tokens: what `/twilio/voice` promised, until the media stream comes for it."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from flowengine.graph.model import Direction, Flow
from flowengine.service.revived import Revived

LIFETIME_S = 60.0
FRESH_S = 5.0
"""Twilio opens the stream within a second or two of its TwiML."""
LIMIT = 10_000


@dataclass(frozen=True, slots=True)
class PreparedCall:
    """A call that has been answered and whose stream is awaited. Numbers and contact are personal data.

    `revived`: it is no new one; it goes on where its record ends.
    """

    call_id: str
    call_sid: str
    flow: Flow
    contact: dict[str, object] = field(repr=False)
    direction: Direction
    from_number: str | None = field(default=None, repr=False)
    to_number: str | None = field(default=None, repr=False)
    revived: Revived | None = field(default=None, repr=False)

    @property
    def person(self) -> str | None:
        """The number of whom we speak with: the one called, or the one who called us."""
        return self.to_number if self.direction == "outbound" else self.from_number


class Tokens:
    """A token opens one stream, once, within a minute, for the call it was made for."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._waiting: dict[str, tuple[float, PreparedCall]] = {}

    def issue(self, call: PreparedCall) -> str:
        """A token for this call; an earlier one for it is void, since Twilio may ask for its TwiML twice."""
        now = self._clock()
        for token in [
            token for token, (until, one) in self._waiting.items() if until < now or one.call_sid == call.call_sid
        ]:
            del self._waiting[token]
        if len(self._waiting) >= LIMIT:
            del self._waiting[next(iter(self._waiting))]
        token = secrets.token_urlsafe(24)
        self._waiting[token] = (now + LIFETIME_S, call)
        return token

    def fresh(self, *, beside: str | None = None) -> set[str]:
        """The call_ids of those that were answered a moment ago and have no stream yet, beside that of this sid.

        Safe in a signal handler.
        """
        since = self._clock() + LIFETIME_S - FRESH_S
        waiting = tuple(self._waiting.values())
        return {call.call_id for until, call in waiting if until > since and call.call_sid != beside}

    def redeem(self, token: str, call_sid: str) -> PreparedCall | None:
        """The call, if the token is known, in time and that call's; it is spent in any case."""
        until, call = self._waiting.pop(token, (0.0, None))
        if call is None or until < self._clock() or call.call_sid != call_sid:
            return None
        return call
