"""Calls whose line broke keep a full service full for a moment alone, and are taken back whenever they come."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path

import pytest

from flowengine.adapters.scripted.recogniser import ScriptedRecogniser
from flowengine.adapters.scripted.synthesiser import ScriptedSynthesiser
from flowengine.runtime.quiet_line import GIVEN_UP_S
from flowengine.runtime.speech_cache import CachedSynthesiser
from flowengine.runtime.ticker import Ticker
from flowengine.service.admission import HELD_S
from flowengine.service.calls import AtCapacity, Calls, Engines
from flowengine.service.library import FlowLibrary
from flowengine.service.live_call import LiveCall
from flowengine.service.recording import Recording
from flowengine.service.settings import Settings
from flowengine.store.connection import Database
from tests.runtime.fake_line import FakeLine
from tests.virtual_time import run_virtually

PLACES = 8
TALK = """\
flow talk "Talk" inbound
  agent "Amy" of "Us"

outcome done

state start
  say "Hello."
  listen 600s
    silence: end done
"""


class Full:
    """A service whose places are all taken by calls that talk: frames of quiet come from each."""

    def __init__(self, calls: Calls) -> None:
        self.calls = calls
        self.talking: list[LiveCall] = []
        self._tasks: list[asyncio.Task[object]] = []

    async def fill(self) -> list[LiveCall]:
        self._tasks.append(asyncio.create_task(self._talk()))
        return [await self.add(number) for number in range(PLACES)]

    async def add(self, number: int) -> LiveCall:
        live = self.calls.open(self.calls.prepare("talk", {}, call_sid=f"CA{number}"), FakeLine())
        self.talking.append(live)
        self._tasks.append(asyncio.create_task(self.calls.run(live)))
        await asyncio.sleep(0.1)
        return live

    async def _talk(self) -> None:
        while True:
            for live in self.talking:
                live.session.on_audio(b"\xff" * 160)
            await asyncio.sleep(0.5)

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def breaks(self, live: LiveCall) -> None:
        """Its socket is gone, without a close frame."""
        self.talking.remove(live)
        live.session.on_gone("connection lost", failure=True, comes_back=True)

    def is_full(self) -> bool:
        refused = self._refuses()
        assert self.calls.accepts is not refused
        return refused

    def _refuses(self) -> bool:
        try:
            self.calls.prepare("talk", {}, call_sid="CA-new")
        except AtCapacity:
            return True
        return False


@contextlib.asynccontextmanager
async def full(folder: Path) -> AsyncIterator[Full]:
    (folder / "talk.flow").write_text(TALK, "utf-8")
    library = FlowLibrary(folder)
    library.refresh()
    engine, ear = ScriptedSynthesiser(), ScriptedRecogniser()
    recording = await Recording.open(Database.open(f"sqlite:///{folder / 'calls.sqlite'}"))
    engines = Engines(ear, engine, CachedSynthesiser(engine), Ticker())
    made = Full(Calls(Settings(max_calls=PLACES), library, recording, engines))
    try:
        yield made
    finally:
        await made.stop()
        await recording.close()
        await engines.close()


Act = Callable[[Full, list[LiveCall]], Coroutine[object, object, None]]


def played(folder: Path, act: Act) -> None:
    """`act` on a full service, in virtual time."""

    async def main() -> None:
        async with full(folder) as service:
            calls = await service.fill()
            assert service.is_full()
            await act(service, calls)

    run_virtually(main())


def test_the_place_of_a_call_whose_line_broke_is_held_for_a_moment_and_then_given_away(tmp_path: Path) -> None:
    async def act(service: Full, calls: list[LiveCall]) -> None:
        service.breaks(calls[0])
        await asyncio.sleep(HELD_S - 0.1)
        assert service.is_full()
        await asyncio.sleep(0.2)
        assert not service.is_full()

    played(tmp_path, act)


def test_a_caller_who_comes_back_is_taken_though_their_place_is_gone(tmp_path: Path) -> None:
    async def act(service: Full, calls: list[LiveCall]) -> None:
        service.breaks(calls[0])
        await asyncio.sleep(HELD_S + 1)
        await service.add(PLACES)
        assert service.is_full()
        # Twilio asks what comes next: from then on they are counted again.
        service.calls.tokens.issue(calls[0].prepared)
        assert service.is_full()
        assert calls[0].session.on_returned()
        service.talking.append(calls[0])
        assert len(service.calls.live) == PLACES + 1
        service.breaks(calls[1])
        await asyncio.sleep(HELD_S + 1)
        assert service.is_full(), "one too many are on the line: the next place is nobody's"

    played(tmp_path, act)


def test_a_caller_who_is_about_to_come_back_keeps_the_place_and_is_counted_once(tmp_path: Path) -> None:
    async def act(service: Full, calls: list[LiveCall]) -> None:
        for live in calls[:2]:
            service.breaks(live)
        await asyncio.sleep(HELD_S + 1)
        service.calls.tokens.issue(calls[0].prepared)
        assert not service.is_full()
        await service.add(PLACES)
        assert service.is_full()

    played(tmp_path, act)


def test_however_many_lines_break_a_quarter_of_the_places_is_given_away(tmp_path: Path) -> None:
    async def act(service: Full, calls: list[LiveCall]) -> None:
        for live in calls:
            service.breaks(live)
        await asyncio.sleep(HELD_S + 1)
        for number in range(PLACES // 4):
            assert not service.is_full()
            await service.add(PLACES + number)
        assert service.is_full()

    played(tmp_path, act)


def test_a_line_that_brings_no_audio_does_not_keep_its_place_either(tmp_path: Path) -> None:
    async def act(service: Full, calls: list[LiveCall]) -> None:
        service.talking.remove(calls[0])
        await asyncio.sleep(HELD_S - 1)
        assert service.is_full()
        await asyncio.sleep(2)
        assert not service.is_full()
        # A hiccup: the audio comes again, and so the place is theirs.
        service.talking.append(calls[0])
        await asyncio.sleep(1)
        assert service.is_full()
        await asyncio.sleep(GIVEN_UP_S)
        assert calls[0] in service.calls.live

    played(tmp_path, act)


def test_a_service_for_one_call_gives_its_one_place_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.service.test_admission.PLACES", 1)

    async def act(service: Full, calls: list[LiveCall]) -> None:
        service.breaks(calls[0])
        await asyncio.sleep(HELD_S + 1)
        assert not service.is_full()

    played(tmp_path, act)
