"""Diagnostics as an author reads them: what, where, the line itself, and the remedy at the caret."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from unicodedata import combining, east_asian_width

from flowengine.language.diagnostics import Diagnostic, Related, Severity
from flowengine.language.source import Source, Span

_TAB = 4
_WIDEST = 110
"""Columns of a source line that are shown; of a longer one, the part around the mistake."""
_NARROWEST = 30
"""Columns without which a remedy does not stand beside its carets, and a source line is not cut further."""
_READABLE = 60
"""Columns that a remedy under its carets has, though it then begins to the left of them."""

_COLOURS: dict[Severity, str] = {"error": "\x1b[1;31m", "warning": "\x1b[1;33m", "info": "\x1b[1;36m"}
_BOLD, _BLUE, _PLAIN = "\x1b[1m", "\x1b[34m", "\x1b[0m"


def render(
    diagnostics: Iterable[Diagnostic], sources: Mapping[str, Source], *, colour: bool, columns: int | None = None
) -> str:
    """All diagnostics as text, an empty line between two; no final newline.

    `columns` is the width of the terminal that it is for. Without it no sentence is wrapped.
    """
    return "\n\n".join(_one(diagnostic, sources, colour, columns) for diagnostic in diagnostics)


def _one(diagnostic: Diagnostic, sources: Mapping[str, Source], colour: bool, columns: int | None) -> str:
    paint = _painter(colour)
    span = diagnostic.span
    tone = _COLOURS[diagnostic.severity]
    code = f"{diagnostic.severity}[{diagnostic.code}]"
    first, *more = _wrapped(f"{code} {diagnostic.name}: {diagnostic.message}", columns, 2)
    lines = [f"{paint(code, tone)} {paint(first[len(code) + 1 :], _BOLD)}", *(f"  {paint(row, _BOLD)}" for row in more)]
    source = sources.get(span.path)
    text = _line(source, span.line) if source is not None else None
    if text is None:
        lines.append(f"  {span.path}")
        if diagnostic.help:
            lines += [f"  {row}" for row in _wrapped(diagnostic.help, columns and columns - 2)]
    else:
        number = str(span.line)
        bar = paint("│", _BLUE)
        gutter = f"{' ' * len(number)} {bar} "
        room = columns and max(_NARROWEST, columns - len(number) - 3)
        shown, before, width = _window(text, span, min(room or _WIDEST, _WIDEST))
        lines.append(f"  {span.path}:{span.line}:{span.column}")
        lines.append(f"{paint(number, _BLUE)} {bar} {shown}".rstrip())
        remedy, below = _beside(diagnostic.help or "", before, width, room)
        lines.append(f"{gutter}{' ' * before}{paint('^' * width, tone)}{remedy}")
        lines += [f"{gutter}{row}" for row in below]
    for related in diagnostic.related:
        first, *more = _wrapped(_related(related, span), columns and columns - 2, 2)
        lines += [f"  {first}", *(f"    {row}" for row in more)]
    return "\n".join(lines)


def _beside(text: str, before: int, width: int, room: int | None) -> tuple[str, list[str]]:
    """What stands behind the carets, and the rows under them: where there is little room at the caret, all of it."""
    column = before + width + 1
    if not text:
        return "", []
    if room is None or column + _columns(text) <= room:
        return f" {text}", []
    if room - column >= _NARROWEST:
        first, *more = _wrapped(text, room - column)
        return f" {first}", [" " * column + row for row in more]
    indent = max(0, min(before, room - _READABLE))
    return "", [" " * indent + row for row in _wrapped(text, room - indent)]


def _wrapped(text: str, columns: int | None, hanging: int = 0) -> list[str]:
    """A sentence in rows of so many columns; all but the first have `hanging` fewer. No word is broken."""
    if columns is None:
        return [text]
    rows: list[str] = []
    row, *words = text.split(" ")
    for word in words:
        if _columns(f"{row} {word}") > columns - (hanging if rows else 0):
            rows.append(row)
            row = word
        else:
            row = f"{row} {word}"
    return [*rows, row]


def _line(source: Source, number: int) -> str | None:
    lines = source.lines
    return lines[number - 1] if number <= len(lines) else None


def _painter(colour: bool) -> Callable[[str, str], str]:
    return (lambda text, tone: f"{tone}{text}{_PLAIN}") if colour else (lambda text, tone: text)


def _related(related: Related, span: Span) -> str:
    where = related.span
    place = f"line {where.line}" if where.path == span.path else f"{where.path}:{where.line}"
    return f"{related.message}: {place}"


def _window(text: str, span: Span, widest: int) -> tuple[str, int, int]:
    """The line as shown, the columns before the carets, and the number of carets."""
    start = min(span.column - 1, len(text))
    end = len(text) if span.end_line > span.line else min(span.end_column - 1, len(text))
    before, marked, after = text[:start], text[start:end], text[end:]
    before, marked, after = _visible(before, 0), _visible(marked, _columns(before)), _visible(after, 0)
    if _columns(before + marked + after) > widest:
        before = _last_columns(before, widest // 2)
        marked = _first_columns(marked, widest // 2)
        after = _first_columns(after, max(0, widest - _columns(before) - _columns(marked)))
    return before + marked + after, _columns(before), max(1, _columns(marked))


def _visible(text: str, column: int) -> str:
    """Tabs as spaces, control characters as a sign that takes one column."""
    shown = []
    for char in text:
        if char == "\t":
            shown.append(" " * (_TAB - column % _TAB))
        else:
            shown.append(char if char.isprintable() else "�")
        column += _columns(shown[-1])
    return "".join(shown)


def _width(char: str) -> int:
    if combining(char):
        return 0
    return 2 if east_asian_width(char) in "WF" else 1


def _columns(text: str) -> int:
    """How many columns of a terminal a text takes."""
    return len(text) if text.isascii() else sum(_width(char) for char in text)


def _first_columns(text: str, columns: int) -> str:
    """The beginning of a text, in so many columns; an ellipsis says that more follows."""
    if _columns(text) <= columns:
        return text
    if columns < 1:
        return ""
    text = text[:columns]  # no character takes less than a column, but for combining signs
    while _columns(text) > columns - 1:
        text = text[:-1]
    return text + "…"


def _last_columns(text: str, columns: int) -> str:
    if _columns(text) <= columns:
        return text
    text = text[-columns:]
    while _columns(text) > columns - 1:
        text = text[1:]
    return "…" + text
