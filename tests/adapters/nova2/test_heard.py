"""What a speech service says about voices, told as our recognisers tell it."""

from __future__ import annotations

import pytest

from flowengine.adapters.nova2.heard import Heard
from flowengine.runtime.ports import RecogniserEvent, VoiceEnded, VoiceStarted


def told(*messages: dict[str, object]) -> list[RecogniserEvent]:
    reports: list[RecogniserEvent] = []
    heard = Heard(reports.append)
    for message in messages:
        heard.take(message, 1000)
    return reports


def start(**more: object) -> dict[str, object]:
    return {"type": "speech_start", "at_ms": 640, **more}


@pytest.mark.parametrize("more", [{}, {"certain": None}, {"certain": "very"}])
def test_a_service_that_does_not_say_how_certain_it_is_reports_a_voice_once(more: dict[str, object]) -> None:
    assert told(start(**more), start(**more)) == [VoiceStarted(640)]


def test_a_voice_is_reported_again_when_the_service_has_become_certain_of_it() -> None:
    doubtful, certain = start(certain=False), start(certain=True)
    assert told(doubtful, doubtful, certain, certain) == [VoiceStarted(640, False), VoiceStarted(640, True)]


def test_the_next_voice_begins_in_doubt_again() -> None:
    events = told(start(certain=True), {"type": "speech_end", "at_ms": 900}, start(certain=False), start(certain=True))
    assert events == [VoiceStarted(640, True), VoiceEnded(900), VoiceStarted(640, False), VoiceStarted(640, True)]
