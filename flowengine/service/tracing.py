"""Traces of calls for OpenTelemetry: a span a call, one a turn, and one for each part of a turn.

A turn's spans are made when it has been measured, with the times that were measured; nothing waits for them, and a
thread of the SDK's sends them. They hold no words, names or numbers of telephones: a call's id leads to its record.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from flowengine.conversation.commands import Command, Entered
from flowengine.conversation.events import CallerPressed, CallerSaid, Event
from flowengine.errors import MissingExtra
from flowengine.runtime.measured import TurnMeasured
from flowengine.runtime.observed import CallResult
from flowengine.runtime.ports import Record, Told
from flowengine.service.tokens import PreparedCall

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import SpanProcessor, TracerProvider

SERVICE = "flowengine"
PATH = "/v1/traces"
FLUSH_MS = 3000
"""What is not sent by then at the end of the service is lost."""


class Tracing:
    """The traces of one process. Close it when done."""

    def __init__(self, processors: Sequence[SpanProcessor]) -> None:
        """Raises MissingExtra."""
        try:
            from opentelemetry.sdk.resources import SERVICE_NAME, OTELResourceDetector, Resource
            from opentelemetry.sdk.trace import TracerProvider
        except ImportError as error:
            raise _missing() from error
        # OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES win.
        resource = Resource({SERVICE_NAME: SERVICE}).merge(OTELResourceDetector().detect())
        self._provider: TracerProvider = TracerProvider(resource=resource, shutdown_on_exit=False)
        for processor in processors:
            self._provider.add_span_processor(processor)

    @classmethod
    def to(cls, endpoint: str) -> Tracing:
        """Traces sent by OTLP over HTTP to a collector at this address, like `http://localhost:4318`.

        Raises MissingExtra.
        """
        try:
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
            from opentelemetry.sdk.trace.export import BatchSpanProcessor
        except ImportError as error:
            raise _missing() from error
        return cls([BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint.rstrip("/") + PATH))])

    def begin(self, prepared: PreparedCall, started: datetime, record: Record) -> CallTrace:
        """The trace of a call, which stands before its record and sees what goes into it."""
        return CallTrace(self._provider, prepared, started, record)

    async def close(self) -> None:
        """Send what is left, in a few seconds at most; idempotent."""
        await asyncio.to_thread(self._provider.force_flush, FLUSH_MS)
        await asyncio.to_thread(self._provider.shutdown)


class CallTrace:
    """One call's spans, made of what its record is given. End it when the call is over."""

    def __init__(self, provider: TracerProvider, prepared: PreparedCall, started: datetime, record: Record) -> None:
        from opentelemetry.trace import set_span_in_context

        self._record = record
        self._began_ns = round(started.timestamp() * 1e9)
        self._tracer = provider.get_tracer(SERVICE)
        self._turns = 0
        self._state = ""
        self._taken: dict[float, str] = {}
        self._span = self._tracer.start_span(
            "call",
            start_time=self._began_ns,
            attributes={
                "flowengine.call_id": prepared.call_id,
                "flowengine.flow": prepared.flow.name,
                "flowengine.flow_version": prepared.flow.version,
                "flowengine.direction": prepared.direction,
                # The process that held it before has died, and its spans with it.
                "flowengine.resumed": prepared.revived is not None,
            },
        )
        self._within = set_span_in_context(self._span)

    def write(self, at: float, entry: Event | Command | Told) -> None:
        self._record.write(at, entry)
        if isinstance(entry, TurnMeasured):
            self._turn(entry)
        elif isinstance(entry, CallerSaid | CallerPressed):
            self._taken[entry.at] = self._state
        elif isinstance(entry, Entered):
            self._state = entry.state
            self._span.add_event("entered", {"flowengine.state": entry.state}, self._ns(at))

    def suppress(self, reason: str) -> None:
        self._record.suppress(reason)

    def end(self, result: CallResult) -> None:
        """The call is over."""
        from opentelemetry.trace import Status, StatusCode

        self._span.set_attributes(
            {
                "flowengine.outcome": result.outcome,
                "flowengine.abnormal": result.abnormal,
                "flowengine.turns": self._turns,
            }
        )
        if result.abnormal:
            self._span.set_status(Status(StatusCode.ERROR, result.reason))
        self._span.end(self._ns(result.duration))

    def _turn(self, turn: TurnMeasured) -> None:
        """Its parts follow one another from the end of the voice on."""
        from opentelemetry.trace import set_span_in_context

        self._turns += 1
        at = self._ns(turn.said_at - turn.endpointing / 1000)
        span = self._tracer.start_span(
            "turn",
            self._within,
            start_time=at,
            attributes={
                "flowengine.turn": self._turns,
                "flowengine.turn.by": turn.by,
                "flowengine.turn.state": self._taken.pop(turn.said_at, ""),
                "flowengine.turn.underruns": turn.underruns,
                "flowengine.turn.cut": turn.cut,
                **({} if turn.reply is None else {"flowengine.turn.reply_ms": turn.reply}),
                **({} if turn.voice_to_voice is None else {"flowengine.turn.voice_to_voice_ms": turn.voice_to_voice}),
                **({} if turn.mark_late is None else {"flowengine.turn.mark_late_ms": turn.mark_late}),
                **{f"flowengine.turn.wait.{what}_ms": ms for what, ms in turn.asked},
            },
        )
        within = set_span_in_context(span)
        for part, ms in turn.parts:
            child = self._tracer.start_span(part, within, start_time=at)
            at += ms * 1_000_000
            child.end(at)
        span.end(at)

    def _ns(self, at: float) -> int:
        return self._began_ns + round(at * 1e9)


def _missing() -> MissingExtra:
    return MissingExtra(
        'traces need OpenTelemetry: pip install "flowengine[traces]", or unset OTEL_EXPORTER_OTLP_ENDPOINT'
    )
