"""What a live call needs from outside, as protocols: recogniser, synthesiser, line, guard, record.

Audio crosses every port as raw mu-law bytes, 8 kHz mono (8,000 bytes a second), without a header: what Twilio sends and
takes, so nothing is resampled on the way (a 20 ms frame is 160 bytes).
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

from flowengine.conversation.commands import Command, Expecting
from flowengine.conversation.events import Event

# What a recogniser reports. Times in ms since the stream was opened.


@dataclass(frozen=True, slots=True)
class VoiceStarted:
    """The caller's voice began."""

    at_ms: int


@dataclass(frozen=True, slots=True)
class VoiceEnded:
    """The caller's voice fell silent (not yet the end of the turn)."""

    at_ms: int


@dataclass(frozen=True, slots=True)
class PartialTranscript:
    """What the utterance sounds like so far; replaces the partial before it."""

    utterance_id: str
    text: str
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class FinalTranscript:
    """The recogniser is sure of this utterance. Exactly one an utterance; `text` may be empty (a cough).

    `confidence` 0 to 1; `start_ms` and `end_ms` bound the voice.
    """

    utterance_id: str
    text: str
    confidence: float | None
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class RecogniserFailed:
    """The stream is lost and will report nothing more."""

    reason: str


RecogniserEvent = VoiceStarted | VoiceEnded | PartialTranscript | FinalTranscript | RecogniserFailed


class RecogniserStream(Protocol):
    """One call's recognition."""

    def push(self, mulaw: bytes) -> None:
        """Take caller audio of any length. Never waits; when overloaded, the oldest is dropped and counted."""

    def expect(self, expecting: Expecting) -> None:
        """From now on the caller is expected to say this kind of thing: sets how long a pause ends the turn."""

    def finalize(self) -> None:
        """Report the final transcript of what has been said up to now, without waiting for quiet."""

    def events(self) -> AsyncIterator[RecogniserEvent]:
        """What was recognised, until the stream is closed or fails (`RecogniserFailed` is then the last)."""

    async def close(self) -> None:
        """Idempotent; ends `events`."""


class Recogniser(Protocol):
    """Speech to text."""

    name: str

    async def open(self, call_id: str, *, language: str = "en-GB") -> RecogniserStream:
        """Begin recognition for a call. Raises RecogniserError."""

    async def close(self) -> None:
        """Give back what the engine holds; idempotent."""


class Synthesiser(Protocol):
    """Text to speech."""

    name: str

    def speak(self, text: str, *, voice: str | None = None) -> AsyncIterator[bytes]:
        """Audio for one sentence, in chunks as they come. Closing the iterator cancels. Raises SynthesiserError."""

    async def close(self) -> None:
        """Give back what the engine holds; idempotent."""


class CallLine(Protocol):
    """The far end of one call: Twilio's stream, or a browser. Messages leave in the order asked for; none waits."""

    call_id: str

    def play(self, mulaw: bytes) -> None:
        """Queue audio for the caller, after what is queued already."""

    def mark(self, name: str) -> None:
        """Ask to be told (`CallSession.on_mark`) when all audio queued so far has been played."""

    def clear(self) -> None:
        """Drop the far end's buffered audio. Overtakes whatever has not been sent yet."""

    async def hang_up(self) -> None:
        """End the call for good. Idempotent; a call that has gone already is a success."""


@dataclass(frozen=True, slots=True)
class GuardAnswer:
    """May the call go on? `reasons` are rule codes."""

    allowed: bool
    reasons: tuple[str, ...] = ()


class GuardPort(Protocol):
    """The compliance guard, as a call asks it."""

    async def decide(self, guard: str) -> GuardAnswer:
        """The answer for this call, now. A raise or a delay over 2 s counts as refused."""


@dataclass(frozen=True, slots=True)
class ReplyStarted:
    """The first audio of a reply left `ms` milliseconds after the caller's voice had ended."""

    ms: int


class Record(Protocol):
    """Where one call's events and commands are kept, in order. Neither method waits."""

    def write(self, at: float, entry: Event | Command | ReplyStarted) -> None:
        """Keep what happened `at` seconds since the connection."""

    def suppress(self, reason: str) -> None:
        """Put the person called on the do-not-call list, now."""
