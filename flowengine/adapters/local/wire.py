"""What the service and its speech process say to each other over the pipe.

A message is a header (length of the body, kind, stream or job number, position) and a body: audio as it is, or JSON.
"""

from __future__ import annotations

import json
import struct
from dataclasses import asdict, dataclass
from enum import IntEnum
from typing import Any

from flowengine.runtime.ports import (
    FinalTranscript,
    PartialTranscript,
    RecogniserEvent,
    RecogniserFailed,
    VoiceEnded,
    VoiceStarted,
)

HEADER = struct.Struct("<IBIQ")


class Kind(IntEnum):
    """Orders to the speech process, then its answers."""

    LOAD = 1  # body: "hearing", "speaking" or "meaning"
    OPEN = 2
    AUDIO = 3  # position: bytes of audio before this, lost ones included
    EXPECT = 4
    FINALIZE = 5
    CLOSE = 6
    SPEAK = 7
    CANCEL = 8
    LEARN = 9  # position: the lesson; body: examples by intent
    LIKEN = 10  # position: the lesson; body: [what was said, the intents]
    ECHO = 11  # as AUDIO, of what may be the agent's own voice

    PROGRESS = 32  # body: what it is doing
    LOADED = 33  # body: what is loaded; position: milliseconds it took
    NOT_LOADED = 34  # body: [class of the error, its message]
    HEARD = 35  # body: a recogniser's event
    CLIP = 36
    CLIP_END = 37  # body: the error, or empty
    LEARNT = 38  # position: how many examples were new
    NOT_LEARNT = 39  # the lesson is not known here
    LIKENED = 40  # body: likenesses, the nearest first, each as the list of its fields
    FAILED = 41  # body: the class of the error


@dataclass(frozen=True, slots=True)
class Message:
    """One message, either way."""

    kind: Kind
    number: int = 0
    position: int = 0
    body: bytes = b""

    def encoded(self) -> bytes:
        return HEADER.pack(len(self.body), self.kind, self.number, self.position) + self.body

    @property
    def text(self) -> str:
        return self.body.decode()


_EVENTS: dict[str, type[RecogniserEvent]] = {
    kind.__name__: kind for kind in (VoiceStarted, VoiceEnded, PartialTranscript, FinalTranscript, RecogniserFailed)
}


def encode_event(event: RecogniserEvent) -> bytes:
    return json.dumps([type(event).__name__, asdict(event)]).encode()


def decode_event(body: bytes) -> RecogniserEvent:
    name, fields = json.loads(body)
    made: Any = _EVENTS[name]
    event: RecogniserEvent = made(**fields)
    return event
