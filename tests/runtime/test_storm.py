"""Calls in which everything happens at once. A longer run: `python -m benchmarks.storm --minutes 10`."""

from __future__ import annotations

from functools import cache

import pytest

from flowengine.conversation.commands import Transfer
from flowengine.conversation.events import CameBack, SpeechCut, SpeechHeard
from flowengine.runtime.measured import Interrupted
from tests.runtime.storm import Storm, shrunk, trial
from tests.runtime.storm_plan import Act, plan

SEEDS = 60
APART = 20
"""Seeds a test, so that a failure names the place."""


@cache
def kept(seed: int) -> Storm:
    """Each call is made once, and looked at by several tests."""
    return trial(seed)


@pytest.mark.parametrize("first", range(0, SEEDS, APART))
def test_whatever_happens_a_call_keeps_its_promises(first: int) -> None:
    for seed in range(first, first + APART):
        if kept(seed).wrong:
            storm = shrunk(seed)
            pytest.fail(f"seed {seed}: {storm.wrong}\n" + "\n".join(map(str, storm.acts)))


def test_the_storm_reaches_what_it_is_for() -> None:
    storms = [kept(seed) for seed in range(SEEDS)]
    kinds = {type(entry) for storm in storms for _, entry in storm.entries}
    assert {SpeechHeard, SpeechCut, Interrupted, Transfer, CameBack} <= kinds
    assert any(storm.must_suppress for storm in storms)
    partly = [entry for storm in storms for _, entry in storm.entries if isinstance(entry, SpeechCut) and entry.heard]
    assert len(partly) > SEEDS // 2


def test_the_same_seed_is_the_same_call() -> None:
    assert plan(7) == plan(7)
    assert trial(7).entries == trial(7).entries


def test_a_call_is_cut_down_to_the_acts_that_break_it(monkeypatch: pytest.MonkeyPatch) -> None:
    # A line that echoes a mark before it has played is a lie, and the storm must see through it.
    monkeypatch.setattr("tests.runtime.storm_line.StormLine.mark", lambda line, name: line.echo(name))
    seed = next(seed for seed in range(100) if trial(seed).wrong)
    storm = shrunk(seed)
    assert storm.wrong
    assert len(storm.acts) < 3
    assert all(isinstance(act, Act) for act in storm.acts)
