"""Opt-outs as people say them and as a recogniser writes them: all are heard, and nothing else is taken for one."""

from __future__ import annotations

from pathlib import Path

import pytest

from flowengine.conversation.understanding import Matcher
from flowengine.testing.player import Player
from tests.as_recognised import as_recognised
from tests.flows.test_shipped_flows import shipped

HERE = Path(__file__).parent
FALSE_STOPS = 0.01
MATCHER = Matcher(shipped("telemarketing").intents)


def _said(file: str) -> list[str]:
    lines = (HERE / file).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def _opts_out(heard: str) -> bool:
    return any(each.intent == "opt_out" for each in MATCHER.understand(heard, shipped("telemarketing").intents))


@pytest.mark.parametrize("said", _said("opt_outs.txt"))
def test_an_opt_out_is_heard_however_it_is_put(said: str) -> None:
    assert [heard for heard in as_recognised(said) if not _opts_out(heard)] == []


@pytest.mark.parametrize("said", _said("not_opt_outs.txt"))
def test_what_is_no_opt_out_is_not_taken_for_one(said: str) -> None:
    assert not _opts_out(said)


def test_noise_makes_hardly_any_false_stops() -> None:
    heard = [each for said in _said("not_opt_outs.txt") for each in as_recognised(said)]
    assert sum(map(_opts_out, heard)) < FALSE_STOPS * len(heard)


@pytest.mark.parametrize("flow", ["reception", "telemarketing"])
def test_an_opt_out_ends_a_call_with_an_outcome_that_suppresses(flow: str) -> None:
    player = Player(shipped(flow))
    player.say("please don't call back")
    player.listen()
    outcome = player.outcome
    assert outcome is not None
    assert shipped(flow).outcomes[outcome].disposition == "suppress"
