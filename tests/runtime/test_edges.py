"""The quiet around a sentence: off, for clips and for audio as it comes; the quiet inside stays."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import pytest

from flowengine.adapters.scripted.code import encode
from flowengine.runtime.audio import SILENCE
from flowengine.runtime.edges import AFTER_BYTES, BEFORE_BYTES, FRAME_BYTES, trimmed, without_quiet

SOUND = encode("hello")
INSIDE = SOUND + SILENCE * 2400 + SOUND


def _streamed(audio: bytes, size: int) -> list[bytes]:
    async def chunks() -> AsyncGenerator[bytes, None]:
        for start in range(0, len(audio), size):
            yield audio[start : start + size]

    async def main() -> list[bytes]:
        return [chunk async for chunk in trimmed(chunks())]

    return asyncio.run(main())


@pytest.mark.parametrize("size", [1, 79, 160, 1000, 100_000])
@pytest.mark.parametrize(("before", "after"), [(0, 0), (2400, 3840), (100, 100), (2400, 0), (0, 3840)])
def test_of_the_quiet_around_a_moment_is_left(before: int, after: int, size: int) -> None:
    came = b"".join(_streamed(SILENCE * before + INSIDE + SILENCE * after, size))
    assert INSIDE in came
    quiet_before = came.index(INSIDE)
    assert quiet_before <= BEFORE_BYTES + FRAME_BYTES
    assert quiet_before >= min(before, BEFORE_BYTES) - FRAME_BYTES
    quiet_after = len(came) - quiet_before - len(INSIDE)
    assert min(after, AFTER_BYTES) - FRAME_BYTES <= quiet_after <= AFTER_BYTES + FRAME_BYTES


@pytest.mark.parametrize(("before", "after"), [(0, 0), (2400, 3840), (100, 100)])
def test_a_whole_sentence_is_trimmed_as_one_that_comes_in_pieces(before: int, after: int) -> None:
    audio = SILENCE * before + INSIDE + SILENCE * after
    assert without_quiet(audio) == b"".join(_streamed(audio, 100_000))


def test_sound_is_not_held_back() -> None:
    assert _streamed(SOUND[:800] + SOUND[:800], 800)[0] == SOUND[:800]


def test_what_is_all_quiet_is_given_as_it_is() -> None:
    assert b"".join(_streamed(SILENCE * 5000, 160)) == SILENCE * 5000
    assert without_quiet(SILENCE * 5000) == SILENCE * 5000
    assert without_quiet(b"") == b""
