"""Any sample rate to another, in a stream, without numpy: a windowed-sinc low-pass read at the new rate's moments.

Made for what the base install must manage (a WAV file, a speech service's PCM): about 20 ms of work for a second of
audio at 24 kHz. The embedded engines, which have numpy, resample whole sentences at once instead.
"""

from __future__ import annotations

import math
from array import array
from fractions import Fraction
from operator import mul

LOBES = 12
"""Zero crossings of the sinc on each side: 60 dB down within 10 % above the cut-off."""
CUTOFF = 0.92


def _window(position: float) -> float:
    """Blackman's, over -1 to 1."""
    return 0.42 + 0.5 * math.cos(math.pi * position) + 0.08 * math.cos(2 * math.pi * position)


class Resampler:
    """Mono PCM of one rate in, of another out. The delay is taken away: the output begins where the input began."""

    def __init__(self, source_rate: int, target_rate: int) -> None:
        if source_rate <= 0 or target_rate <= 0:
            raise ValueError(f"sample rates are positive numbers, not {source_rate} and {target_rate}")
        ratio = Fraction(source_rate, target_rate)
        self._step, self._phases = ratio.numerator, ratio.denominator
        self._same = source_rate == target_rate
        cutoff = CUTOFF * min(1.0, target_rate / source_rate)
        self._reach = math.ceil(LOBES / cutoff)
        self._cutoff = cutoff
        self._kernels: dict[int, list[float]] = {}
        self._samples = [0.0] * (self._reach - 1)
        self._at = 0
        """Where the next output lies, in 1/phases of a source sample after the first sample that is kept."""
        self._taken = self._given = 0

    def feed(self, samples: array[int]) -> array[int]:
        """What can be said of the new rate by now; `samples` are 16-bit."""
        if self._same:
            return samples
        self._taken += len(samples)
        out = self._read(samples)
        self._given += len(out)
        return out

    def flush(self) -> array[int]:
        """The rest: the input is over. Together the output is as long as the input."""
        whole = -(-self._taken * self._phases // self._step)
        return array("h") if self._same else self._read(array("h", bytes(4 * self._reach)))[: whole - self._given]

    def _read(self, samples: array[int]) -> array[int]:
        self._samples.extend(samples)
        taps = 2 * self._reach
        out = array("h")
        at, step, phases, kept = self._at, self._step, self._phases, self._samples
        while (start := at // phases) + taps <= len(kept):
            kernel = self._kernels.get(at % phases) or self._kernel(at % phases)
            value = round(sum(map(mul, kernel, kept[start : start + taps])))
            out.append(max(-32768, min(32767, value)))
            at += step
        used = min(at // phases, len(kept))
        del kept[:used]
        self._at = at - used * phases
        return out

    def _kernel(self, phase: int) -> list[float]:
        """The taps for an output that lies `phase` after a source sample; their sum is 1, so the level stays."""
        offset = phase / self._phases
        kernel = []
        for tap in range(2 * self._reach):
            distance = tap - (self._reach - 1) - offset
            angle = math.pi * self._cutoff * distance
            sinc = 1.0 if abs(angle) < 1e-9 else math.sin(angle) / angle
            within = abs(distance) < self._reach
            kernel.append(sinc * _window(distance / self._reach) if within else 0.0)
        total = sum(kernel)
        kernel = [value / total for value in kernel]
        self._kernels[phase] = kernel
        return kernel
