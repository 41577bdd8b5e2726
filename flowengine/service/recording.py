"""The record as the service uses it: the store behind one writer thread, and a `Record` for each live call."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

import msgspec

from flowengine.adapters.twilio.callbacks import StatusCallback
from flowengine.conversation.commands import Command
from flowengine.conversation.events import Event
from flowengine.conversation.record import command_to_json, event_to_json
from flowengine.errors import StoreError
from flowengine.runtime.observed import CallResult
from flowengine.runtime.ports import Told
from flowengine.service.revived import Revived
from flowengine.service.tokens import PreparedCall
from flowengine.store.connection import Database
from flowengine.store.detail import CallDetail, find
from flowengine.store.processes import BEAT_S, Processes, new_owner
from flowengine.store.rows import CallEnd, CallStart, Entry, Suppression
from flowengine.store.store import Store
from flowengine.store.writer import CLOSING_S, RecordWriter

log = logging.getLogger(__name__)


class CallRecord:
    """One live call's record. `entries`: how many it has already."""

    def __init__(self, recording: Recording, prepared: PreparedCall, started: datetime, *, entries: int = 0) -> None:
        self._recording = recording
        self._call_id = prepared.call_id
        self._person = prepared.person
        self._started = started
        self._numbers = itertools.count(entries)

    def write(self, at: float, entry: Event | Command | Told) -> None:
        """Keep an event, a command, a measure or a remark; never waits."""
        match entry:
            case _ if isinstance(entry, Told):
                payload: dict[str, object] = {"kind": type(entry).__name__, **msgspec.to_builtins(entry)}
            case _ if isinstance(entry, Event):
                payload = event_to_json(entry)
            case _:
                payload = command_to_json(entry)
        self._recording.writer.put(
            Entry(
                call_id=self._call_id,
                seq=next(self._numbers),
                at=at,
                way="in" if isinstance(entry, Event) else "out",
                kind=type(entry).__name__,
                payload=msgspec.json.encode(payload).decode(),
            )
        )

    def suppress(self, reason: str) -> None:
        """Put the person on the do-not-call list. Without a number (the page) there is nobody to put."""
        if self._person is not None:
            self._recording.writer.put(Suppression(self._person, self._call_id, reason, datetime.now(UTC)))

    async def finish(self, result: CallResult) -> None:
        """Close the call and wait until all of it is kept."""
        ended = self._started + timedelta(seconds=result.duration)
        self._recording.writer.put(CallEnd(self._call_id, ended, result.outcome, result.reason, result.abnormal))
        await self._recording.flush()


class Recording:
    """The record of this process. Opening it closes what dead processes left open."""

    def __init__(self, store: Store, writer: RecordWriter, processes: Processes) -> None:
        self.store = store
        self.writer = writer
        self.processes = processes
        self.patience_s: Callable[[], float] = lambda: CLOSING_S
        """How long a disk that is full as the service stops is waited for."""

    @classmethod
    async def open(cls, database: Database) -> Recording:
        """It closes the database with itself. Raises StoreError."""

        def start() -> Recording:
            store = Store(database)
            recording = cls(store, RecordWriter(store, store.spool), Processes(database, new_owner()))
            recording.beat()
            return recording

        return await asyncio.to_thread(start)

    def beat(self) -> None:
        """Say that this process is alive, and close what dead ones left open. Raises StoreError."""
        now = datetime.now(UTC)
        self.processes.beat(now)
        orphans = self.processes.close_orphans(now)
        if orphans:
            log.warning("calls left open by a dead process were closed", extra={"calls": orphans})

    async def stay_alive(self) -> None:
        """Beat until cancelled. Without its database a service is alive all the same, and says so later."""
        while True:
            await asyncio.sleep(BEAT_S)
            with contextlib.suppress(StoreError):
                await asyncio.to_thread(self.beat)

    async def close(self) -> None:
        """Keep what is still to be kept, then let go."""
        await asyncio.to_thread(self.writer.close, self.patience_s())
        with contextlib.suppress(StoreError):
            await asyncio.to_thread(self.processes.leave)
        self.store.close()

    def begin(self, prepared: PreparedCall, started: datetime) -> CallRecord:
        """A call is on. Never waits: a database that is away gets it later, from the writer's spool."""
        start = CallStart(
            call_id=prepared.call_id,
            call_sid=prepared.call_sid,
            flow=prepared.flow.name,
            flow_version=prepared.flow.version,
            direction=prepared.direction,
            started_at=started,
            from_number=prepared.from_number,
            to_number=prepared.to_number,
            contact=msgspec.json.encode(dict(prepared.contact), enc_hook=str).decode(),
            owner=self.processes.owner,
        )
        self.writer.put(start)
        return CallRecord(self, prepared, started)

    async def take_over(self, prepared: PreparedCall) -> bool:
        """Whether a call that goes on is ours from now on, and nobody else's. Raises StoreError."""
        revived = prepared.revived
        assert revived is not None, "a new call is begun"
        return await asyncio.to_thread(self.processes.take_over, prepared.call_id, revived.owner)

    def go_on(self, prepared: PreparedCall, revived: Revived, at: float) -> CallRecord:
        """A call that was taken over goes on: what its process had not written yet is written, `at` this second."""
        record = CallRecord(self, prepared, revived.started, entries=revived.entries)
        for command in revived.replay.unwritten:
            record.write(at, command)
        for reason in revived.opt_outs:
            # The list takes a number once, so a promise may be kept twice.
            record.suppress(reason)
        return record

    async def flush(self) -> None:
        await asyncio.wrap_future(await asyncio.to_thread(self.writer.flush))

    async def status(self, callback: StatusCallback, form: Mapping[str, str]) -> None:
        """Keep one of Twilio's status callbacks, with its whole form; a repeated one changes nothing."""
        await asyncio.to_thread(
            self.store.add_status,
            callback.call_sid,
            callback.sequence_number,
            callback.status,
            msgspec.json.encode(dict(form)).decode(),
            datetime.now(UTC),
        )

    async def ended_well(self, call_sid: str) -> bool:
        """Whether the call's session came to an end of its own."""
        call = await asyncio.to_thread(self.store.call, call_sid)
        return call is not None and call.ended_at is not None and not call.abnormal

    async def detail(self, sid_or_id: str) -> CallDetail | None:
        """A call up to this moment."""
        await self.flush()
        return await asyncio.to_thread(find, self.store, sid_or_id)
