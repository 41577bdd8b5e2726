"""A call that is over is freed at once, with all its parts: the garbage collector has nothing to look for.

Its full pass stops every call of the process, the longer the more are live. Here it is switched off: whatever two
objects of a call that hold each other would keep, stays.
"""

from __future__ import annotations

import asyncio
import gc
import sys
from collections import Counter
from collections.abc import Iterator

import pytest

from flowengine.conversation.weakly import weakly
from flowengine.graph.compile import compile_text
from flowengine.graph.model import Flow
from tests.runtime.live_call import FLOW, Act, Live, call

RUNTIME = ("flowengine.runtime.", "flowengine.conversation.")


@pytest.fixture
def no_collector() -> Iterator[None]:
    gc.collect()
    # What was there before is not looked through again and again: after thousands of tests that takes seconds.
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()


def ours() -> Counter[str]:
    """Objects of a call's two rooms that are alive, by class."""
    names = (f"{type(each).__module__}.{type(each).__qualname__}" for each in gc.get_objects())
    return Counter(name for name in names if name.startswith(RUNTIME))


def machines() -> int:
    return sum(str(type(each).__module__).startswith("statemachine.engines") for each in gc.get_objects())


async def agrees(live: Live) -> None:
    await asyncio.sleep(9)
    live.recogniser.stream.say("well")
    await asyncio.sleep(12)
    live.recogniser.stream.say("yes")


async def interrupts(live: Live) -> None:
    await asyncio.sleep(1.5)
    live.recogniser.stream.say("stop calling me")


async def leaves(live: Live) -> None:
    live.session.on_gone("hung up")


async def breaks_off(live: Live) -> None:
    await asyncio.sleep(2)
    live.session.on_gone("connection lost", failure=True)


async def loses_its_ears(live: Live) -> None:
    live.recogniser.stream.fail()


async def says_nothing(live: Live) -> None:
    """Not a word."""


@pytest.mark.usefixtures("no_collector")
@pytest.mark.parametrize("act", [agrees, interrupts, leaves, breaks_off, loses_its_ears, says_nothing])
def test_nothing_of_a_call_outlives_it(act: Act) -> None:
    flow = compile_text(FLOW).flow
    assert flow is not None
    _forget(act, flow)
    gc.collect()
    before, engines = ours(), machines()
    for _ in range(3):
        _forget(act, flow)
    assert ours() - before == Counter()
    assert machines() == engines


def _forget(act: Act, flow: Flow) -> None:
    _, live = call(act, text=flow)
    # The far end of a test holds its session, as no telephone does.
    live.line.echo = None


def test_a_part_that_calls_back_does_not_hold_its_owner() -> None:
    class Owner:
        def told(self, text: str) -> str:
            return text.upper()

    owner = Owner()
    held = sys.getrefcount(owner)
    told = weakly(owner.told)
    assert (told("heard"), sys.getrefcount(owner)) == ("HEARD", held)
    del owner
    with pytest.raises(ReferenceError, match="told of an object that is gone"):
        told("late")
