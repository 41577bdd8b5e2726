"""How a turn's understanding reads in transcripts."""

from __future__ import annotations

import pytest

from flowengine.conversation.commands import Tier, Understood
from flowengine.testing.transcript import understanding


@pytest.mark.parametrize(("tier", "reads"), [("slot", "an answer"), ("key", "an answer"), ("none", "nothing fitted")])
def test_a_typed_number_is_an_answer_as_a_spoken_one_is(tier: Tier, reads: str) -> None:
    assert understanding(Understood("(press 12)", None, 1.0, tier)) == reads
