"""Inside the speech process: all calls' ears. One thread follows voices and turns; `recognising` finds the words."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from flowengine.adapters.local.endpointing import HOP_BYTES, HOP_MS, Request, Step, Transcription, Turn
from flowengine.adapters.local.recognising import Desks
from flowengine.adapters.local.voice_activity import Ear, Heard, Piece
from flowengine.conversation.commands import Expecting
from flowengine.runtime.audio import SILENCE
from flowengine.runtime.ports import RecogniserEvent, RecogniserFailed

log = logging.getLogger(__name__)

HALF_BYTES = HOP_BYTES // 2
WAITING_BYTES = 8000
"""A second a call; when the machine falls behind, the oldest goes."""
LEAST_PACE_MS = 320
PACE_SHARE = 3.0
"""Partials take at most a third of the recogniser, divided among those who speak."""
ON_ITS_WAY_MS = 20
"""A telephone's piece of audio: what is due within the next is done at its moment, not when the piece has come."""


class Detector(Protocol):
    """Tells voice from everything else."""

    def listen(self, pieces: Sequence[tuple[Ear, Piece]]) -> list[Heard]: ...


@dataclass(slots=True, eq=False)
class Hearer:
    """One call: audio that waits, what the detector remembers, whose turn it is."""

    number: int
    ear: Ear = field(default_factory=Ear)
    turn: Turn = field(init=False)
    waiting: bytearray = field(default_factory=bytearray)
    """With quiet where the agent's echo may be."""
    line: bytearray = field(default_factory=bytearray)
    """The same audio as it came."""
    position: int = 0
    dropped: int = 0
    came_at: float = 0.0
    """When audio came last."""
    looked_ahead: bool = False
    """The first half of the next hop was heard already."""

    def __post_init__(self) -> None:
        self.turn = Turn(self.ear.is_behind)

    def hear(self, mulaw: bytes, *, may_be_echo: bool = False) -> None:
        """Audio that follows what has come."""
        self.waiting += SILENCE * len(mulaw) if may_be_echo else mulaw
        self.line += mulaw

    def drop(self, size: int) -> None:
        """The first so many bytes of what waits."""
        del self.waiting[:size], self.line[:size]

    def due_in_ms(self) -> int | None:
        """When something is due, in audio after what has come; None where nothing is, or not so soon."""
        due = self.turn.due_ms
        if due is None or due - len(self.waiting) // 8 > ON_ITS_WAY_MS:
            return None
        return due - len(self.waiting) // 8

    @property
    def has_piece(self) -> bool:
        """A hop has come, or half of one where it is worth knowing before."""
        return len(self.waiting) >= HOP_BYTES or self._is_halfway

    @property
    def _is_halfway(self) -> bool:
        # Where more has come than that, there is too much to do already.
        halfway = HALF_BYTES <= len(self.waiting) < HOP_BYTES + HALF_BYTES
        return halfway and not self.looked_ahead and not self.turn.is_certain

    def piece(self) -> Piece:
        """The first half of the next hop, which stays, or the whole of it."""
        self.looked_ahead = self._is_halfway
        size = HALF_BYTES if self.looked_ahead else HOP_BYTES
        piece = Piece(bytes(self.waiting[:size]), bytes(self.line[:size]))
        if not self.looked_ahead:
            self.drop(HOP_BYTES)
            self.position += HOP_BYTES
        return piece

    def take(self, piece: Piece, heard: Heard) -> list[Step]:
        """What follows from what the detector heard in it."""
        if piece.is_half:
            return self.turn.between(heard.evidence)
        return self.turn.hop(piece.mulaw, heard.probability, heard.evidence)


