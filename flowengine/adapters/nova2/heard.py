"""What a service says it heard, told as our recognisers tell it: voice first, partials, exactly one final an utterance.

Services leave things out (speech events, ids, times) and say things twice; a call must not notice. Without I/O.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

from flowengine.adapters.nova2.messages import confidence_in, number_in
from flowengine.runtime.ports import FinalTranscript, PartialTranscript, RecogniserEvent, VoiceEnded, VoiceStarted

REMEMBERED = 200
TRANSCRIPTS = frozenset({"transcription", "transcript", "final"})


class Heard:
    """One call's transcripts, over however many connections. Times in ms since the stream was opened."""

    def __init__(self, report: Callable[[RecogniserEvent], None]) -> None:
        self._report = report
        self._finished: OrderedDict[str, None] = OrderedDict()
        self._connection = 0
        self._offset_ms = 0
        self._unnamed = 1
        self._voice = self._begun = self._certain = False
        self.answered_ms = 0
        """All audio before this has its final transcript."""

    def begin_again(self, offset_ms: int) -> None:
        """A new connection, whose time begins at `offset_ms` and whose ids may begin anew."""
        self._connection += 1
        self._offset_ms = offset_ms

    def take(self, message: Mapping[str, Any], now_ms: int) -> None:
        """One message of the service; `now_ms` is how much audio it was given. Unknown types are passed over."""
        kind = message["type"]
        if kind in TRANSCRIPTS:
            self._transcript(message, kind == "final", now_ms)
        elif kind == "speech_start":
            certain = message.get("certain")
            self._start(self._time(message, now_ms, "at_ms", "start_ms"), certain if certain in (True, False) else None)
        elif kind == "speech_end":
            self._end(self._time(message, now_ms, "at_ms", "end_ms"))

    def _transcript(self, message: Mapping[str, Any], says_final: bool, now_ms: int) -> None:
        text, given = message.get("text"), message.get("utterance_id")
        text = text.strip() if isinstance(text, str) else ""
        name = f"n{self._unnamed}" if given is None else str(given)
        if self._connection:
            name = f"{name}-{self._connection}"
        if name in self._finished:
            return
        start = self._time(message, now_ms, "start_ms")
        end = max(start, self._time(message, now_ms, "end_ms"))
        if message.get("is_final", says_final) is not True:
            if text:
                self._begin(start)
                self._report(PartialTranscript(name, text, confidence_in(message)))
            return
        if text:
            self._begin(start)
        self._end(end)
        self._begun = False
        self._finished[name] = None
        if len(self._finished) > REMEMBERED:
            self._finished.popitem(last=False)
        if given is None:
            self._unnamed += 1
        self.answered_ms = max(self.answered_ms, end)
        self._report(FinalTranscript(name, text, confidence_in(message) if text else None, start, end))

    def _begin(self, at_ms: int) -> None:
        """Words came: a service that doesn't report speech has said by this that there is a voice."""
        if not self._begun:
            self._start(at_ms)

    def _start(self, at_ms: int, certain: bool | None = None) -> None:
        """Said again, it counts only where the service has become certain since."""
        if not self._voice or (certain and not self._certain):
            self._voice = self._begun = True
            self._certain = certain is True
            self._report(VoiceStarted(at_ms, certain))

    def _end(self, at_ms: int) -> None:
        if self._voice:
            self._voice = self._certain = False
            self._report(VoiceEnded(at_ms))

    def _time(self, message: Mapping[str, Any], now_ms: int, *names: str) -> int:
        told = number_in(message, *names)
        return now_ms if told is None else min(now_ms, max(0, told) + self._offset_ms)
