"""Dispatch: from the moment in which a call is due to the request at Twilio, and the processor time it takes us.

Everything of ours is real: the queue on SQLite with 10,000 calls behind, the rules, the dialler, the SDK. Twilio is a
server in this process that answers at once; its processor time is taken off.
"""

from __future__ import annotations

import json
import statistics
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import Executor, Future
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import perf_counter, process_time, thread_time
from typing import Any

from benchmarks.measure import Row
from flowengine.adapters.twilio.placing import CallOrder
from flowengine.adapters.twilio.rest import TwilioRest
from flowengine.compliance.policy import Policy
from flowengine.service.dialling.dialler import Dialler
from flowengine.service.dialling.orders import Orders
from flowengine.service.dialling.outcomes import Retries
from flowengine.store.call_rules import CallRules
from flowengine.store.connection import Database
from flowengine.store.queue import CallQueue
from flowengine.store.queue_rows import AttemptEnd, NewCall, Pace

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
WAITING = 10_000
CALLS = 200
BATCH = 500
LIMIT_S = 0.05


def rows() -> Iterator[Row]:
    """All rows."""
    with tempfile.TemporaryDirectory() as folder, _Twilio() as twilio:
        database = Database.open(f"sqlite:///{folder}/record.db")
        queue = CallQueue(
            CallRules(database, Policy(drama_numbers=True), caller_id="+441134960124"),
            Pace(at_once=10_000, interval=timedelta(0)),
        )
        _fill(queue)
        floor = _floor(twilio.rest)
        busy, until_sent = _dispatches(queue, twilio)
        unit, floor_is = f"call, {WAITING:,} waiting", "the SDK's request alone"
        yield Row("dispatch: our processor time", unit, busy, floor_is, floor, LIMIT_S)
        yield Row("dispatch: due to sent", unit, until_sent, floor_is, floor, LIMIT_S)
        database.close()


def _fill(queue: CallQueue) -> None:
    calls = [NewCall(f"call-{number}", f"+4477009{number:05}", "offers") for number in range(WAITING)]
    calls = [replace(each, number=f"+44770090{number % 1000:04}") for number, each in enumerate(calls)]
    for start in range(0, WAITING, BATCH):
        queue.enqueue_many(calls[start : start + BATCH], NOON)


def _dispatches(queue: CallQueue, twilio: _Twilio) -> tuple[float, float]:
    """Medians, a call: our processor time, and the time from being due to the request's arrival."""
    clock = _Clock()
    orders = Orders("https://calls.example.com", "+441134960124", 25, 1800)
    dialler = Dialler(queue, twilio.rest, orders, Retries(), owner="one", pool=_AtOnce(), now=clock.now)
    busy, until_sent = [], []
    for _ in range(CALLS):
        arrived, theirs = len(twilio.arrived), twilio.busy_s
        began, ours = perf_counter(), process_time()
        dialler.turn()
        busy.append(process_time() - ours - (twilio.busy_s - theirs))
        until_sent.append(twilio.arrived[arrived] - began)
        for attempt in queue.live():
            queue.end(AttemptEnd(attempt.attempt_id, clock.now(), "no_answer"))
        clock.time += timedelta(milliseconds=1)
    return statistics.median(busy), statistics.median(until_sent)


def _floor(rest: TwilioRest) -> float:
    """A request to place a call, and nothing else."""
    order = CallOrder("+447700900001", "+441134960124", "https://a.example.com", "https://b.example.com")
    times = []
    for _ in range(50):
        began = process_time()
        rest.place(order)
        times.append(process_time() - began)
    return statistics.median(times)


class _Clock:
    time = NOON

    def now(self) -> datetime:
        return self.time


class _AtOnce(Executor):
    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        fn(*args, **kwargs)
        return Future()


class _Twilio:
    """Takes every order. `busy_s` is its processor time, `arrived` when each order came."""

    def __init__(self) -> None:
        self.busy_s = 0.0
        self.arrived: list[float] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self.rest = TwilioRest("AC" + "0" * 32, "token", api_url=url)

    def __enter__(self) -> _Twilio:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                outer.arrived.append(perf_counter())
                began = thread_time()
                self.rfile.read(int(self.headers["Content-Length"]))
                body = json.dumps({"sid": f"CA{len(outer.arrived):032}", "status": "queued"}).encode()
                self.send_response(201)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                outer.busy_s += thread_time() - began
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Quiet."""

        return Handler