class Hearing:
    """All open streams. `report` is called on whatever thread has something to report."""

    def __init__(self, detector: Detector, report: Callable[[int, RecogniserEvent], None]) -> None:
        self._detector = detector
        self._report = report
        self._hearers: dict[int, Hearer] = {}
        self._pausing: set[Hearer] = set()
        self._lock = threading.RLock()
        self._audio_came = threading.Condition(self._lock)
        self._desks: Desks | None = None

    def start(self, desks: Desks) -> None:
        """Begin to follow what is pushed."""
        self._desks = desks
        threading.Thread(target=self._follow, name="follow", daemon=True).start()

    def open(self, number: int) -> None:
        with self._lock:
            self._hearers[number] = hearer = Hearer(number)
            hearer.turn.asks_ahead = self._desks is not None and self._desks.is_quick(None)

    def push(self, number: int, position: int, mulaw: bytes, *, may_be_echo: bool = False) -> None:
        """Audio that begins `position` bytes after the stream's beginning; a gap before it was lost on the way."""
        with self._lock:
            hearer = self._hearers.get(number)
            if hearer is None:
                return
            hearer.came_at = time.monotonic()
            lost = max(0, position - hearer.position - len(hearer.waiting))
            hearer.hear(mulaw, may_be_echo=may_be_echo)
            surplus = len(hearer.waiting) - WAITING_BYTES
            if surplus > 0:
                hearer.drop(surplus)
                lost += surplus
            if lost:
                hearer.position += lost
                hearer.dropped += lost
                hearer.turn.skip(lost // 8)
            self._audio_came.notify()

    def expect(self, number: int, expecting: Expecting) -> None:
        with self._lock:
            hearer = self._hearers.get(number)
            if hearer is not None:
                hearer.turn.expecting = expecting
                hearer.turn.asks_ahead = self._desks is not None and self._desks.is_quick(expecting)

    def finalize(self, number: int) -> None:
        with self._lock:
            hearer = self._hearers.get(number)
            if hearer is not None:
                self._carry_out(hearer, hearer.turn.finalize())

    def close(self, number: int) -> None:
        with self._lock:
            hearer = self._hearers.pop(number, None)
            if hearer is not None:
                self._pausing.discard(hearer)
        if hearer is not None and self._desks is not None:
            self._desks.forget(number)
            if hearer.dropped:
                log.warning("caller audio was dropped, the machine is too slow", extra={"bytes": hearer.dropped})

    def answer(self, number: int, request: Request, result: Transcription | Exception) -> None:
        """The words that were asked for, or why there are none."""
        with self._lock:
            hearer = self._hearers.get(number)
            if hearer is None:
                return
            if isinstance(result, Exception):
                log.error("recognition failed", extra={"reason": type(result).__name__})
                del self._hearers[number]
                self._pausing.discard(hearer)
                self._report(number, RecogniserFailed(type(result).__name__))
            else:
                self._carry_out(hearer, hearer.turn.transcribed(request, result))

    def _follow(self) -> None:
        """Every hop that has come, all calls' in one run of the detector."""
        while True:
            with self._lock:
                while not (ready := [one for one in self._hearers.values() if one.has_piece]):
                    self._audio_came.wait(self._end_what_is_due())
                pieces = [(hearer.ear, hearer.piece()) for hearer in ready]
            heard = self._detector.listen(pieces)
            with self._lock:
                for hearer, (_, piece), each in zip(ready, pieces, heard, strict=True):
                    if hearer.number in self._hearers:
                        self._carry_out(hearer, hearer.take(piece, each))

    def _end_what_is_due(self) -> float | None:
        """Pauses and turns that end in the middle of a hop; in how many seconds the next one does. Under the lock."""
        waits: list[float] = []
        for hearer in tuple(self._pausing):
            since_ms = int((time.monotonic() - hearer.came_at) * 1000)
            due_ms = hearer.due_in_ms()
            if due_ms is not None and since_ms >= due_ms:
                self._carry_out(hearer, hearer.turn.look(bytes(hearer.waiting), min(since_ms, ON_ITS_WAY_MS)))
                due_ms = hearer.due_in_ms()
            # What is overdue waits for a sound that may be the voice coming back: for audio, not for time.
            if due_ms is not None and due_ms > since_ms:
                waits.append((due_ms - since_ms) / 1000)
        return min(waits, default=None)

    def _carry_out(self, hearer: Hearer, steps: list[Step]) -> None:
        """Report what is to be reported, ask for what is to be recognised. Under the lock, so the order stays."""
        for step in steps:
            if isinstance(step, Request):
                assert self._desks is not None
                speakers = sum(one.turn.speaking for one in self._hearers.values())
                pace = PACE_SHARE * self._desks.cost_ms * max(1, speakers)
                hearer.turn.pace_ms = max(LEAST_PACE_MS, round(pace / HOP_MS) * HOP_MS)
                self._desks.submit(hearer.number, step)
            else:
                self._report(hearer.number, step)
        if hearer.turn.due_ms is None:
            self._pausing.discard(hearer)
        elif hearer.number in self._hearers:
            # Words that came late may have made something due: whoever waits for audio looks when.
            self._pausing.add(hearer)
            self._audio_came.notify()
