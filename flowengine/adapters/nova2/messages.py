"""The words of the wire contract `nova2.v1`: what both ends write, and how what comes is read.

Reading is forgiving: unknown keys and unknown types are passed over, aliases accepted, numbers may be missing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any, Literal
from urllib.parse import urlsplit

from flowengine.errors import UNREADABLE_JSON, ProtocolError

READY_TIMEOUT_S = 2.0
PING_S = 20.0
MAX_MESSAGE = 4 * 1024 * 1024
"""A clip of four minutes in one message; nothing sensible is longer."""

ErrorCode = Literal["bad_init", "unsupported_format", "overloaded", "model_error"]
CLOSE_CODES: dict[ErrorCode, int] = {
    "bad_init": 1008,
    "unsupported_format": 1008,
    "overloaded": 1013,
    "model_error": 1011,
}
HOPELESS = frozenset({"bad_init", "unsupported_format"})
"""Errors that the same `init` brings again."""

MULAW = frozenset({"mulaw", "ulaw", "mu-law", "audio/x-mulaw", "pcmu"})
PCM = frozenset({"pcm_s16le", "pcm", "pcm16", "linear16", "s16le"})


@dataclass(frozen=True, slots=True)
class AudioFormat:
    """How samples are written down."""

    encoding: str = "mulaw"
    sample_rate: int = 8000
    channels: int = 1

    def described(self) -> dict[str, object]:
        return {"encoding": self.encoding, "sample_rate": self.sample_rate, "channels": self.channels}


TELEPHONE = AudioFormat()


def written(kind: str, **fields: object) -> str:
    """One message as JSON text; fields that are None are left out."""
    return json.dumps({"type": kind, **{name: value for name, value in fields.items() if value is not None}})


def read(raw: str) -> dict[str, Any]:
    """One JSON message. Raises ProtocolError unless it is an object with a type."""
    try:
        message = json.loads(raw)
    except UNREADABLE_JSON:
        raise ProtocolError("a text message that cannot be read as JSON") from None
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        raise ProtocolError("a message without a type")
    return message


def read_format(given: object, default: AudioFormat) -> AudioFormat:
    """The `format` of a message. Raises ProtocolError when its values are of the wrong kind."""
    if given is None:
        return default
    if not isinstance(given, Mapping):
        raise ProtocolError("a format that is not an object")
    encoding = given.get("encoding", default.encoding)
    rate, channels = given.get("sample_rate", default.sample_rate), given.get("channels", default.channels)
    if not isinstance(encoding, str) or not _whole(rate, 4000, 192_000) or not _whole(channels, 1, 8):
        raise ProtocolError("a format whose encoding, sample_rate or channels cannot be read")
    return AudioFormat(encoding.lower(), rate, channels)


def number_in(message: Mapping[str, Any], *names: str) -> int | None:
    """The first of these fields that is a number, as a whole one."""
    for name in names:
        value = message.get(name)
        # JSON of Python's kind has NaN and Infinity, and 1e999 is one.
        if isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value):
            return int(value)
    return None


def confidence_in(message: Mapping[str, Any]) -> float | None:
    """The confidence, kept within 0 to 1."""
    value = message.get("confidence")
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return min(1.0, max(0.0, float(value)))


def _whole(value: object, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def place(url: str) -> str:
    """Scheme, host and port of a service's address: what else stands in it may be a secret."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
