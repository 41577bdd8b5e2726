"""Lists of numbers as they come from elsewhere: unpacked, decoded and cut into lines, whatever wrote them.

Takes plain text, gzip and zip; UTF-8, UTF-16, UTF-32 and Latin-1, with a byte-order mark or without; lines that end in
LF, CRLF or CR. Refuses what is no text. Reads in blocks, so that a list of any length takes the same memory.
"""

from __future__ import annotations

import codecs
import contextlib
import gzip
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from flowengine.errors import ListFileError

BLOCK_BYTES = 1 << 20
HEAD_BYTES = 4096
CONTROL = re.compile(rb"[\x00-\x08\x0e-\x19\x1c-\x1f]")
"""Not in a text; 0x1A ends a DOS file."""
GZIP, ZIP = b"\x1f\x8b", b"PK\x03\x04"
MARKS = (
    # UTF-32's first: UTF-16's mark is the beginning of it.
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (codecs.BOM_UTF8, "utf-8-sig"),
)

Progress = Callable[[int, int], None]
"""Bytes of the file that were read, and all of them."""


class Readable(Protocol):
    """What a file and an unpacked file have in common."""

    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Block:
    """Whole lines, each ended by LF; ASCII is always itself. `first_line` counts from 1."""

    first_line: int
    data: bytes

    def lines(self) -> Iterator[tuple[int, bytes]]:
        return enumerate(self.data.split(b"\n")[:-1], self.first_line)


def blocks(path: Path, progress: Progress = lambda done, whole: None) -> Iterator[Block]:
    """The file's lines, a megabyte at a time. Raises ListFileError that says what the file is instead of a list."""
    try:
        with open(path, "rb") as raw, _unpacked(raw, path) as file:
            whole = path.stat().st_size
            first_line = 1
            for data in _whole_lines(_decoded(file, path), path):
                yield Block(first_line, data)
                first_line += data.count(b"\n")
                progress(raw.tell(), whole)
            progress(whole, whole)
    except (EOFError, zlib.error, zipfile.BadZipFile, gzip.BadGzipFile) as error:
        raise ListFileError(f"{path} cannot be unpacked: it is cut off or damaged; fetch it again") from error
    except OSError as error:
        raise ListFileError(f"{path} cannot be read: {error.strerror or error}") from error


def text_of(line: bytes) -> str:
    """A line as text: UTF-8, or else Windows' Latin-1, in which every byte is something."""
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("cp1252", "replace")


def masked(text: str, limit: int = 40) -> str:
    """A line that can be shown and still be found: `0113 ••• ••23`; of words, the first letters."""
    digits = [place for place, sign in enumerate(text) if sign.isdigit()]
    hidden = set(digits[4:-2] if len(digits) >= 9 else digits[2:])
    signs = ("•" if place in hidden else sign for place, sign in enumerate(text))
    shown = re.sub(r"(?<=[^\W\d_])[^\W\d_]", "•", "".join(signs))
    shown = "".join(sign if sign.isprintable() else "·" for sign in shown.strip())
    return shown if len(shown) <= limit else f"{shown[: limit - 1]}…"


def rubbish_lines(count: int, examples: Sequence[tuple[int, str]]) -> Iterator[str]:
    """What to say of lines that no number was found in; of the first ones, the line's number and its masked text."""
    if not count:
        return
    yield f"{count:,} {'line holds' if count == 1 else 'lines hold'} no number:"
    for number, text in examples:
        yield f"  line {number}: {text}"
    if count > len(examples):
        yield f"  and {count - len(examples):,} more"


@contextlib.contextmanager
def _unpacked(raw: BinaryIO, path: Path) -> Iterator[Readable]:
    magic = raw.read(len(ZIP))
    raw.seek(0)
    if magic.startswith(GZIP):
        with gzip.open(raw) as unzipped:
            yield unzipped
    elif magic == ZIP:
        with zipfile.ZipFile(raw) as archive:
            inside = [each for each in archive.infolist() if not each.is_dir()]
            if len(inside) != 1:
                raise ListFileError(f"{path} holds {len(inside)} files, not one list: unpack it and name the list")
            if inside[0].flag_bits & 1:
                raise ListFileError(f"{path} is locked by a password: unpack it and name the list in it")
            try:
                member = archive.open(inside[0])
            except NotImplementedError as error:
                raise ListFileError(f"{path} is packed in a way not known here: unpack it first") from error
            with member:
                yield member
    else:
        yield raw


def _decoded(file: Readable, path: Path) -> Iterator[bytes]:
    """Pieces of the text, in which ASCII is itself."""
    head = file.read(HEAD_BYTES)
    encoding = _encoding(head)
    if encoding is None and b"\0" in head and not _is_text(head):
        raise ListFileError(f"{path} is no text: a list has a number a line, in plain text, .gz or .zip")
    decoder = None if encoding is None else codecs.getincrementaldecoder(encoding)("replace")
    piece = head
    while piece:
        yield piece if decoder is None else decoder.decode(piece).encode()
        piece = file.read(BLOCK_BYTES)


def _encoding(head: bytes) -> str | None:
    """None: a superset of ASCII."""
    for mark, encoding in MARKS:
        if head.startswith(mark):
            return encoding
    # UTF-16 without a mark: digits and line ends, each with a zero beside it.
    even, odd = head[::2], head[1::2]
    if head and odd.count(0) > 0.9 * len(odd) and 0 not in even:
        return "utf-16-le"
    if head and even.count(0) > 0.9 * len(even) and 0 not in odd:
        return "utf-16-be"
    return None


def _is_text(head: bytes) -> bool:
    """Whether most lines are free of control characters: one stray NUL spoils its line, not the list."""
    lines = [line for line in re.split(rb"[\r\n]", head) if line]
    return 2 * sum(CONTROL.search(line) is not None for line in lines) <= len(lines)


def _whole_lines(pieces: Iterator[bytes], path: Path) -> Iterator[bytes]:
    rest = b""
    for piece in pieces:
        rest += piece
        # A CR that ends the piece may be half of a CRLF.
        end = rest.rfind(b"\n") + 1 or rest.rfind(b"\r", 0, -1) + 1
        if end:
            yield _ended_by_lf(rest[:end])
            rest = rest[end:]
        elif len(rest) > BLOCK_BYTES:
            raise ListFileError(f"{path} has a line of more than {BLOCK_BYTES:,} bytes: a list has a number a line")
    if rest:
        yield _ended_by_lf(rest if rest.endswith((b"\n", b"\r")) else rest + b"\n")


def _ended_by_lf(data: bytes) -> bytes:
    data = data.replace(b"\r\n", b"\n")
    return data.replace(b"\r", b"\n") if b"\r" in data else data
