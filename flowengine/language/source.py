"""Where things stand in a text: source files and spans.

Lines and columns count from 1, columns in characters; an end column is the first column after the span.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of one file."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True)
class Source:
    """One file's text, as read; `path` is shown to the author as it was given."""

    path: str
    text: str
    lines: list[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Split once: checks ask for a line at each place they look at.
        object.__setattr__(self, "lines", self.text.split("\n"))
