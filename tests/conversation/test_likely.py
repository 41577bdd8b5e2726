"""What `flowengine understand` says of likenesses is what a call does."""

from __future__ import annotations

import itertools

import pytest

from flowengine.conversation.call import Further
from flowengine.conversation.likely import Likely, likely
from flowengine.conversation.meaning import Likeness, weighed
from flowengine.conversation.supposing import live_in
from tests.conversation.talk import Talk
from tests.conversation.test_listen import GREETING
from tests.conversation.test_tiers import HANDLED, ODD

MEANING: frozenset[Further] = frozenset({"meaning"})
NEAR = (0.1, 0.58, 0.95)

LATER = """
intent voicemail protective "a machine answers"
  "leave a message"

state start
  say "Hello."
  listen
    price: end good
    voicemail 2: end bad
    otherwise 3: end bad
"""


@pytest.mark.parametrize("flow", [GREETING, HANDLED])
@pytest.mark.parametrize("names", [("price", "opt_out"), ("refuse", "robot_question"), ("agree", "distress")])
def test_it_is_what_a_call_does(flow: str, names: tuple[str, str]) -> None:
    for near in itertools.product(NEAR, repeat=2):
        talk = Talk(flow, further=MEANING)
        talk.says(ODD)
        given = dict(zip(names, near, strict=True))
        said = talk.likens(**given)
        found = weighed([Likeness(name, each, each - 0.05, "") for name, each in given.items()])
        shown = likely(talk.flow, live_in(talk.flow, "greeting"), found)
        if shown.outcome == "taken":
            assert talk.understood.intent == shown.intent, given
        else:
            assert talk.understood.intent is None, given
            assert said == ([shown.question] if shown.outcome == "asked" else said), given
            assert (shown.outcome == "asked") == any("Sorry" in each for each in said), given


def test_each_outcome_is_there() -> None:
    flow = Talk(GREETING).flow
    live = live_in(flow, "greeting")

    def of(intent: str, near: float) -> Likely:
        return likely(flow, live, weighed([Likeness(intent, near, near - 0.05, "")]))

    assert of("price", 0.95) == Likely("taken", "price")
    assert of("price", 0.57) == Likely("asked", "price", "Sorry, did you mean to ask what it costs?")
    assert of("price", 0.2) == Likely("nothing")
    assert of("opt_out", 0.95).outcome == "asked"


def test_what_protects_on_a_later_rung_alone_is_not_asked_about() -> None:
    talk = Talk(LATER, further=MEANING)
    talk.says(ODD)
    assert talk.likens(voicemail=0.95) == ["Sorry, I didn't catch that.", "Hello."]
    assert talk.outcome is None
    found = weighed([Likeness("voicemail", 0.95, 0.95, "")])
    assert likely(talk.flow, live_in(talk.flow, "start"), found) == Likely("nothing")
