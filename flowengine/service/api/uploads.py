"""A list that is sent as a file: written to a file of our own as it comes, then imported, one at a time."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TypeVar

from starlette.requests import ClientDisconnect, Request

from flowengine.errors import ListFileError, MissingExtra
from flowengine.service.api.endpoint import Media
from flowengine.service.problems import ProblemError, sentence

T = TypeVar("T")

LIST_FILE = Media("text/csv", "a number a line, or CSV; packed as .gz or .zip it may be, too")
KINDS = frozenset({"text/csv", "text/plain", "application/gzip", "application/zip", "application/octet-stream"})
WRITTEN_AT_ONCE = 1 << 20
NAME = "upload"


async def import_upload(request: Request, take: Callable[[Path], T], *, folder: Path | None = None) -> T:
    """What `take` makes of the file that was sent; it runs in a thread, and is to compute little there.

    `folder`: where the file lies meanwhile.
    Raises ProblemError: 409 while another list is imported, 415, 422 for what is no list; StoreError.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in KINDS:
        raise ProblemError(
            415, "Not a list", f"Send the file as text/csv or text/plain; it came as {kind[:80] or 'nothing'}."
        )
    lock: asyncio.Lock = request.app.state.importing
    if lock.locked():
        raise ProblemError(409, "Another import runs", "One list is imported at a time; try again in a moment.")
    async with lock, _received(request, folder) as file:
        try:
            return await asyncio.to_thread(take, file)
        except ListFileError as error:
            raise ProblemError(422, "Not a list", _for_the_api(str(error), file)) from error
        except MissingExtra as error:
            raise ProblemError(503, "Not installed", sentence(str(error))) from error


@contextlib.asynccontextmanager
async def _received(request: Request, folder: Path | None) -> AsyncIterator[Path]:
    """The body in a file, which goes away afterwards. Only we may read it: it is people's numbers."""
    try:
        place = await asyncio.to_thread(
            tempfile.TemporaryDirectory, prefix="flowengine-", dir=folder, ignore_cleanup_errors=True
        )
        try:
            file = Path(place.name) / NAME
            await _write(request, file)
            yield file
        finally:
            # To give a gigabyte back takes a disk longer than a frame lasts.
            await asyncio.to_thread(place.cleanup)
    except OSError as error:
        raise ProblemError(
            503, "The file cannot be kept", f"It could not be written: {error.strerror}; make room, and send it again."
        ) from error


async def _write(request: Request, file: Path) -> None:
    pending = bytearray()
    try:
        with file.open("wb") as opened:
            async for chunk in request.stream():
                pending += chunk
                if len(pending) >= WRITTEN_AT_ONCE:
                    await asyncio.to_thread(opened.write, bytes(pending))
                    pending.clear()
            await asyncio.to_thread(opened.write, bytes(pending))
    except ClientDisconnect as error:
        raise ProblemError(400, "Broken off", "The file did not come whole; nothing was imported.") from error


def _for_the_api(text: str, file: Path) -> str:
    """What the reader of lists says on the command line, without the name of our own file."""
    text = text.replace(f" (they are in {file}.rejected)", "")
    text = text.replace(str(file), "the file").replace("--force", "force=true").replace("--snapshot", "snapshot=")
    return sentence(text)
