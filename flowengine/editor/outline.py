"""A file at a glance: its definitions for the outline, and the stretches that can be folded."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import assert_never

from flowengine.language import ast
from flowengine.language.source import Source, Span


@dataclass(frozen=True, slots=True)
class Entry:
    """One definition: its name, what it is, and the lines it takes (from 1, both counted)."""

    name: str
    kind: str
    detail: str
    span: Span
    last_line: int
    within: tuple[Entry, ...] = ()


def outline(file: ast.File, source: Source) -> list[Entry]:
    """The definitions of a file, in order."""
    found = [entry for item in file.items if (entry := _entry(item)) is not None]
    lines = source.lines
    ends = [*(entry.span.line - 1 for entry in found[1:]), len(lines)]
    return [
        replace(entry, last_line=_last_written(lines, entry.span.line, end))
        for entry, end in zip(found, ends, strict=False)
    ]


def folds(source: Source) -> list[tuple[int, int]]:
    """Every block as its head's line and its last line (from 1): a line, and the deeper ones under it."""
    found: list[tuple[int, int]] = []
    open_: list[tuple[int, int]] = []
    last = 0
    for number, line in enumerate(source.lines, start=1):
        if not line.strip():
            continue
        width = len(line) - len(line.lstrip())
        while open_ and open_[-1][0] >= width:
            head = open_.pop()[1]
            if last > head:
                found.append((head, last))
        open_.append((width, number))
        last = number
    found.extend((head, last) for _, head in open_ if last > head)
    return sorted(found)


def _entry(item: ast.Item) -> Entry | None:
    match item:
        case ast.Use(library=name):
            return _plain(name, "library", "")
        case ast.Flow(name=name, title=title):
            return _plain(name, "flow", title.value)
        case ast.Contact(fields=fields, span=span):
            return Entry("contact", "contact", "", span, span.line, _fields(fields))
        case ast.Summary(fields=kept, span=span):
            return Entry("summary", "summary", "", span, span.line, _fields(kept))
        case ast.Anywhere(span=span):
            return Entry("anywhere", "anywhere", "", span, span.line)
        case ast.Intent(name=name, description=description):
            return _plain(name, "intent", description.value if description is not None else "")
        case ast.Slot(name=name, type=type_):
            return _plain(name, "slot", type_.name)
        case ast.Outcome(name=name, disposition=disposition):
            return _plain(name, "outcome", disposition or "")
        case ast.State(name=name, tags=tags):
            return _plain(name, "state", ", ".join(tag.text for tag in tags))
        case ast.Line(name=name):
            return _plain(name, "line", "")
        case ast.Action(name=name):
            return _plain(name, "action", "")
        case ast.Policy(name=name):
            return _plain(name, "policy", "")
        case _:
            assert_never(item)


def _fields(fields: tuple[ast.Field, ...] | tuple[ast.SummaryField, ...]) -> tuple[Entry, ...]:
    return tuple(
        Entry(field.name.text or "…", "field", field.type.name, field.name.span, field.span.line) for field in fields
    )


def _plain(name: ast.Name, kind: str, detail: str) -> Entry | None:
    return Entry(name.text, kind, detail, name.span, name.span.line) if name.text else None


def _last_written(lines: list[str], first: int, last: int) -> int:
    """The last line that is not blank and no comment at the left edge (that belongs to what follows)."""
    last = min(last, len(lines))
    while last > first and (not lines[last - 1].strip() or lines[last - 1].startswith("#")):
        last -= 1
    return last
