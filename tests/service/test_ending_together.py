"""Calls that end in the same moment are ended one after the other, with the event loop's other work in between."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import Counter
from pathlib import Path

import pytest

from flowengine.adapters.scripted.synthesiser import ScriptedSynthesiser
from flowengine.conversation.events import CallerHungUp, EndRequested
from flowengine.runtime.observed import Observed
from flowengine.runtime.speech_cache import CachedSynthesiser
from flowengine.runtime.ticker import Ticker
from flowengine.service.calls import Calls, Engines
from flowengine.service.library import FlowLibrary
from flowengine.service.live_call import LiveCall
from flowengine.service.recording import Recording
from flowengine.service.settings import Settings
from flowengine.store.connection import Database
from tests.runtime.fake_line import FakeLine

CALLS = 40
TALK = """\
flow talk "Talk" inbound
  agent "Amy" of "Us"

outcome gone

state start
  say "Hello."
  listen 600s
    silence: end gone

anywhere
  hangup: end gone
"""


class Passes(logging.Handler):
    """Of the running event loop: how many calls were ended, and told as ended, in each of its passes."""

    def __init__(self) -> None:
        super().__init__()
        self.ends: Counter[int] = Counter()
        self.told: Counter[int] = Counter()
        self._number = 0

    def beat(self) -> None:
        self._number += 1
        asyncio.get_running_loop().call_soon(self.beat)

    def observe(self, at: float, observed: Observed) -> None:
        if isinstance(observed, CallerHungUp | EndRequested):
            self.ends[self._number] += 1

    def emit(self, record: logging.LogRecord) -> None:
        if record.msg == "call ended":
            self.told[self._number] += 1


async def all_end(folder: Path, passes: Passes, *, stops: bool) -> None:
    """So many calls whose callers hang up in one go, or whose service stops."""
    (folder / "talk.flow").write_text(TALK, "utf-8")
    library = FlowLibrary(folder)
    library.refresh()
    engine = ScriptedSynthesiser()
    async with contextlib.AsyncExitStack() as stack:
        recording = await Recording.open(Database.open(f"sqlite:///{folder / 'calls.sqlite'}"))
        stack.push_async_callback(recording.close)
        engines = Engines(None, engine, CachedSynthesiser(engine), Ticker())
        stack.push_async_callback(engines.close)
        calls = Calls(Settings(max_calls=CALLS), library, recording, engines)
        live = [_begun(calls, passes) for _ in range(CALLS)]
        running = [asyncio.create_task(calls.run(each)) for each in live]
        await asyncio.sleep(0.05)
        passes.beat()
        for each in live:
            each.session.end("service stopping") if stops else each.session.on_gone("hung up")
        await asyncio.gather(*running)


def _begun(calls: Calls, passes: Passes) -> LiveCall:
    return calls.open(calls.prepare("talk", {}, listens=False), FakeLine(), listens=False, observe=passes.observe)


@pytest.mark.parametrize("stops", [False, True])
def test_calls_that_end_in_the_same_moment_are_ended_one_in_a_pass(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, stops: bool
) -> None:
    passes = Passes()
    log = logging.getLogger("flowengine.service.calls")
    log.addHandler(passes)
    try:
        with caplog.at_level(logging.INFO, log.name):
            asyncio.run(all_end(tmp_path, passes, stops=stops))
    finally:
        log.removeHandler(passes)
    assert sum(passes.ends.values()) == CALLS
    assert sum(passes.told.values()) == CALLS
    assert max(passes.ends.values()) == 1
    assert max(passes.told.values()) == 1
