"""The summary of a call that this process has carried: in the record at its end, and what a model adds after it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest

from flowengine.adapters.scripted.synthesiser import ScriptedSynthesiser
from flowengine.errors import ModelError
from flowengine.runtime import summarising
from flowengine.runtime.ports import FormRequest, FormValue
from flowengine.runtime.speech_cache import CachedSynthesiser
from flowengine.runtime.ticker import Ticker
from flowengine.service import summaries
from flowengine.service.calls import Calls, Engines
from flowengine.service.library import FlowLibrary
from flowengine.service.recording import Recording
from flowengine.service.settings import Settings
from flowengine.store.connection import Database
from flowengine.store.detail import CallDetail
from tests.runtime.fake_line import FakeLine
from tests.runtime.test_summarising import Filling

FLOW = """\
flow asking "Asking" inbound
  agent "Amy" of "Us"

outcome declined

summary
  length: number = turns
  reason: text "why the caller said no"

state start
  say "Shall I?"
  listen
    silence or otherwise: again
    silence or otherwise 3: end declined

anywhere
  hangup: end declined
"""


LONG_S = 120.0


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer of the model that is there, or about to be, is not missed because the machine is slow."""
    monkeypatch.setattr(summaries, "LAST_S", LONG_S)
    monkeypatch.setattr(summarising, "PATIENCE_S", LONG_S)


class Waiting(Filling):
    """Answers only when it is let; knows whether the call's record was closed when it was asked."""

    def __init__(self, answers: Mapping[str, FormValue]) -> None:
        super().__init__(answers)
        self.called = asyncio.Event()
        self.let = asyncio.Event()

    async def fill(self, request: FormRequest) -> Mapping[str, FormValue]:
        self.called.set()
        await self.let.wait()
        return await super().fill(request)


async def service(folder: Path, model: Filling | None) -> Calls:
    (folder / "asking.flow").write_text(FLOW, "utf-8")
    library = FlowLibrary(folder)
    library.refresh()
    engine = ScriptedSynthesiser()
    recording = await Recording.open(Database.open(f"sqlite:///{folder / 'calls.sqlite'}"))
    engines = Engines(None, engine, CachedSynthesiser(engine), Ticker())
    return Calls(Settings(), library, recording, engines, model=model)


async def one_call(calls: Calls) -> str:
    """A caller who says why not, and hangs up."""
    live = calls.open(calls.prepare("asking", {}, listens=False), FakeLine(), listens=False)
    running = asyncio.create_task(calls.run(live))
    await asyncio.sleep(0)
    live.session.on_text("it's too dear")
    live.session.leave("hung up")
    await running
    return live.prepared.call_id


async def found(calls: Calls, call_id: str) -> CallDetail:
    detail = await calls.recording.detail(call_id)
    assert detail is not None
    return detail


async def closed(calls: Calls) -> None:
    await calls.recording.close()
    await calls.engines.close()


def test_the_model_is_asked_after_the_call_and_its_answer_is_kept(tmp_path: Path) -> None:
    async def main() -> None:
        model = Waiting({"reason": "too dear"})
        calls = await service(tmp_path, model)
        call_id = await one_call(calls)
        await asyncio.wait_for(model.called.wait(), LONG_S)
        before = await found(calls, call_id)
        assert (before.outcome, before.ended_at is not None) == ("declined", True)
        assert before.summary == {"length": "1", "reason": None}
        model.let.set()
        await calls.stop()
        after = await found(calls, call_id)
        assert after.summary == {"length": "1", "reason": "too dear"}
        assert after.ended_at == before.ended_at
        assert ("caller", "it's too dear") in model.asked[0].heard
        await closed(calls)

    asyncio.run(main())


def test_without_a_model_the_call_has_what_was_reckoned(tmp_path: Path) -> None:
    async def main() -> None:
        calls = await service(tmp_path, None)
        detail = await found(calls, await one_call(calls))
        assert detail.summary == {"length": "1", "reason": None}
        await closed(calls)

    asyncio.run(main())


def test_a_model_that_fails_leaves_a_note(tmp_path: Path) -> None:
    async def main() -> None:
        calls = await service(tmp_path, Filling(ModelError("the service is down")))
        call_id = await one_call(calls)
        await calls.stop()
        detail = await found(calls, call_id)
        assert detail.summary["reason"] is None
        assert [note.text for note in detail.notes] == ["summary: the service is down"]
        await closed(calls)

    asyncio.run(main())


def test_a_service_that_stops_does_not_wait_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(summaries, "LAST_S", 0.05)

    async def main() -> None:
        model = Waiting({"reason": "too dear"})
        calls = await service(tmp_path, model)
        call_id = await one_call(calls)
        await asyncio.wait_for(model.called.wait(), LONG_S)
        await calls.stop()
        assert (await found(calls, call_id)).summary == {"length": "1", "reason": None}
        await closed(calls)

    asyncio.run(main())


def test_what_was_said_and_kept_stands_sealed_in_the_database(tmp_path: Path) -> None:
    async def main() -> None:
        calls = await service(tmp_path, Filling({"reason": "because of the neighbour"}))
        call_id = await one_call(calls)
        await calls.stop()
        assert (await found(calls, call_id)).summary["reason"] == "because of the neighbour"
        await closed(calls)

    asyncio.run(main())
    files = b"".join(path.read_bytes() for path in tmp_path.glob("calls.sqlite*"))
    assert b"SummaryFilled" in files
    assert b"neighbour" not in files
