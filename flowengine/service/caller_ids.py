"""The numbers that we may show to people we call: those of the settings, and those that are this Twilio account's."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from flowengine.adapters.twilio.rest import TwilioRest
from flowengine.service.settings import Settings

KEPT_S = 600.0
"""What Twilio said of the account's numbers; a number that was bought since then waits so long."""


class CallerIds:
    """Whether a number is ours. Twilio is asked for what the settings do not name, and its answer kept for a while."""

    def __init__(
        self, settings: Settings, twilio: TwilioRest | None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.default = settings.twilio_default_from
        self._known = {*settings.numbers} | ({self.default} if self.default else set())
        self._twilio = twilio
        self._clock = clock
        self._lock = threading.Lock()
        self._account: frozenset[str] = frozenset()
        self._asked_at: float | None = None

    def is_ours(self, number: str) -> bool:
        """Of a number in E.164. May wait for Twilio, so it belongs in a thread. Raises TelephonyError."""
        if number in self._known:
            return True
        if self._twilio is None:
            return False
        with self._lock:
            now = self._clock()
            if self._asked_at is None or now - self._asked_at > KEPT_S:
                rented = {each.number for each in self._twilio.own_numbers()}
                self._account = frozenset(rented | set(self._twilio.verified_callers()))
                self._asked_at = now
            return number in self._account
