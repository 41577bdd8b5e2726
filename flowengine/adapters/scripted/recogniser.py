"""A recogniser without a model, for tests and demonstrations.

It behaves as a real one does: it detects voice by its energy, ends a turn after quiet, reports exactly one final an
utterance. What was said it takes from its script, a line an utterance; after the script, or without one, it understands
only the audio of the scripted synthesiser. `ScriptedStream.say` puts words in the caller's mouth without any audio.
"""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Sequence

from flowengine.adapters.reports import Reports
from flowengine.adapters.scripted.code import decode
from flowengine.conversation.commands import Expecting
from flowengine.errors import RecogniserError
from flowengine.runtime.audio import FRAME_BYTES, FRAME_MS, loudness
from flowengine.runtime.ports import (
    FinalTranscript,
    PartialTranscript,
    RecogniserEvent,
    RecogniserFailed,
    VoiceEnded,
    VoiceStarted,
)

VOICE_LOUDNESS = 0.02
ONSET_FRAMES = 2
QUIET_FRAMES = 6
"""The voice has ended after 120 ms; the turn ends after `quiet_ms`."""
KEPT_BYTES = 20 * 8000


class ScriptedStream:
    """One call's recognition. Time is the audio's: 160 bytes are 20 ms, however fast they come."""

    def __init__(self, script: Sequence[str], quiet_ms: int) -> None:
        self.expecting: Expecting = "open"
        self._script = deque(script)
        self._quiet_frames = max(QUIET_FRAMES, quiet_ms // FRAME_MS)
        self._reports = Reports()
        self._rest = b""
        self._frames = self._utterances = 0
        self._loud = self._quiet = 0
        self._voice_from: int | None = None
        self._voice_is_on = False
        self._voice = bytearray()

    def push(self, mulaw: bytes) -> None:
        if self._reports.closed:
            return
        if len(mulaw) == FRAME_BYTES and not self._rest:
            # As nearly all audio comes.
            self._frame(mulaw)
            return
        data = self._rest + mulaw
        whole = len(data) - len(data) % FRAME_BYTES
        self._rest = data[whole:]
        for start in range(0, whole, FRAME_BYTES):
            self._frame(data[start : start + FRAME_BYTES])

    def expect(self, expecting: Expecting) -> None:
        self.expecting = expecting

    def finalize(self) -> None:
        if self._voice_from is not None:
            self._end()

    def events(self) -> AsyncIterator[RecogniserEvent]:
        return self._reports.read()

    async def close(self) -> None:
        self._reports.close()

    def say(self, text: str, *, confidence: float | None = 0.95) -> None:
        """The caller says this, at once: voice, a partial, quiet, the final."""
        at = self._frames * FRAME_MS
        self._utterances += 1
        name = f"u{self._utterances}"
        self._reports.put(VoiceStarted(at))
        if text:
            self._reports.put(PartialTranscript(name, text, confidence))
        self._reports.put(VoiceEnded(at))
        self._reports.put(FinalTranscript(name, text, confidence, at, at))

    def report(self, event: RecogniserEvent) -> None:
        """The engine reports just this."""
        self._reports.put(event)

    def end(self, text: str, *, confidence: float | None = 0.95) -> None:
        """The final of an utterance whose voice was reported: "" for a cough."""
        at = self._frames * FRAME_MS
        self._utterances += 1
        self._reports.put(FinalTranscript(f"u{self._utterances}", text, confidence if text else None, at, at))

    def pause_after(self, text: str, *, confidence: float | None = 0.95) -> None:
        """The caller has said this and pauses: it may be all, or not."""
        at = self._frames * FRAME_MS
        self._reports.put(VoiceStarted(at))
        self._reports.put(VoiceEnded(at))
        if text:
            self._reports.put(PartialTranscript(f"u{self._utterances + 1}", text, confidence))

    def fail(self, reason: str = "scripted") -> None:
        """The engine dies."""
        self._reports.put(RecogniserFailed(reason))

    def _frame(self, frame: bytes) -> None:
        self._frames += 1
        loud = loudness(frame) >= VOICE_LOUDNESS
        self._loud, self._quiet = (self._loud + 1, 0) if loud else (0, self._quiet + 1)
        if self._voice_from is None and not loud:
            self._voice.clear()
            return
        self._voice += frame
        del self._voice[:-KEPT_BYTES]
        if loud and self._loud >= ONSET_FRAMES and not self._voice_is_on:
            self._voice_is_on = True
            if self._voice_from is None:
                self._voice_from = self._frames - self._loud
            self._reports.put(VoiceStarted((self._frames - self._loud) * FRAME_MS))
        elif self._voice_is_on and self._quiet == QUIET_FRAMES:
            self._voice_is_on = False
            self._reports.put(VoiceEnded((self._frames - self._quiet) * FRAME_MS))
            if not self._script and (text := decode(bytes(self._voice))):
                self._reports.put(PartialTranscript(f"u{self._utterances + 1}", text))
        elif self._voice_from is not None and not loud and self._quiet >= self._quiet_frames:
            self._end()

    def _end(self) -> None:
        assert self._voice_from is not None
        ended_at = (self._frames - self._quiet) * FRAME_MS
        if self._voice_is_on:
            self._reports.put(VoiceEnded(ended_at))
        text = self._script.popleft() if self._script else decode(bytes(self._voice))
        self._utterances += 1
        confidence = 0.95 if text else None
        start = self._voice_from * FRAME_MS
        self._reports.put(FinalTranscript(f"u{self._utterances}", text, confidence, start, ended_at))
        self._voice_from, self._voice_is_on = None, False
        self._voice.clear()


class ScriptedRecogniser:
    """Every call gets the whole script. `streams` holds the open calls by id, for a test to reach into."""

    name = "scripted"

    def __init__(self, script: Sequence[str] = (), *, quiet_ms: int = 400, refuses: bool = False) -> None:
        self._script = tuple(script)
        self._quiet_ms = quiet_ms
        self._refuses = refuses
        self.streams: dict[str, ScriptedStream] = {}

    async def open(self, call_id: str, *, language: str = "en-GB") -> ScriptedStream:
        if self._refuses:
            raise RecogniserError("the scripted recogniser was told to refuse")
        stream = self.streams[call_id] = ScriptedStream(self._script, self._quiet_ms)
        return stream

    async def close(self) -> None:
        for stream in self.streams.values():
            await stream.close()
