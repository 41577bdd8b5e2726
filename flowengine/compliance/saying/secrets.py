"""What must not be spoken on a call: card numbers and what opens an account, whoever says it."""

from __future__ import annotations

from flowengine.compliance.saying.rule import Kind, pattern

_SECRETS = (
    r"(?:card (?:number|details)|long number|(?:three|3)[- ]digit (?:code|number)|security (?:code|number)|cvv|cvc"
    r"|pin(?: number)?|sort code|account number|password|national insurance number|full date of birth)"
)
_HINTS = ("card", "number", "digit", "cvv", "cvc", "pin", "code", "password", "birth")

ASKS = Kind(
    "secrets",
    pattern(rf"\b(?:your|the) (?:\w+ )?{_SECRETS}\b"),
    "asks for what must not be spoken on a call",
    "take it by keypad, in a slot marked secret, which is not recorded or written down",
    hints=_HINTS,
)
SPOKEN = Kind(
    "secrets",
    pattern(
        r"\b(?:cvv|cvc|pin number|ni number|(?:three|3|sixteen|16)[- ]digits?|expiry date|date of birth|passcode"
        r"|mother's maiden name|one[- ]time (?:code|password))\b",
        r"\bwhen were you born\b",
        r"\b(?:card|sort|security|account) (?:number|code|details) (?:is|was)\b",
        r"\b[a-ceghj-pr-tw-z]{2} ?(?:\d ?){6}[a-d]\b",
    ),
    "asks for, or reads out, what must not be spoken on a call",
    "take it by keypad, in a slot marked secret, which is not recorded or written down",
    written=False,
    hints=(*_HINTS, "born", "expiry", "passcode", "maiden", "one-time", "one time", *"0123456789"),
)
