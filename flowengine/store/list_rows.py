"""A list of numbers as rows: a number a line, or CSV with columns; each line gives its numbers or says why not.

Nobody may be lost from a do-not-call list. So a line is never passed over in silence: what has no number, or something
that should be one and is not, is a problem with its line. Each line is read by itself: a quotation mark that somebody
forgot to close spoils one line and not the rest of the file.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from flowengine.compliance.numbers import DROPPED, read_number
from flowengine.compliance.policy import Policy
from flowengine.store.list_files import Progress, blocks, text_of

DELIMITERS = "\t;,"
NUMBER_COLUMNS = (re.compile(r"phone|\btel|mobile|landline|msisdn"), re.compile(r"number|\bcli\b"))
"""Names of columns that hold numbers: the sure ones, and those taken where there is no sure one."""
UNPRINTED = " \t\x1a\ufeff"
EMPTY = re.compile(r"[\s,;\"']*")
"""What a spreadsheet writes for an empty row."""
BRITISH = re.compile(r"(?:0|\+440?|00440?|440?)([1235789][0-9]{9})")
"""A number of ten digits, however its country and trunk are written."""
KEEPS_TEXT = " ='\""
"""What spreadsheets put round a number so that it stays text: `'0113…`, `="0113…"`."""
LIKE_A_NUMBER = re.compile(r"^\+?[0-9]{9,}$")
NUMBER_IN_COLUMN = re.compile(r"[0-9]{3}")
"""What should be a number: anywhere, and in a column of numbers (where `none` and `mobile` stand, too)."""
ANY = Policy(drama_numbers=True)
"""A list takes every number, also one that would never be called."""


@dataclass(frozen=True, slots=True)
class ListRow:
    """One line. `numbers`: in E.164; `problem`: what could not be read in it; `fields` by the names of the columns.

    All of a line are its numbers, where it has several; a line can have a number and a problem.
    """

    line_number: int
    text: str = field(repr=False)
    numbers: tuple[str, ...] = field(repr=False)
    fields: Mapping[str, str] = field(repr=False)
    problem: str | None = None


def rows(path: Path, progress: Progress = lambda done, whole: None) -> Iterator[ListRow]:
    """The lines that are not blank. Raises ListFileError for a file that is no list."""
    columns: list[str] | None = None
    delimiter: str | None = None
    is_first = True
    for block in blocks(path, progress):
        for line_number, line in block.lines():
            text = _text(line)
            if EMPTY.fullmatch(text):
                continue
            if is_first:
                is_first = False
                columns = _columns(text, _delimiter(text))
                if columns is not None:
                    delimiter = _delimiter(text)
                    continue
            if b"\0" in line:
                # Something was lost there, perhaps of the number.
                yield ListRow(line_number, text, (), {}, "a NUL character in it, shown as \ufffd")
            else:
                yield _row(line_number, text, columns, delimiter)


def header_of(path: Path) -> str | None:
    """The line that names the columns, if there is one."""
    for block in blocks(path):
        for _, line in block.lines():
            text = _text(line)
            if not EMPTY.fullmatch(text):
                return text if _columns(text, _delimiter(text)) is not None else None
    return None


def list_number(text: str) -> tuple[str | None, str]:
    """E.164, or None and the reason.

    What has a British number's shape is taken without asking whether it was given out: the tables that know are older
    than the newest numbers, and whoever does not want to be called must not depend on them.
    """
    british = BRITISH.fullmatch(text.translate(DROPPED))
    if british is not None:
        return f"+44{british[1]}", ""
    read = read_number(text, ANY)
    return (read, "") if isinstance(read, str) else (None, read.detail)


def _text(line: bytes) -> str:
    # Editors show the sign for "unreadable", and hide a NUL.
    return text_of(line).replace("\0", "\ufffd").strip(UNPRINTED)


def _row(line_number: int, text: str, columns: list[str] | None, delimiter: str | None) -> ListRow:
    delimiter = delimiter or _delimiter(text)
    if columns is None and delimiter is None and text[0].isdigit():
        number, why = list_number(text)
        return ListRow(line_number, text, () if number is None else (number,), {}, why or None)
    parts = _split(text, delimiter)
    fields = dict(zip(columns, parts, strict=False)) if columns is not None else {}
    named = _named(fields)
    numbers, problem = _read(named or parts, NUMBER_IN_COLUMN if named else LIKE_A_NUMBER)
    return ListRow(line_number, text, numbers, fields, problem)


def _named(fields: Mapping[str, str]) -> list[str]:
    """What stands in the columns for numbers."""
    for columns in NUMBER_COLUMNS:
        found = [value for name, value in fields.items() if columns.search(name) and value]
        if found:
            return found
    return []


def _read(parts: list[str], must_be_one: re.Pattern[str]) -> tuple[tuple[str, ...], str | None]:
    """The numbers among the parts, and the first thing that is wrong with one."""
    numbers: dict[str, None] = {}
    problem: str | None = None
    for part in parts:
        number, why = list_number(part.strip(KEEPS_TEXT))
        if number is not None:
            numbers[number] = None
        elif must_be_one.search(part.translate(DROPPED)):
            problem = problem or why
    return tuple(numbers), problem if numbers or problem else "no number in it"


def _delimiter(text: str) -> str | None:
    return next((sign for sign in DELIMITERS if sign in text), None)


def _columns(text: str, delimiter: str | None) -> list[str] | None:
    """The names of the columns, when this first line holds names and no numbers."""
    names = [name.lower() for name in _split(text, delimiter)]
    has_digits = any(sum(sign.isdigit() for sign in name) >= 3 for name in names)
    is_named = any(columns.search(name) for columns in NUMBER_COLUMNS for name in names)
    return names if is_named and not has_digits else None


def _split(text: str, delimiter: str | None) -> list[str]:
    return [part.strip() for part in next(csv.reader([text], delimiter=delimiter or ","), [])]
