"""A service that stops: what a second signal makes of the calls that are still live."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import re
import signal
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import pytest
from starlette.applications import Starlette

from flowengine.adapters.scripted.synthesiser import ScriptedSynthesiser
from flowengine.errors import TelephonyError
from flowengine.runtime.last_words import STOPPING
from flowengine.runtime.observed import CallResult
from flowengine.runtime.speech_cache import CachedSynthesiser
from flowengine.runtime.ticker import Ticker
from flowengine.service.app import LEAST_PATIENCE_S
from flowengine.service.calls import FAREWELL_S, SETTLE_S, AtCapacity, Calls, Engines
from flowengine.service.library import FlowLibrary
from flowengine.service.recording import Recording
from flowengine.service.server import CONNECTIONS_CLOSE_S, HURRIED_S, SOCKETS_CLOSE_S, DrainingServer
from flowengine.service.settings import DEFAULT_DRAIN_S, Settings
from flowengine.service.summaries import LAST_S
from flowengine.service.tokens import Tokens
from flowengine.store.connection import Database
from tests.runtime.fake_line import FakeLine
from tests.service.test_calls import TALK
from tests.virtual_time import run_patiently, run_virtually


@dataclass
class LineThatCannotHangUp(FakeLine):
    """The REST API is away."""

    tries: list[float] = field(default_factory=list)

    async def hang_up(self) -> None:
        self.tries.append(asyncio.get_running_loop().time())
        raise TelephonyError("the REST API is away")


@dataclass
class Stopped:
    """How long it took from the second signal on, and what became of the call."""

    took: float
    line: LineThatCannotHangUp
    result: CallResult
    ended_at_in_record: float | None


@contextlib.asynccontextmanager
async def calls_of(folder: Path) -> AsyncIterator[Calls]:
    """The calls of a service that drains for five seconds."""
    library = FlowLibrary(folder)
    library.refresh()
    engine = ScriptedSynthesiser()
    recording = await Recording.open(Database.open(f"sqlite:///{folder / 'calls.sqlite'}"))
    engines = Engines(None, engine, CachedSynthesiser(engine), Ticker())
    try:
        yield Calls(Settings(drain_s=5), library, recording, engines)
    finally:
        await recording.close()
        await engines.close()


def stopped(folder: Path, *, again_after: float, up_for: float) -> Stopped:
    """A call that is live for a second when the service is told to stop, and again so much later."""
    (folder / "talk.flow").write_text(TALK, "utf-8")

    async def main() -> Stopped:
        line = LineThatCannotHangUp()
        async with calls_of(folder) as calls:
            live = calls.open(calls.prepare("talk", {}, listens=False), line, listens=False)
            running = asyncio.create_task(calls.run(live))
            await asyncio.sleep(up_for)
            stopping = asyncio.create_task(calls.stop())
            await asyncio.sleep(again_after)
            began = asyncio.get_running_loop().time()
            calls.hurry()
            await stopping
            took = asyncio.get_running_loop().time() - began
            result = await running
            detail = await calls.recording.detail(live.prepared.call_id)
            assert detail is not None
            kept = None if detail.ended_at is None else (detail.ended_at - detail.started_at).total_seconds()
            await asyncio.sleep(30)
            return Stopped(took, line, result, kept)

    return run_virtually(main())


@pytest.mark.parametrize("again_after", [1.0, 5.5])
def test_a_second_signal_ends_calls_where_they_are_with_one_try_to_hang_up(tmp_path: Path, again_after: float) -> None:
    it = stopped(tmp_path, again_after=again_after, up_for=1.0)
    assert it.took < 2.5
    assert len(it.line.tries) == 1
    assert it.result.reason == "service stopping"
    assert it.result.duration == pytest.approx(1.0 + again_after, abs=0.3)
    assert it.ended_at_in_record == pytest.approx(it.result.duration, abs=0.01)


def test_a_call_that_is_cancelled_lasted_as_long_as_it_did(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "talk.flow").write_text(TALK, "utf-8")

    async def main() -> None:
        async with calls_of(tmp_path) as calls:
            live = calls.open(calls.prepare("talk", {}, listens=False), FakeLine(), listens=False)
            running = asyncio.create_task(calls.run(live))
            await asyncio.sleep(0.4)
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    with caplog.at_level(logging.INFO):
        asyncio.run(main())
    (ended,) = [each for each in caplog.records if each.msg == "call ended"]
    assert ended.__dict__["duration"] >= 0.4


@pytest.mark.parametrize("has_stream", [False, True])
def test_who_is_answered_before_the_signal_and_comes_after_the_drain_is_told_goodbye(
    tmp_path: Path, has_stream: bool
) -> None:
    (tmp_path / "talk.flow").write_text(TALK, "utf-8")

    async def main() -> tuple[CallResult, list[str]]:
        async with calls_of(tmp_path) as calls:
            # Its clock stands: what was answered a moment ago stays so.
            calls.tokens = Tokens(clock=lambda: 0.0)
            prepared, line = calls.prepare("talk", {}, listens=False), FakeLine()
            token = calls.tokens.issue(prepared)
            with contextlib.ExitStack() as waits_for_start:
                if has_stream:
                    waits_for_start.enter_context(calls.arrivals.one())
                    assert calls.tokens.redeem(token, prepared.call_sid) is prepared
                stopping = asyncio.create_task(calls.stop())
                await asyncio.sleep(calls.settings.drain_s + 2)
                assert not stopping.done()
            calls.tokens.redeem(token, prepared.call_sid)
            live = calls.open(prepared, line, listens=False)
            line.echo = live.session.on_mark
            result = await calls.run(live)
            await stopping
            detail = await calls.recording.detail(prepared.call_id)
            assert detail is not None
            return result, [each.text for each in detail.transcript if each.speaker == "agent"]

    result, heard = run_virtually(main())
    assert (result.reason, result.abnormal) == ("service stopping", False)
    assert heard[-1] == STOPPING


def test_a_call_of_ours_that_is_picked_up_after_the_drain_does_not_begin(tmp_path: Path) -> None:
    (tmp_path / "talk.flow").write_text(TALK, "utf-8")

    async def main() -> None:
        async with calls_of(tmp_path) as calls:
            calls.refuse_new()
            calls.prepare("talk", {}, listens=False, call_id="attempt-1")
            await calls.stop()
            with pytest.raises(AtCapacity, match="stopping"):
                calls.prepare("talk", {}, listens=False, call_id="attempt-1")

    run_virtually(main())


class _CallsThatDrain:
    """Of `Calls`, what a server that stops asks for: calls that end when they are hurried."""

    are_due = True
    live = ()
    library = SimpleNamespace(edition=0)

    def __init__(self) -> None:
        self.is_stopping = False
        self.hurried = asyncio.Event()

    def refuse_new(self) -> None:
        self.is_stopping = True

    def hurry(self) -> None:
        self.hurried.set()

    async def stop(self) -> None:
        await self.hurried.wait()


def test_a_second_signal_hurries_the_calls_and_does_not_cut_the_sockets_before_they_have_ended() -> None:
    async def main() -> None:
        app = Starlette()
        app.state.calls = calls = _CallsThatDrain()
        with socket.create_server(("127.0.0.1", 0)) as listener:
            server = DrainingServer(app)
            serving = asyncio.create_task(server.serve([listener]))
            async with asyncio.timeout(120):
                while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
                    await asyncio.sleep(0.01)
                server.handle_exit(signal.SIGTERM, None)
                await asyncio.sleep(0.2)
                assert not calls.hurried.is_set()
                server.handle_exit(signal.SIGTERM, None)
                assert calls.hurried.is_set()
                assert not server.should_exit
                assert server.config.timeout_graceful_shutdown == HURRIED_S
                await serving

    # uvicorn raises the signal once more when it is through.
    before = signal.signal(signal.SIGTERM, lambda number, frame: None)
    try:
        run_patiently(main())
    finally:
        signal.signal(signal.SIGTERM, before)
        gc.unfreeze()


def test_the_seconds_of_a_drain_run_from_the_first_signal_and_a_second_one_ends_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = [1000.0]
    monkeypatch.setattr("flowengine.service.calls.time", SimpleNamespace(monotonic=lambda: moment[0]))

    async def main() -> list[float]:
        async with calls_of(tmp_path) as calls:
            left = [calls.drain_left_s]
            for at in (1000.0, 1002.0, 1004.5, 1005.0, 1009.0):
                moment[0] = at
                calls.refuse_new()
                left.append(calls.drain_left_s)
            moment[0] = 1001.0
            calls.hurry()
            return [*left, calls.drain_left_s]

    assert run_virtually(main()) == [0.0, 5.0, 3.0, 0.5, 0.0, 0.0, 0.0]


def test_a_supervisor_that_waits_as_the_page_says_waits_longer_than_the_longest_end() -> None:
    page = (Path(__file__).parents[2] / "docs/howto/run-the-server.md").read_text("utf-8")
    told = [int(each) for each in re.findall(r"`FLOWENGINE_DRAIN` (?:\+|and) (\d+) seconds", page)]
    (unit,) = re.findall(r"TimeoutStopSec=(\d+)", page)
    longest = FAREWELL_S + SETTLE_S + LAST_S + SOCKETS_CLOSE_S + CONNECTIONS_CLOSE_S + LEAST_PATIENCE_S
    assert len(told) == 2
    assert all(seconds >= longest for seconds in (*told, int(unit) - DEFAULT_DRAIN_S))
