"""Listening by measuring."""

from __future__ import annotations

import asyncio

from flowengine.adapters.scripted.synthesiser import ScriptedSynthesiser
from flowengine.testing.twilio.measures import utterances

QUIET = b"\xff" * 8000


def _spoken(text: str) -> bytes:
    async def main() -> bytes:
        return b"".join([chunk async for chunk in ScriptedSynthesiser().speak(text)])

    return asyncio.run(main())


def test_quiet_holds_no_utterance() -> None:
    assert utterances(QUIET) == []


def test_utterances_have_a_place_a_length_and_a_level() -> None:
    speech = _spoken("hello there")
    found = utterances(QUIET + speech + QUIET + speech)
    assert len(found) == 2
    assert found[0].start == 1.0
    assert abs(found[0].length - len(speech) / 8000) < 0.1
    assert -23 < found[0].level < -17


def test_a_short_pause_does_not_part_an_utterance() -> None:
    speech = _spoken("hello")
    assert len(utterances(speech + QUIET[:2400] + speech)) == 1
