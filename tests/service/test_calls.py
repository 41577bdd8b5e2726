"""The calls of one process: what each conversation is told."""

from __future__ import annotations

import asyncio
import gc
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from flowengine.adapters.scripted.synthesiser import ScriptedSynthesiser
from flowengine.conversation.commands import Chose
from flowengine.conversation.conversation import Conversation
from flowengine.conversation.events import CallerSaid, Connected
from flowengine.runtime.inbox import Inbox
from flowengine.runtime.session import CallSession
from flowengine.runtime.speech_cache import CachedSynthesiser
from flowengine.runtime.ticker import Ticker
from flowengine.service.calls import Calls, Engines
from flowengine.service.library import FlowLibrary
from flowengine.service.live_call import LiveCall
from flowengine.service.recording import CallRecord, Recording
from flowengine.service.settings import Settings
from flowengine.store.connection import Database
from tests.patience import PATIENCE_S
from tests.runtime.fake_line import FakeLine

FLOW = """\
flow offers "An experiment" inbound
  agent "Amy" of "Us"

contact
  visits: number = 0

outcome done

state start
  split opening
    warm 50%: end done
    direct 50%: end done
"""


WHEN = """\
flow when "When" inbound
  agent "Amy" of "Us"

outcome agreed

slot back: datetime
  ask "When?"
  again "When, please?"
  tries 2

state start
  collect back
    done or failed: end agreed
"""


async def opened(folder: Path, now: datetime) -> LiveCall:
    """A call of the flow `when` that begins at that moment."""
    (folder / "when.flow").write_text(WHEN, "utf-8")
    library = FlowLibrary(folder)
    library.refresh()
    engine = ScriptedSynthesiser()
    recording = await Recording.open(Database.open(f"sqlite:///{folder / 'calls.sqlite'}"))
    engines = Engines(None, engine, CachedSynthesiser(engine), Ticker())
    calls = Calls(Settings(), library, recording, engines, now=lambda: now)
    try:
        return calls.open(calls.prepare("when", {}, listens=False), FakeLine(), listens=False)
    finally:
        await recording.close()
        await engines.close()


async def variants(folder: Path, number: str, times: int) -> set[str]:
    """What the same caller gets when they call again and again, each time with another contact."""
    (folder / "offers.flow").write_text(FLOW, "utf-8")
    library = FlowLibrary(folder)
    library.refresh()
    engine = ScriptedSynthesiser()
    recording = await Recording.open(Database.open(f"sqlite:///{folder / 'calls.sqlite'}"))
    engines = Engines(None, engine, CachedSynthesiser(engine), Ticker())
    calls = Calls(Settings(), library, recording, engines)
    found: set[str] = set()
    try:
        for visits in range(times):
            prepared = calls.prepare("offers", {"visits": visits}, listens=False, from_number=number)
            live = calls.open(prepared, FakeLine(), listens=False)
            commands = live.conversation.send(Connected(0.0))
            found.update(command.variant for command in commands if isinstance(command, Chose))
    finally:
        await recording.close()
        await engines.close()
    return found


def test_a_caller_keeps_the_variant_of_a_split_whatever_else_changes(tmp_path: Path) -> None:
    first = asyncio.run(variants(tmp_path, "+441134960001", 8))
    assert len(first) == 1


def test_times_are_those_of_the_people_called(tmp_path: Path) -> None:
    live = asyncio.run(opened(tmp_path, datetime(2026, 7, 1, 10, tzinfo=UTC)))
    live.conversation.send(Connected(0.0))
    live.conversation.send(CallerSaid(2.0, "tomorrow at half past two", 0.9))
    assert live.conversation.variables["back"] == datetime(2026, 7, 2, 13, 30, tzinfo=UTC)


TALK = """\
flow talk "Talk" inbound
  agent "Amy" of "Us"

outcome gone

state start
  say "Hello, this is an automated assistant."
  listen 20s
    silence: end gone
    otherwise: end gone

anywhere
  hangup: end gone
"""


def alive(*kinds: type[object]) -> Counter[str]:
    """Of the tasks those of this loop: servers of other tests have theirs, on threads of the process."""
    loop = asyncio.get_running_loop()
    return Counter(
        type(each).__name__
        for each in gc.get_objects()
        if type(each) in kinds and (not isinstance(each, asyncio.Task) or each.get_loop() is loop)
    )


def test_of_two_hundred_calls_nothing_is_left(tmp_path: Path) -> None:
    kinds = (CallSession, Conversation, LiveCall, CallRecord, Inbox, asyncio.Task)

    async def left(before: Counter[str]) -> Counter[str]:
        """A thread that has just written, or a hang-up on a busy machine, may hold something a moment longer.

        A ring is never let go: the collector does not run.
        """
        until = time.monotonic() + PATIENCE_S
        while (found := alive(*kinds) - before) and time.monotonic() < until:  # noqa: ASYNC110 - nobody tells it
            await asyncio.sleep(0.05)
        return found

    async def main() -> Counter[str]:
        (tmp_path / "talk.flow").write_text(TALK, "utf-8")
        library = FlowLibrary(tmp_path)
        library.refresh()
        engine = ScriptedSynthesiser()
        recording = await Recording.open(Database.open(f"sqlite:///{tmp_path / 'calls.sqlite'}"))
        engines = Engines(None, engine, CachedSynthesiser(engine), Ticker())
        calls = Calls(Settings(), library, recording, engines)

        async def one() -> None:
            live = calls.open(calls.prepare("talk", {}, listens=False), FakeLine(), listens=False)
            running = asyncio.create_task(calls.run(live))
            await asyncio.sleep(0.01)
            live.session.on_gone("hung up")
            assert (await running).outcome == "gone"

        async def many(count: int) -> None:
            for _ in range(count // 40):
                await asyncio.gather(*(one() for _ in range(40)))

        await many(40)
        gc.collect()
        gc.disable()
        try:
            before = alive(*kinds)
            await many(200)
            return await left(before)
        finally:
            gc.enable()
            await recording.close()
            await engines.close()

    assert asyncio.run(main()) == Counter()
