"""What the operator has to do about an order that Twilio refuses and would refuse again: no waiting mends these."""

from __future__ import annotations

from flowengine.errors import RequestRefused

WHAT_TO_DO = {
    21203: "this account makes no calls abroad: allow them in Twilio's console",
    21215: "this account may not call that country: allow it under Voice, Geographic permissions, in Twilio's console",
    21219: "a trial account calls verified numbers only: verify the number in Twilio's console, or upgrade the account",
    13227: "this account may not call that country: allow it under Voice, Geographic permissions, in Twilio's console",
    21210: "rent or verify the number that calls show in Twilio's console",
    21212: "the number that calls show is no telephone number: give it as +44…",
    21213: "no number was given that calls show: set TWILIO_DEFAULT_FROM",
}
"""By Twilio's code. One that is not here belongs to the number called, and nobody can mend it."""
OURS = {
    "caller_id": "the caller id TWILIO_DEFAULT_FROM",
    "address": "the addresses made of SERVER_BASE_URL",
}
"""Reasons for which no call at all would be placed, if it is the settings that are at fault."""
ADDRESS = "it must be the https address at which Twilio reaches this service, its host name without underscores"


def advice(error: RequestRefused) -> str | None:
    """What to do, in one sentence; None: nothing can be done."""
    return ADDRESS if error.reason == "address" else WHAT_TO_DO.get(error.code or 0)


def trouble_of_ours(error: RequestRefused, *, own_caller_id: bool) -> str | None:
    """Why every order would be refused, and what to do; None: this call alone. `own_caller_id`: it names one."""
    if error.reason not in OURS or (error.reason == "caller_id" and own_caller_id):
        return None
    return f"Twilio refuses {OURS[error.reason]} (code {error.code}): {advice(error)}"
