"""Clips of fixed lines in a folder: made once a machine, found by what they were made of, shared by all processes.

A clip's name is a hash of the engine, its version, the voice, the language and the words: a change of any is another
clip, and nothing is ever out of date. A file is written aside and renamed into place, so nobody reads half of one; it
holds a hash of itself, so one that was damaged is noticed and made anew. What was used longest ago leaves when there is
too much. Only sentences that are the same in every call are kept here: what has a value filled in is personal.
"""

from __future__ import annotations

import hashlib
import logging
import os
import struct
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from flowengine.conversation.aloud import aloud

log = logging.getLogger(__name__)

DEFAULT_FOLDER_BYTES = 256 * 1024 * 1024
"""Some nine hours of speech."""
MADE_BY = "2"
"""Of the way from an engine's audio to a clip (quiet, level, fades): a change of it makes all clips anew."""
SUFFIX = ".clip"
_ASIDE = ".making"
_HEAD = struct.Struct("<8s32sf")
_MAGIC = b"FECLIP1\n"
_USED_AGAIN_S = 3600.0
"""A clip's time of use is written down once an hour at most."""
_ABANDONED_S = 600.0
_COUNT_AGAIN = 64
"""Other processes write too: what there is, is counted again after so many clips of our own."""


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence that a flow always says alike, the voice it is said with (None: the engine's own) and its language."""

    text: str
    voice: str | None = None
    language: str = "en-GB"

    @property
    def said(self) -> str:
        """What the voice is given: figures in words, where the language is one whose figures we can read."""
        return aloud(self.text) if self.is_read else self.text

    @property
    def is_read(self) -> bool:
        """Figures and abbreviations are put into words; an American 12/05 is another day."""
        return self.language.startswith("en") and self.language != "en-US"


@dataclass(frozen=True, slots=True)
class Clip:
    """A sentence's audio, mu-law at 8 kHz, and the gain in dB that it was given to be as loud as all others."""

    audio: bytes
    gain_db: float = 0.0


class ClipFolder:
    """The clips in one folder. Its methods wait for the disk: call them in a thread. None of them raises OSError.

    A folder that cannot be written costs the time of making clips anew at each start, and no call.
    """

    def __init__(self, folder: Path, limit_bytes: int = DEFAULT_FOLDER_BYTES) -> None:
        self.folder = folder
        self._limit = limit_bytes
        self._size: int | None = None
        self._written = 0
        self.trouble: str | None = None
        """Why the last clip could not be written, as the system says it."""

    @staticmethod
    def name(line: Line, engine: str) -> str:
        """What the clip of this line is called. `engine` names the engine and its version."""
        parts = (MADE_BY, engine, line.voice or "", line.language, line.said)
        digest = hashlib.sha256()
        for part in parts:
            encoded = part.encode()
            digest.update(b"%d:" % len(encoded) + encoded)
        return digest.hexdigest()[:40] + SUFFIX

    def has(self, line: Line, engine: str) -> bool:
        """Whether there is a clip, sound or not; nothing is read."""
        with suppress(OSError):
            return (self.folder / self.name(line, engine)).is_file()
        return False

    def read(self, line: Line, engine: str) -> Clip | None:
        """The clip; None when there is none. One that is damaged is taken away, with a line of log."""
        path = self.folder / self.name(line, engine)
        try:
            data = path.read_bytes()
        except OSError:
            return None
        clip = _decoded(data)
        if clip is None:
            log.warning("a clip was damaged and is made anew", extra={"clip": path.name})
            with suppress(OSError):
                path.unlink()
            return None
        with suppress(OSError):
            if time.time() - path.stat().st_mtime > _USED_AGAIN_S:
                os.utime(path)
        return clip

    def write(self, line: Line, engine: str, clip: Clip) -> None:
        """Keep a clip, in place of any that is there; those used longest ago leave when there is too much."""
        data = _encoded(clip)
        if len(data) > self._limit:
            return
        aside = ""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            handle, aside = tempfile.mkstemp(_ASIDE, dir=self.folder)
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            Path(aside).replace(self.folder / self.name(line, engine))
        except OSError as error:
            if self.trouble is None:
                log.warning("clips cannot be kept", extra={"folder": str(self.folder), "error": type(error).__name__})
            self.trouble = (error.strerror or type(error).__name__).lower()
            if aside:
                with suppress(OSError):
                    Path(aside).unlink()
            return
        self._written += 1
        self.trouble = None
        self._size = None if self._size is None or self._written % _COUNT_AGAIN == 0 else self._size + len(data)
        if self._size is None or self._size > self._limit:
            self._size = self._trimmed()

    def _trimmed(self) -> int:
        """How many bytes there are, after the clips used longest ago have left. Files that another takes away meanwhile
        are gone, and that is all."""
        found: list[tuple[float, int, Path]] = []
        for path in self._files():
            with suppress(OSError):
                status = path.stat()
                if path.suffix == SUFFIX:
                    found.append((status.st_mtime, status.st_size, path))
                elif time.time() - status.st_mtime > _ABANDONED_S:
                    path.unlink()
        size = sum(each for _, each, _ in found)
        for _, each, path in sorted(found):
            if size <= self._limit:
                break
            with suppress(OSError):
                path.unlink()
            size -= each
        return size

    def _files(self) -> list[Path]:
        try:
            return [path for path in self.folder.iterdir() if path.suffix in (SUFFIX, _ASIDE)]
        except OSError:
            return []


def _encoded(clip: Clip) -> bytes:
    body = struct.pack("<f", clip.gain_db) + clip.audio
    return _HEAD.pack(_MAGIC, hashlib.sha256(body).digest(), clip.gain_db) + clip.audio


def _decoded(data: bytes) -> Clip | None:
    """What was encoded; None when it is something else, or not whole."""
    if len(data) <= _HEAD.size:
        return None
    magic, digest, gain_db = _HEAD.unpack_from(data)
    audio = data[_HEAD.size :]
    if magic != _MAGIC or hashlib.sha256(struct.pack("<f", gain_db) + audio).digest() != digest:
        return None
    return Clip(audio, round(gain_db, 1))
