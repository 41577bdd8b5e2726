"""An order to place a call, checked as Twilio checks it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from urllib.parse import urlsplit

E164 = re.compile(r"\+[1-9]\d{6,14}")
LOOPBACK = ("127.0.0.1", "localhost", "::1")
LONGEST_RING_S = 600
LONGEST_TWIML = 4000
DETECTIONS = ("Enable", "DetectMessageEnd")

Form = Mapping[str, Sequence[str]]
Refusal = tuple[int, str]
"""Twilio's code and its words."""


def first(form: Form, name: str, default: str = "") -> str:
    """A field's value; what repeats counts once."""
    return (form.get(name) or [default])[0]


def refusal(form: Form, *, callers: Collection[str], verified: Collection[str] | None) -> Refusal | None:
    """Why this order is not taken; None when it is. `verified`: whom a trial account may call; None: anybody."""
    to, from_ = first(form, "To"), first(form, "From")
    if not to:
        return 21201, "No 'To' number is specified"
    if not E164.fullmatch(to):
        return 21211, f"Invalid 'To' Phone Number: {to}"
    if not from_:
        return 21213, "'From' number is required"
    if not E164.fullmatch(from_):
        return 21212, f"Invalid 'From' Phone Number: {from_}"
    if from_ not in callers:
        return 21210, f"The source phone number provided, {from_}, is not yet verified for your account"
    if verified is not None and to not in verified:
        return 21219, f"The number {to} is unverified. Trial accounts may only make calls to verified numbers"
    return _instructions(form) or _limits(form)


def _instructions(form: Form) -> Refusal | None:
    url = first(form, "Url")
    if not url and not first(form, "Twiml"):
        return 21205, "Url or Twiml parameter is required"
    if len(first(form, "Twiml")) > LONGEST_TWIML:
        return 20001, "Twiml is too long"
    if url and not _is_good(url):
        return 21205, "Url is not a valid URL"
    if (status := first(form, "StatusCallback")) and not _is_good(status):
        return 21609, "StatusCallback is not a valid URL"
    if (machine := first(form, "AsyncAmdStatusCallback")) and not _is_good(machine):
        return 21609, "AsyncAmdStatusCallback is not a valid URL"
    return None


def _limits(form: Form) -> Refusal | None:
    ring, limit = first(form, "Timeout", "60"), first(form, "TimeLimit", "14400")
    if not ring.isdecimal() or not 1 <= int(ring) <= LONGEST_RING_S:
        return 21208, "Timeout is not valid"
    if not limit.isdecimal() or int(limit) < 1:
        return 20001, "TimeLimit is not valid"
    if first(form, "MachineDetection", "Enable") not in DETECTIONS:
        return 20001, "MachineDetection is not valid"
    return None


def _is_good(url: str) -> bool:
    """Absolute and https. Twilio itself takes http; a server that is called so would leak what it is told."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    host = parts.hostname or ""
    return bool(host) and "_" not in host and (parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK))
