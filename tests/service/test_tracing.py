"""Traces of calls: what spans they have, and a plain word where the packages are missing."""

from __future__ import annotations

import asyncio
import dataclasses
import itertools
import sys
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from flowengine.conversation.commands import Entered, Speak
from flowengine.conversation.events import CallerSaid
from flowengine.errors import MissingExtra
from flowengine.graph.compile import compile_text
from flowengine.runtime.measured import TURN_PARTS, TurnMeasured
from flowengine.runtime.observed import CallResult
from flowengine.service.app import create_app
from flowengine.service.settings import Settings
from flowengine.service.tokens import PreparedCall
from flowengine.service.tracing import Tracing
from tests.runtime.live_call import FLOW, KeptRecord
from tests.service.asgi import Client

STARTED = datetime(2026, 11, 24, 10, tzinfo=UTC)
NUMBER = "+441134960123"


def exported(result: CallResult) -> list[Any]:
    """The spans of a call with one turn, as an exporter gets them."""
    pytest.importorskip("opentelemetry.sdk")
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    exporter, record = InMemorySpanExporter(), KeptRecord()
    tracing = Tracing([SimpleSpanProcessor(exporter)])
    flow = compile_text(FLOW).flow
    assert flow is not None
    trace = tracing.begin(PreparedCall("call-1", "CA1", flow, {}, "inbound", NUMBER, NUMBER), STARTED, record)
    entries = (
        Entered("hello", None, "start"),
        Speak("u1", ("Shall I book it?",)),
        CallerSaid(4.5, "yes my number is 0113 496 0123"),
        # Where the words led is not where they were taken.
        Entered("booked", "hello", "agree"),
        TurnMeasured(4.5, "voice", 500, 40, 3, 0, 60, 12, 900, 20, 580, (("meaning", 3),), underruns=1),
    )
    for entry in entries:
        trace.write(4.5, entry)
    trace.suppress("asked")
    trace.end(result)
    asyncio.run(tracing.close())
    assert record.entries == list(entries)
    assert record.suppressed == ["asked"]
    return list(exporter.get_finished_spans())


def test_a_call_is_one_trace_with_a_span_a_turn_and_one_a_part() -> None:
    spans = exported(CallResult("booked", "flow ended", abnormal=False, duration=12.5))
    assert [span.name for span in spans] == [
        *TURN_PARTS,
        "turn",
        "call",
    ]
    assert len({span.context.trace_id for span in spans}) == 1
    *parts, turn, call = spans
    assert turn.parent.span_id == call.context.span_id
    assert {part.parent.span_id for part in parts} == {turn.context.span_id}
    # Back to back, from the end of the voice on.
    began = round(STARTED.timestamp() * 1e9)
    assert parts[0].start_time == turn.start_time == began + 4_000_000_000
    for one, following in itertools.pairwise(parts):
        assert one.end_time == following.start_time
    assert parts[-1].end_time == turn.end_time == began + 5_515_000_000
    assert (call.start_time, call.end_time) == (began, began + 12_500_000_000)


def test_spans_say_what_was_measured_and_nothing_of_anybody() -> None:
    *_, turn, call = exported(CallResult("booked", "flow ended", abnormal=False, duration=12.5))
    assert call.attributes["flowengine.call_id"] == "call-1"
    assert (call.attributes["flowengine.outcome"], call.attributes["flowengine.turns"]) == ("booked", 1)
    assert [(event.name, event.attributes["flowengine.state"]) for event in call.events] == [
        ("entered", "hello"),
        ("entered", "booked"),
    ]
    assert turn.attributes["flowengine.turn.reply_ms"] == 615
    assert turn.attributes["flowengine.turn.voice_to_voice_ms"] == 580
    assert turn.attributes["flowengine.turn.wait.meaning_ms"] == 3
    assert turn.attributes["flowengine.turn.state"] == "hello"
    everything = turn.to_json() + call.to_json()
    assert not any(private in everything for private in ("496", "book it", "yes"))


def test_a_call_that_broke_is_an_error() -> None:
    *_, call = exported(CallResult("failed", "connection lost", abnormal=True, duration=3.0))
    assert call.status.status_code.name == "ERROR"


def test_without_the_packages_there_is_one_clear_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", cast("Any", None))
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace.export", cast("Any", None))
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", cast("Any", None))
    with pytest.raises(MissingExtra, match=r'pip install "flowengine\[traces\]"'):
        Tracing.to("http://localhost:4318")


def test_a_service_without_the_packages_says_so_and_runs(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", cast("Any", None))
    said: list[str] = []
    traced = dataclasses.replace(settings, traces_to="http://localhost:4318")
    with Client(create_app(traced, progress=said.append)) as client:
        assert client.get("/health/live").status == 200
    assert [line for line in said if "flowengine[traces]" in line]


def test_an_address_that_is_none_is_refused() -> None:
    from flowengine.errors import SettingsError

    with pytest.raises(SettingsError, match="OTEL_EXPORTER_OTLP_ENDPOINT is 'collector:4318'"):
        Settings.from_env({"OTEL_EXPORTER_OTLP_ENDPOINT": "collector:4318"})
