"""Whom a simulated call is put through to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

DialStatus = Literal["completed", "busy", "no-answer", "failed", "canceled"]


@dataclass(frozen=True, slots=True)
class Colleague:
    """What becomes of `<Dial>`. `seconds`: of ringing and of talk together."""

    status: DialStatus = "completed"
    seconds: float = 0.3
    caller_leaves: bool = False
    """The caller hangs up meanwhile: the call is over, and Twilio still fetches the action once."""
    is_told: bool = True
    """False: Twilio never fetches the action, and the call is over."""
