"""How much a sound repeats itself as a voice does: a vowel nearly wholly, a cough, a breath or many voices little.

The detector takes a cough among people who talk for a voice, since there is voice in it; what stands out from them is
not. Pure; some 12 µs a look.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SHORTEST, LONGEST = 20, 114
"""Samples at 8 kHz: 400 Hz, a child's, to 70 Hz. A telephone leaves out the lowest notes, but not their distance."""


def periodicity(samples: NDArray[np.float32]) -> float:
    """The likeness, -1 to 1, of the beginning of 256 samples at 8 kHz to what comes one period later, at best."""
    first = samples[:-LONGEST]
    size = len(first)
    products = np.correlate(samples, first, "valid")
    energy = np.concatenate((np.zeros(1), np.cumsum(samples.astype(np.float64) ** 2)))
    energies = energy[size:] - energy[:-size]
    likeness = products[SHORTEST:] / np.sqrt(energies[0] * energies[SHORTEST:] + 1e-12)
    return float(likeness.max())
