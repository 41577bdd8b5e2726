"""How an action's request is signed, and how its receiver checks that it is ours.

`Flowengine-Signature: v1=HEX`, where HEX is HMAC-SHA256 over the timestamp, a full stop and the body as it was sent.
The timestamp stands in `Flowengine-Timestamp`, in seconds since 1970: a request that was recorded cannot be sent again
later.
"""

from __future__ import annotations

import hashlib
import hmac

TIMESTAMP = "Flowengine-Timestamp"
SIGNATURE = "Flowengine-Signature"
IDEMPOTENCY = "Idempotency-Key"
TOLERANCE_S = 300.0


def sign(secret: str, timestamp: int, body: bytes) -> str:
    """The value of `Flowengine-Signature`."""
    digest = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
    return f"v1={digest}"


def is_valid(secret: str, timestamp: str, signature: str, body: bytes, *, now: float) -> bool:
    """True when the request was signed with `secret` within the last five minutes (`now`: seconds since 1970)."""
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        return False
    fresh = abs(now - int(timestamp)) <= TOLERANCE_S
    return hmac.compare_digest(sign(secret, int(timestamp), body).encode(), signature.encode()) and fresh
