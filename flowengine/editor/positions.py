"""Columns of an editor (code units, from 0) and columns of a span (characters, from 1).

The protocol counts UTF-16 code units unless the editor asks for others: an emoji is two of them, `é` is one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flowengine.language.source import Source, Span


def _utf8(sign: str) -> int:
    code = ord(sign)
    return 1 + (code > 0x7F) + (code > 0x7FF) + (code > 0xFFFF)


def _utf16(sign: str) -> int:
    return 1 + (ord(sign) > 0xFFFF)


def _utf32(sign: str) -> int:
    return 1


_WIDTHS: dict[str, Callable[[str], int]] = {"utf-8": _utf8, "utf-16": _utf16, "utf-32": _utf32}


@dataclass(frozen=True, slots=True)
class Columns:
    """Conversion for one encoding: `utf-8`, `utf-16` or `utf-32`; any other is taken for `utf-16`."""

    encoding: str = "utf-16"

    def units(self, line: str, column: int) -> int:
        """A span's column as the editor counts it."""
        before = line[: max(0, column - 1)]
        return len(before) if before.isascii() else sum(map(self._width, before))

    def column(self, line: str, character: int) -> int:
        """The editor's character as a span's column; in the midst of a sign it is the sign's beginning."""
        counted = 0
        for index, sign in enumerate(line):
            counted += self._width(sign)
            if counted > character:
                return index + 1
        return len(line) + 1

    def place(self, source: Source, line: int, character: int) -> tuple[int, int]:
        """The editor's place as line and column, moved into the text if it is outside of it."""
        lines = source.lines
        if line >= len(lines):
            return len(lines), len(lines[-1]) + 1
        return max(0, line) + 1, self.column(lines[max(0, line)], max(0, character))

    def range(self, lines: list[str], span: Span) -> tuple[int, int, int, int]:
        """A span as the editor's start line, start character, end line and end character."""
        last = max(0, len(lines) - 1)
        start, end = min(span.line - 1, last), min(span.end_line - 1, last)
        return start, self.units(lines[start], span.column), end, self.units(lines[end], span.end_column)

    @property
    def _width(self) -> Callable[[str], int]:
        return _WIDTHS.get(self.encoding, _utf16)
