"""Descriptions turned to face the caller."""

from __future__ import annotations

import pytest

from flowengine.conversation.doubts import did_you_mean
from flowengine.conversation.place import Doubt, Fit
from flowengine.graph.model import Branch
from flowengine.language.source import Span
from tests.conversation.talk import compiled

HERE = Span("test.flow", 1, 1, 1, 1)


@pytest.mark.parametrize(
    ("description", "question"),
    [
        ("the caller asks what it costs", "Sorry, did you mean to ask what it costs?"),
        ("the caller says yes or agrees to go on", "Sorry, did you mean to say yes?"),
        ("the caller wants to cancel their visit", "Sorry, did you mean that you want to cancel your visit?"),
        ("the caller is busy", "Sorry, did you mean that you are busy?"),
        ("the caller does not want it", "Sorry, did you mean that you do not want it?"),
        ("the caller cannot talk now", "Sorry, did you mean that you cannot talk now?"),
        ("the caller would rather read about it", "Sorry, did you mean that you would rather read about it?"),
        ("the caller did not hear or follow", "Sorry, did you mean that you did not hear or follow?"),
        ("the caller carries on", "Sorry, did you mean to carry on?"),
        ("The price", "Sorry, did you mean the price?"),
    ],
)
def test_a_question_from_a_description(description: str, question: str) -> None:
    flow = compiled("state only\n  end good", intents=f'intent wanted "{description}"\n  "something"')
    fit = Fit(Branch((), 1, (), HERE), 0, "wanted", intent="wanted")
    assert did_you_mean(flow, Doubt(fit, fit)) == question


def test_without_a_description_the_first_phrase_is_asked_about() -> None:
    flow = compiled("state only\n  end good", intents='intent wanted\n  "something else"')
    fit = Fit(Branch((), 1, (), HERE), 0, "wanted", intent="wanted")
    assert did_you_mean(flow, Doubt(fit, fit)) == "Sorry, did you mean “something else”?"
