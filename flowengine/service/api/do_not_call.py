"""The company's own do-not-call list over HTTP: permanent; an entry made by mistake is an admin's to take back."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Annotated, assert_never

import msgspec
from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response

from flowengine.service.api.auditing import is_written
from flowengine.service.api.endpoint import answer
from flowengine.service.api.reading import read_body, read_query
from flowengine.service.api.regulations import listed_number, number_to_list
from flowengine.service.api.texts import CallId, Remark, TelephoneNumber
from flowengine.service.api.uploads import import_upload
from flowengine.service.auth import caller_of
from flowengine.service.importing import DoNotCallImport, import_beside_calls
from flowengine.service.outbound import Outbound
from flowengine.service.problems import ProblemError, not_found
from flowengine.service.settings import Settings
from flowengine.store.do_not_call import ListedNumber
from flowengine.store.list_import import ListImported
from flowengine.store.lists import Lists

NOT_LISTED = "This number is not on the do-not-call list."
OPTED_OUT = (
    "This person said in a call that they want no more calls: that is permanent (rule D1), and nobody can take it "
    "back. Only entries made by hand or from a file by mistake can be removed."
)
IMPORTED = "on an imported list"


class DoNotCallPage(msgspec.Struct, forbid_unknown_fields=True):
    """Which part of the list is wanted: so many, beyond the `next` of the part before."""

    limit: Annotated[int, Meta(ge=1, le=1000)] = 100
    after: Annotated[
        str, Meta(pattern="^[0-9a-f]{0,64}(?![\\s\\S])", description="what the part before gave as next")
    ] = ""


class DoNotCallRequest(msgspec.Struct, forbid_unknown_fields=True):
    """A number that must not be called any more. `reason`: why, without names; `call_id`: where it was said."""

    phone_number: TelephoneNumber
    reason: Remark = "asked not to be called"
    call_id: CallId | None = None


class DoNotCallEntry(msgspec.Struct):
    """One number on the list: why, since when, who wrote it, and the call in which it was said."""

    phone_number: str
    reason: str
    written_at: datetime
    written_by: str | None
    call_id: str | None


class DoNotCallList(msgspec.Struct):
    """A part of the list, in an order of its own. `next`: where the next part begins; null: this was the last."""

    entries: list[DoNotCallEntry]
    next: str | None


class Removal(msgspec.Struct, forbid_unknown_fields=True):
    """Why the entry was a mistake; without names and numbers, since it stays in the audit log in clear, for good."""

    reason: Remark


class ImportOptions(msgspec.Struct, forbid_unknown_fields=True):
    """Why the numbers are listed, where the file has no such column."""

    reason: Remark = IMPORTED


class RejectedLine(msgspec.Struct):
    """A line that could not be taken; its text masked."""

    line: int
    text: str
    problem: str


class ImportReport(msgspec.Struct):
    """What became of a file. `known`: listed already, or twice in it; `examples`: the first ten that were rejected."""

    added: int
    known: int
    rejected: int
    examples: list[RejectedLine]


async def listed(request: Request) -> Response:
    asked = read_query(request, DoNotCallPage)
    lists: Lists = request.app.state.lists
    found = await asyncio.to_thread(lists.do_not_call.page, limit=asked.limit + 1, after=asked.after)
    page = found[: asked.limit]
    return answer(DoNotCallList([_body(each) for each in page], page[-1].place if len(found) > asked.limit else None))


async def add(request: Request) -> Response:
    asked = await read_body(request, DoNotCallRequest)
    lists: Lists = request.app.state.lists
    outbound: Outbound = request.app.state.outbound
    number, actor = number_to_list(asked.phone_number), caller_of(request).actor

    def put() -> tuple[bool, ListedNumber | None]:
        is_new = lists.do_not_call.add(number, asked.reason, outbound.now(), actor=actor, call_id=asked.call_id)
        return is_new, lists.do_not_call.find(number)

    is_new, entry = await asyncio.to_thread(put)
    is_written(request)
    if entry is None:
        raise not_found("The entry was removed in the same moment.")
    return answer(_body(entry), 201 if is_new else 200)


async def find(request: Request) -> Response:
    lists: Lists = request.app.state.lists
    entry = await asyncio.to_thread(lists.do_not_call.find, listed_number(request))
    if entry is None:
        raise not_found(NOT_LISTED)
    return answer(_body(entry))


async def remove(request: Request) -> Response:
    asked = read_query(request, Removal)
    lists: Lists = request.app.state.lists
    outbound: Outbound = request.app.state.outbound
    number, actor = listed_number(request), caller_of(request).actor
    removed = await asyncio.to_thread(lists.do_not_call.remove, number, asked.reason, outbound.now(), actor=actor)
    match removed:
        case "not listed":
            raise not_found(NOT_LISTED)
        case "opted out":
            raise ProblemError(409, "Opted out", OPTED_OUT)
        case "removed":
            pass
        case _:
            assert_never(removed)
    is_written(request)
    return Response(status_code=204)


async def import_list(request: Request) -> Response:
    asked = read_query(request, ImportOptions)
    outbound: Outbound = request.app.state.outbound
    settings: Settings = request.app.state.calls.settings
    record = settings.database_url, settings.record_keys, settings.record_key_file
    now, actor = outbound.now(), caller_of(request).actor

    def take(file: Path) -> ListImported:
        return import_beside_calls(DoNotCallImport(file, *record, now, actor, asked.reason))

    imported = await import_upload(request, take)
    is_written(request)
    examples = [RejectedLine(line, text, problem) for line, text, problem in imported.examples]
    return answer(ImportReport(imported.added, imported.known, imported.rejected, examples))


def _body(entry: ListedNumber) -> DoNotCallEntry:
    return DoNotCallEntry(entry.number, entry.reason, entry.written_at, entry.written_by, entry.call_id)
