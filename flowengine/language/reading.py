"""Reading a `.flow` file: the one place where text comes in from disk. What cannot be read is a diagnostic."""

from __future__ import annotations

from pathlib import Path

from flowengine.language.diagnostics import Diagnostic
from flowengine.language.source import Source, Span


def read_source(path: Path, shown: str | None = None) -> Source | Diagnostic:
    """The text of a file: UTF-8, a byte order mark dropped, line ends made `\\n`. `shown` is what messages call it."""
    name = shown or str(path)
    data = read_data(path, name)
    return data if isinstance(data, Diagnostic) else data_source(data, name)


def read_data(path: Path, name: str) -> bytes | Diagnostic:
    """The bytes of a file; `name` is what messages call it."""
    try:
        return path.read_bytes()
    except IsADirectoryError:
        return _unreadable(name, "this is a folder, not a file")
    except FileNotFoundError:
        return _unreadable(name, "there is no such file")
    except OSError as error:
        return _unreadable(name, f"this file cannot be read: {error.strerror or error}")


def data_source(data: bytes, name: str) -> Source | Diagnostic:
    """A source from bytes at hand."""
    try:
        return text_source(data.decode("utf-8-sig"), name)
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line = before.count(b"\n") + 1
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
        span = Span(name, line, column, line, column + 1)
        message = f"this is not UTF-8: byte 0x{data[error.start]:02x} on line {line} fits no character"
        return Diagnostic("FL100", "unreadable-file", "error", span, message, "save the file as UTF-8")


def text_source(text: str, path: str) -> Source:
    """A source from a text at hand. Tools that join files leave several byte order marks."""
    return Source(path, text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n"))


def _unreadable(path: str, message: str) -> Diagnostic:
    return Diagnostic("FL100", "unreadable-file", "error", Span(path, 1, 1, 1, 1), message)
