"""A vowel repeats itself, whatever its pitch and its telephone; noise does not."""

from __future__ import annotations

import pytest

np = pytest.importorskip("numpy")

from flowengine.adapters.local.periodicity import periodicity  # noqa: E402

AT = np.arange(256) / 8000


@pytest.mark.parametrize("pitch", [80, 120, 230, 390])
def test_harmonics_without_their_lowest_note_repeat_themselves(pitch: int) -> None:
    notes = [np.sin(2 * np.pi * pitch * number * AT + number) for number in range(1, 12) if pitch * number > 300]
    assert periodicity(sum(notes).astype(np.float32)) > 0.9


def test_noise_does_not_and_quiet_is_nothing() -> None:
    noise = np.random.default_rng(3).normal(size=(50, 256)).astype(np.float32)
    assert max(map(periodicity, noise)) < 0.5
    assert periodicity(np.zeros(256, np.float32)) == 0.0
