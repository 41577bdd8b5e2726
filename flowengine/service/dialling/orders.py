"""A claim as an order to Twilio: both numbers, where it asks what to do, how long it may ring and last."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from flowengine.adapters.twilio.placing import CallOrder
from flowengine.errors import SettingsError
from flowengine.service.dialling.settings import MachineDetection
from flowengine.store.queue_rows import Claim

OVERTIME_S = 60
"""How much longer than our longest call Twilio lets one last: the backstop, should nobody here end it."""


@dataclass(frozen=True, slots=True)
class Orders:
    """`base_url`: our public address. `caller_id`: what is shown where a call asks for no other number."""

    base_url: str
    caller_id: str | None
    ring_s: int
    longest_call_s: int
    machine_detection: MachineDetection = "on"

    def order(self, claim: Claim) -> CallOrder:
        """Raises SettingsError when neither the call nor the settings name a caller id."""
        caller_id = self.shown(claim.call.caller_id)
        return CallOrder(
            to=claim.call.number,
            from_=caller_id,
            voice_url=self._url("voice", claim.attempt_id),
            status_url=self._url("status-callback", claim.attempt_id),
            ring_s=self.ring_s,
            limit_s=self.longest_call_s + OVERTIME_S,
            machine_url=None if self.machine_detection == "off" else self._url("amd", claim.attempt_id),
            machine_detection="DetectMessageEnd" if self.machine_detection == "message-end" else "Enable",
        )

    def shown(self, caller_id: str | None) -> str:
        """The number that the person called sees. Raises SettingsError."""
        if shown := caller_id or self.caller_id:
            return shown
        raise SettingsError("no number to call from: set TWILIO_DEFAULT_FROM, or give the call a caller_id")

    def _url(self, path: str, attempt_id: str) -> str:
        return f"{self.base_url}/twilio/{path}?{urlencode({'attempt': attempt_id})}"
