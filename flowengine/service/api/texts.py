"""Texts as requests may hold them: how long, and nothing that cannot be written down or read out."""

from __future__ import annotations

import re
from typing import Annotated

from msgspec import Meta

CONTROLS = re.compile("[\\u0000-\\u001f\\u007f-\\u009f]")
VISIBLE = "^(?![\\s\\S]*[\\u0000-\\u001f\\u007f-\\u009f])"
"""No control characters anywhere. A lookahead, since `$` would let a line end pass."""

LONGEST_ID = 64


def is_id(text: str) -> bool:
    """Whether this could be the id of anything: what is in an address may hold signs that a database refuses."""
    return 0 < len(text) <= LONGEST_ID and text.isascii() and text.isprintable()


Spoken = Annotated[
    str,
    Meta(min_length=1, max_length=1000, pattern=VISIBLE, description="text of 1 to 1,000 characters, on one line"),
]
"""What is to be said, or noted."""
Remark = Annotated[
    str,
    Meta(min_length=1, max_length=500, pattern=VISIBLE, description="text of 1 to 500 characters, on one line"),
]
Name = Annotated[
    str,
    Meta(min_length=1, max_length=100, pattern=VISIBLE, description="a name of 1 to 100 characters"),
]
"""Of a flow, a state, a slot, an outcome."""
Sid = Annotated[
    str,
    Meta(min_length=1, max_length=64, pattern=VISIBLE, description="Twilio's CallSid, or our call_id"),
]
CallId = Annotated[
    str, Meta(min_length=1, max_length=36, pattern="^[A-Za-z0-9-]+(?![\\s\\S])", description="a call_id of ours")
]
TelephoneNumber = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=64,
        pattern=VISIBLE,
        description="a telephone number as text, in any usual spelling, like +441134960123 or 0113 496 0123",
    ),
]
