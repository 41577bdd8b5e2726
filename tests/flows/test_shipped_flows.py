"""The shipped flows, whoever rings and whatever they say.

Their own calls stand beside them, in flows/*.flowtest. Here: what was seen in the logs of a system of this kind and
must never happen, held against every one of those calls and against callers who say anything at all.
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowengine.graph.compile import compile_file
from flowengine.graph.model import Flow
from flowengine.testing.flowtest.ast import Test as FlowTest
from flowengine.testing.player import Player, Turn
from flowengine.testing.suite import Flows, find_tests

FOLDER = Path(__file__).parent.parent.parent / "flows"
CONTACTS: dict[str, dict[str, object]] = {
    "boiler_cover": {"name": "Sam", "renewal_date": "2026-12-01"},
    "reception": {},
    "telemarketing": {},
}
THINGS_SAID = (
    *("yes", "no", "no thanks", "speaking", "go on then", "how much is it?", "I'm busy", "tomorrow at three", "Friday"),
    *("about twenty", "evenings", "Priya", "oh one one three, four nine six, oh one two three", "I'm not sure"),
    *(
        "is this a robot?",
        "who is calling?",
        "pardon?",
        "hang on",
        "purple monkey dishwasher",
        "sales",
        "opening hours",
    ),
    *(
        "that's too expensive",
        "we've already got one",
        "what's covered?",
        "are you recording this?",
        "send me an email",
    ),
)
MOST_TURNS = 30
FAREWELLS = ("goodbye", "nine nine nine")


@cache
def shipped(name: str) -> Flow:
    flow = compile_file(FOLDER / f"{name}.flow").flow
    assert flow is not None
    return flow


@cache
def played() -> dict[str, tuple[Flow, tuple[Turn, ...]]]:
    """Every call of every shipped test, by its name."""
    flows = Flows()
    calls = {}
    for path in find_tests([FOLDER]):
        for test in flows.load(path).file.tests:
            calls[f"{path.stem}: {test.name}"] = call_of(flows, test, path)
    return calls


def call_of(flows: Flows, test: FlowTest, path: Path) -> tuple[Flow, tuple[Turn, ...]]:
    result = flows.run(test, path.parent)
    assert result.flow is not None
    return result.flow, result.turns


def spoken(turns: tuple[Turn, ...]) -> list[str]:
    return [said.text for turn in turns for said in turn.said]


def test_every_shipped_flow_has_calls_beside_it() -> None:
    assert {path.stem for path in FOLDER.glob("*.flow")} == {path.stem for path in FOLDER.glob("*.flowtest")}
    assert set(CONTACTS) == {path.stem for path in FOLDER.glob("*.flow")}


def test_the_tests_enter_every_state_that_a_flow_has_itself() -> None:
    for name in CONTACTS:
        flow = shipped(name)
        entered = {
            each.state
            for other, turns in played().values()
            if other.name == name
            for turn in turns
            for each in turn.entered
        }
        assert {state.name for state in flow.states.values() if state.library is None} <= entered


def test_no_template_or_comment_is_spoken() -> None:
    for _, turns in played().values():
        assert not [text for text in spoken(turns) if any(mark in text for mark in ("{{", "}}", "{%", "#", "None"))]


def test_no_line_is_spoken_twice_in_a_row() -> None:
    for name, (_, turns) in played().items():
        for turn in turns:
            texts = [said.text for said in turn.said]
            assert all(first != second for first, second in pairwise(texts)), name


def test_a_caller_turn_is_understood_once() -> None:
    for name, (_, turns) in played().items():
        for turn in turns:
            if turn.caller is not None and not turn.caller.startswith("("):
                assert len(turn.understood) == 1, (name, turn.caller)


def test_a_call_ends_in_a_state_and_with_an_outcome_that_exist() -> None:
    for name, (flow, turns) in played().items():
        assert turns[-1].state in flow.states, name
        assert turns[-1].outcome in flow.outcomes, name


def test_a_call_that_we_end_ends_with_a_goodbye() -> None:
    silent = ("not_permitted", "no_answer", "hung_up", "put_through")
    for name, (_, turns) in played().items():
        if turns[-1].outcome not in silent:
            assert any(word in turns[-1].agent.lower() for word in FAREWELLS), name


@pytest.mark.parametrize("name", ["boiler_cover", "telemarketing"])
@pytest.mark.parametrize(
    "words",
    [
        "stop calling me",
        "please take me off your list",
        "I don't want any more calls",
        "don't ring me again",
        "can you remove my number from your list please",
        "no no no just lose my number will you",
        "i'm registered with the tps you shouldn't be calling me",
    ],
)
def test_an_opt_out_is_taken_in_every_state_that_listens(name: str, words: str) -> None:
    reached = set()
    for path in ((), ("yes",), ("yes", "yes"), ("yes", "yes", "ten"), ("I'm busy",), ("yes", "too expensive")):
        player = Player(shipped(name), CONTACTS[name])
        for said in path:
            player.say(said)
        reached.add(player.listen().state)
        player.say(words)
        assert player.listen().outcome == "removed"
        assert any(turn.suppressed for turn in player.turns)
    assert len(reached) >= 4


@pytest.mark.parametrize(
    "words", ["don't stop, carry on", "I'm not complaining", "I wouldn't say no", "stop it, you're making me laugh"]
)
def test_what_only_sounds_like_an_opt_out_ends_nothing(words: str) -> None:
    player = Player(shipped("telemarketing"))
    player.say(words)
    assert player.listen().outcome is None


@pytest.mark.parametrize("name", list(CONTACTS))
@given(words=st.lists(st.sampled_from(THINGS_SAID), max_size=MOST_TURNS))
@settings(max_examples=40, deadline=None)
def test_whatever_is_said_the_call_is_never_lost(name: str, words: list[str]) -> None:
    player = Player(shipped(name), CONTACTS[name])
    for said in words:
        if player.listen().outcome is not None:
            break
        player.say(said)
    while player.listen().outcome is None:
        player.silence()
        assert len(player.turns) < 2 * MOST_TURNS
    flow = shipped(name)
    assert player.outcome in flow.outcomes
    assert player.outcome != "failed"


def test_nobody_waits_longer_than_eight_minutes() -> None:
    player = Player(shipped("telemarketing"))
    while player.listen().outcome is None:
        player.say("hang on")
    assert player.state == "out_of_time"
    assert 480 <= player.at < 500
