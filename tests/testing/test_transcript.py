"""How a turn's understanding reads in transcripts."""

from __future__ import annotations

import pytest

from flowengine.conversation.commands import Tier, Understood
from flowengine.testing.player import Turn
from flowengine.testing.speech import Said
from flowengine.testing.transcript import call_rows, rows, understanding


@pytest.mark.parametrize(("tier", "reads"), [("slot", "an answer"), ("key", "an answer"), ("none", "nothing fitted")])
def test_a_typed_number_is_an_answer_as_a_spoken_one_is(tier: Tier, reads: str) -> None:
    assert understanding(Understood("(press 12)", None, 1.0, tier)) == reads


def test_a_line_that_began_before_the_caller_spoke_stands_before_them() -> None:
    firm = Said(3.0, 4.6, "This is recorded.", "This is recorded.", "recorded")
    reply = Said(5.0, 6.0, "Thank you.", "Thank you.", None)
    turn = Turn(4.0, "no", (firm, reply), (), (), (), (), (), None, None, None)
    assert [(row.at, row.who) for row in rows(turn)] == [(3.0, "agent"), (4.0, "caller"), (5.0, "agent")]


def test_a_line_that_the_caller_spoke_over_twice_stands_before_both() -> None:
    opening = Turn(0.0, None, (), (), (), (), (), (), None, None, None)
    first = Turn(6.0, "never", (), (), (), (), (), (), None, None, None)
    farewell = Said(5.0, 9.0, "Thank you. Goodbye.", "Thank you. Goodbye.", None)
    second = Turn(7.0, "ring me again", (farewell,), (), (), (), (), (), None, None, None)
    told = call_rows([opening, first, second])
    assert [(row.at, row.who) for row in told] == [(5.0, "agent"), (6.0, "caller"), (7.0, "caller")]
