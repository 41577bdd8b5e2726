"""What the API needs to call people: the queue and its rules, the numbers that are ours, the time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from flowengine.adapters.twilio.rest import TwilioRest
from flowengine.service.caller_ids import CallerIds
from flowengine.service.settings import Settings
from flowengine.store.call_rules import CallRules
from flowengine.store.queue import CallQueue


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Outbound:
    """Its parts block on the record: from the event loop they are asked in a thread.

    `line_problem`: why nobody can be called from here, and what to set; None: somebody can.
    """

    queue: CallQueue
    caller_ids: CallerIds
    line_problem: str | None
    now: Callable[[], datetime] = utc_now

    @classmethod
    def open(cls, settings: Settings, queue: CallQueue, twilio: TwilioRest | None) -> Outbound:
        return cls(queue, CallerIds(settings, twilio), _line_problem(settings))

    @property
    def rules(self) -> CallRules:
        return self.queue.rules


def _line_problem(settings: Settings) -> str | None:
    needed = {
        "TWILIO_ACCOUNT_SID": settings.twilio_account_sid,
        "TWILIO_AUTH_TOKEN": settings.twilio_auth_token,
        "SERVER_BASE_URL": settings.server_base_url,
    }
    missing = [name for name, value in needed.items() if not value]
    return f"Set {', '.join(missing)} to open one." if missing else None
