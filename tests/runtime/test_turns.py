"""Which words of a caller stop the agent for good."""

from __future__ import annotations

import pytest

from flowengine.runtime.ports import PartialTranscript
from flowengine.runtime.turns import interrupts


@pytest.mark.parametrize("text", ["Mm-hmm,", "Mm-hmm", "Mhmm.", "Uh-huh", "Aha!", "M. Hum.", "Hmm. Yeah.", "Yep.", ""])
def test_noises_of_listening_however_they_are_written_do_not_interrupt(text: str) -> None:
    assert not interrupts(PartialTranscript("u1", text))


@pytest.mark.parametrize("text", ["Mm-hmm, but how much", "No.", "yeah stop", "aha and what does it cost"])
def test_words_do(text: str) -> None:
    assert interrupts(PartialTranscript("u1", text))
