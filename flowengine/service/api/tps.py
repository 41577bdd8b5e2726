"""The Telephone Preference Service's list over HTTP: which one is in use, and a new one in its place."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response

from flowengine.errors import StoreError
from flowengine.service.api.auditing import about
from flowengine.service.api.do_not_call import RejectedLine
from flowengine.service.api.endpoint import answer
from flowengine.service.api.reading import read_query
from flowengine.service.api.regulations import moment
from flowengine.service.api.uploads import import_upload
from flowengine.service.importing import TpsImport, import_beside_calls
from flowengine.service.outbound import Outbound
from flowengine.service.problems import ProblemError, sentence
from flowengine.service.settings import Settings
from flowengine.store.tps import TpsHeader, TpsKind, TpsList
from flowengine.store.tps_import import TpsImported


class TpsFacts(msgspec.Struct):
    """One list: how many numbers, when the TPS made it, how many days old that is, the file's name."""

    which: TpsKind = msgspec.field(name="list")
    count: int
    snapshot: datetime
    imported_at: datetime
    age_days: float
    source: str


class TpsStatus(msgspec.Struct):
    """The lists in use. `is_asked`: calls are held to them (FLOWENGINE_TPS); `is_stale`: too old to allow a call.

    `problem`: a list file that cannot be read.
    """

    is_asked: bool
    is_stale: bool
    most_days: int
    lists: list[TpsFacts]
    problem: str | None


class TpsUpload(msgspec.Struct, forbid_unknown_fields=True):
    """Which list it is, and when the TPS made it: a date, or a moment. `force`: take a file that looks wrong."""

    snapshot: Annotated[str, Meta(max_length=40, description="when the TPS made the list, like 2026-11-20")]
    which: Literal["tps", "ctps"] = msgspec.field(name="list", default="tps")
    force: bool = False


class TpsReport(msgspec.Struct):
    """A list that is now in use. `repeated`: numbers that stood twice; `replaced`: how many the one before had."""

    which: TpsKind = msgspec.field(name="list")
    count: int
    repeated: int
    rejected: int
    examples: list[RejectedLine]
    snapshot: datetime
    replaced: int | None


async def status(request: Request) -> Response:
    settings: Settings = request.app.state.calls.settings
    outbound: Outbound = request.app.state.outbound
    return answer(await asyncio.to_thread(_status, settings, outbound.now()))


async def upload(request: Request) -> Response:
    asked = read_query(request, TpsUpload)
    settings: Settings = request.app.state.calls.settings
    outbound: Outbound = request.app.state.outbound
    now, snapshot = outbound.now(), moment(asked.snapshot, "snapshot")

    def take(file: Path) -> TpsImported:
        try:
            return import_beside_calls(TpsImport(file, settings.tps_file, asked.which, now, snapshot, asked.force))
        except StoreError as error:
            raise ProblemError(503, "The list cannot be kept", sentence(str(error))) from error

    imported = await import_upload(request, take, folder=settings.tps_file.parent)
    reading = imported.reading
    about(request, asked.which, count=imported.header.count, snapshot=snapshot.isoformat(), force=asked.force)
    return answer(
        TpsReport(
            which=asked.which,
            count=imported.header.count,
            repeated=imported.repeated,
            rejected=reading.rubbish,
            examples=[RejectedLine(line, text, "no number in it") for line, text in reading.examples],
            snapshot=imported.header.snapshot,
            replaced=None if imported.replaced is None else imported.replaced.count,
        )
    )


def _status(settings: Settings, now: datetime) -> TpsStatus:
    policy = settings.policy
    headers: dict[TpsKind, TpsHeader] = {}
    problem: str | None = None
    try:
        headers = TpsList.open(settings.tps_file).headers()
    except StoreError as error:
        problem = str(error)
    oldest = min((each.snapshot for each in headers.values()), default=None)
    is_fresh = "tps" in headers and oldest is not None and now - oldest <= timedelta(days=policy.tps_days)
    return TpsStatus(
        policy.tps, not is_fresh, policy.tps_days, [_facts(*each, now) for each in headers.items()], problem
    )


def _facts(kind: TpsKind, header: TpsHeader, now: datetime) -> TpsFacts:
    age = round((now - header.snapshot) / timedelta(days=1), 2)
    return TpsFacts(kind, header.count, header.snapshot, header.imported_at, age, header.source)
