"""What the simulated account owns: itself, rented numbers with their webhooks, verified caller ids."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from flowengine.testing.twilio.orders import Form, first

OWN_NUMBERS = ("+441134960124", "+441134960125")
UPDATED = {
    "VoiceUrl": "voice_url",
    "VoiceMethod": "voice_method",
    "StatusCallback": "status_callback",
    "StatusCallbackMethod": "status_callback_method",
    "VoiceApplicationSid": "voice_application_sid",
    "TrunkSid": "trunk_sid",
    "FriendlyName": "friendly_name",
}
"""What an update may change, and how it is shown."""


class Belongings:
    """`numbers` by SID as Twilio shows them; `verified` numbers; `kind` is Full or Trial, `status` active or else."""

    def __init__(self, account_sid: str, numbers: Iterable[str] = OWN_NUMBERS, verified: Iterable[str] = ()) -> None:
        self._account = account_sid
        self.numbers = {_sid("PN", number): self._rented(number) for number in numbers}
        self.verified = list(verified)
        self.kind = "Full"
        self.status = "active"

    @property
    def callers(self) -> set[str]:
        """The numbers that may stand in From."""
        return {str(number["phone_number"]) for number in self.numbers.values()} | set(self.verified)

    def account(self) -> dict[str, object]:
        return {"sid": self._account, "friendly_name": "simulated", "status": self.status, "type": self.kind}

    def page(self, query: Form) -> dict[str, object]:
        """The rented numbers; `PhoneNumber` also matches a part of one, as at Twilio."""
        wanted = first(query, "PhoneNumber")
        found = [number for number in self.numbers.values() if wanted in str(number["phone_number"])]
        return {"incoming_phone_numbers": found, "next_page_uri": None, "page": 0, "page_size": len(found)}

    def callers_page(self) -> dict[str, object]:
        found = [{"sid": _sid("PN", number), "phone_number": number} for number in self.verified]
        return {"outgoing_caller_ids": found, "next_page_uri": None, "page": 0, "page_size": len(found)}

    def update(self, sid: str, form: Form) -> dict[str, object]:
        """Change a rented number. Raises KeyError when there is none."""
        number = self.numbers[sid]
        number.update({UPDATED[name]: first(form, name) for name in form if name in UPDATED})
        return number

    def _rented(self, number: str) -> dict[str, object]:
        return {
            "sid": _sid("PN", number),
            "account_sid": self._account,
            "phone_number": number,
            "friendly_name": number,
            "voice_url": "https://demo.twilio.com/welcome/voice/",
            "voice_method": "POST",
            "status_callback": "",
            "status_callback_method": "POST",
            "voice_application_sid": "",
            "trunk_sid": None,
            "capabilities": {"voice": True, "sms": False, "mms": False, "fax": False},
        }


def _sid(prefix: str, number: str) -> str:
    return prefix + hashlib.sha256(number.encode()).hexdigest()[:32]
