"""`GET /metrics`, as Prometheus asks."""

from __future__ import annotations

import dataclasses
import re

import pytest

from flowengine.errors import StoreError
from flowengine.runtime.breaker import FAILURES, Breaker
from flowengine.service.app import create_app
from flowengine.service.calls import AtCapacity, Calls
from flowengine.service.settings import Settings
from flowengine.store.queue import CallQueue
from flowengine.store.writer import RecordWriter
from tests.service.asgi import Client

SAMPLE = re.compile(r'[a-z_]+(\{[a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*\})? (\+Inf|[0-9.e-]+)')


def scraped(client: Client, **headers: str) -> str:
    answered = client.get("/metrics", **headers)
    assert answered.status == 200
    assert answered.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    return answered.body.decode()


def test_every_line_is_a_sample_or_a_remark(client: Client) -> None:
    for line in scraped(client).splitlines():
        assert line.startswith(("# HELP ", "# TYPE ")) or SAMPLE.fullmatch(line), line


def test_the_official_parser_reads_it(client: Client) -> None:
    parser = pytest.importorskip("prometheus_client.parser")
    kinds = {family.name: family.type for family in parser.text_string_to_metric_families(scraped(client))}
    # The parser takes the suffix off the names of counters.
    assert kinds["flowengine_calls_live"] == "gauge"
    assert kinds["flowengine_underruns"] == "counter"
    assert kinds["flowengine_turn_seconds"] == "histogram"


def test_a_viewers_key_is_needed_where_there_are_keys(settings: Settings) -> None:
    with Client(create_app(dataclasses.replace(settings, api_key="a-key-of-this-test"))) as client:
        assert client.get("/metrics").status == 401
        assert "flowengine_calls_live 0\n" in scraped(client, authorization="Bearer a-key-of-this-test")


def test_refusals_are_counted_by_reason(client: Client) -> None:
    calls: Calls = client.app.state.calls
    with pytest.raises(Exception, match="nonesuch"):
        calls.prepare("nonesuch", {})
    assert "flowengine_accepting 1\n" in scraped(client)
    calls.refuse_new()
    for _ in range(2):
        with pytest.raises(AtCapacity):
            calls.prepare("door", {})
    shown = scraped(client)
    assert 'flowengine_calls_refused_total{reason="not_valid"} 1\n' in shown
    assert 'flowengine_calls_refused_total{reason="stopping"} 2\n' in shown
    assert "flowengine_accepting 0\n" in shown


class Guarded:
    """An engine whose breaker is ours."""

    def __init__(self) -> None:
        self.breakers = {"turns": Breaker(lambda: 0.0)}


def test_a_breaker_that_opens_is_seen(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    model = Guarded()
    monkeypatch.setattr(client.app.state.calls, "_model", model)
    assert 'flowengine_breaker_open{engine="model",use="turns"} 0\n' in scraped(client)
    for _ in range(FAILURES):
        model.breakers["turns"].failed()
    shown = scraped(client)
    assert 'flowengine_breaker_open{engine="model",use="turns"} 1\n' in shown
    assert f'flowengine_engine_failures_total{{engine="model",use="turns"}} {FAILURES}\n' in shown


def test_a_database_that_is_away_hides_only_what_it_alone_knows(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert 'flowengine_queue_depth{queue="outbound"} 0\n' in scraped(client)

    def gone(self: CallQueue) -> None:
        raise StoreError("gone")

    monkeypatch.setattr(CallQueue, "counts", gone)
    shown = scraped(client)
    assert 'queue="outbound"' not in shown
    assert 'flowengine_queue_depth{queue="record"} 0\n' in shown


def test_the_marks_that_queues_left_are_told(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("record", "inbox", "sending", "recognised"):
        assert f'flowengine_queue_depth{{queue="{name}"}}' in scraped(client)
        assert f'flowengine_queue_most{{queue="{name}"}}' in scraped(client)
    writer = client.app.state.calls.recording.writer
    monkeypatch.setattr(writer, "deepest", 4711)
    assert 'flowengine_queue_most{queue="record"} 4711\n' in scraped(client)


def test_a_record_that_takes_no_opt_out_is_told(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "flowengine_record_takes_opt_outs 1\n" in scraped(client)
    monkeypatch.setattr(RecordWriter, "takes_opt_outs", property(lambda writer: False))
    assert "flowengine_record_takes_opt_outs 0\n" in scraped(client)
