"""The head: likenesses become probabilities. And what an engine is taught."""

from __future__ import annotations

import pytest

from flowengine.compliance.protective_examples import EXAMPLES
from flowengine.conversation.meaning import ASKED, ASKED_PROTECTIVE, TAKEN, Likeness, weighed
from flowengine.conversation.teaching import examples
from flowengine.graph.compile import compile_text
from flowengine.graph.model import Intent


def likeness(intent: str, nearest: float, near: float | None = None) -> Likeness:
    return Likeness(intent, nearest, nearest - 0.1 if near is None else near, "an example")


def test_nothing_is_likely_where_nothing_was_compared() -> None:
    assert weighed(()) == ()


def test_the_probabilities_of_all_and_of_none_are_one_whole() -> None:
    found = weighed([likeness("price", 0.8), likeness("agree", 0.7), likeness("busy", 0.1)])
    assert [each.intent for each in found] == ["price", "agree", "busy"]
    assert {each.tier for each in found} == {"meaning"}
    assert 0.9 < sum(each.score for each in found) < 1


def test_a_near_example_is_taken_a_far_one_is_not() -> None:
    (sure,) = weighed([likeness("price", 0.9)])
    (unsure,) = weighed([likeness("price", 0.6)])
    (unlike,) = weighed([likeness("price", 0.3)])
    assert sure.score > TAKEN > unsure.score > unlike.score
    assert unlike.score < ASKED_PROTECTIVE


def test_one_close_behind_makes_the_first_less_probable() -> None:
    alone = weighed([likeness("price", 0.85)])[0]
    rivalled = weighed([likeness("price", 0.85), likeness("agree", 0.84)])[0]
    assert alone.score > TAKEN > rivalled.score > ASKED


@pytest.mark.parametrize("nearest", [-1.0, 0.0, 1.0])
def test_several_near_examples_weigh_more_than_one(nearest: float) -> None:
    (lonely,) = weighed([likeness("price", nearest, nearest - 0.3)])
    (crowded,) = weighed([likeness("price", nearest, nearest)])
    assert 0 <= lonely.score <= crowded.score <= 1


def test_who_protects_is_asked_about_sooner() -> None:
    assert ASKED_PROTECTIVE < ASKED < TAKEN


# What is taught.

TAUGHT = """
flow taught "Taught" inbound
  language en-GB
  agent "Amy" of "Brightwell"

intent price "the caller asks what it costs"
  "how much is it" "what does it cost"

intent busy "the caller cannot talk now"
  "I'm at work"

intent spelled "a code"
  /[a-z]{3} code/

state start
  say "Hello."
  listen
    price or busy or spelled: end happy

outcome happy success
"""


def intents() -> dict[str, Intent]:
    compiled = compile_text(TAUGHT)
    assert compiled.flow is not None, compiled.diagnostics
    return dict(compiled.flow.intents)


def test_the_phrases_of_an_intent_are_taught() -> None:
    assert examples(intents())["price"] == ("how much is it", "what does it cost")


def test_what_is_always_honoured_is_taught_under_its_own_name() -> None:
    taught = examples({})
    assert taught == dict(EXAMPLES)


def test_an_intent_that_answers_in_its_place_is_taught_it_too() -> None:
    assert examples(intents())["busy"] == ("I'm at work", *EXAMPLES["driving"])


def test_what_has_only_patterns_teaches_nothing() -> None:
    assert "spelled" not in examples(intents())
