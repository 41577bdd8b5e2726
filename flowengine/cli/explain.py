"""`flowengine explain`: what a diagnostic means, why it matters, and how it is mended."""

from __future__ import annotations

import re
import sys
import textwrap
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from itertools import groupby

import click

from flowengine.cli.terminal import columns
from flowengine.cli.topics import TOPICS, Topic, topic
from flowengine.editor.lexicon import EXAMPLES, KEYWORDS, Keyword
from flowengine.graph.checks.catalogue import Entry
from flowengine.graph.checks.reference import BEGINNING, FAMILIES, compiled, completed, entries
from flowengine.language.diagnostics import Diagnostic
from flowengine.language.grammar import keywords
from flowengine.testing.flowtest.explained import EXPLAINED
from flowengine.testing.paint import Painter

_CODE = re.compile(r"(?:fl)?(\d{3})", re.IGNORECASE)
SHORTEST_WORD = 3
MOST_IN_TEXTS = 10
"""Words that more texts have, such as `never`, are looked for in names alone."""
_READABLE = 40
"""Columns that a remark has at least, though it then begins to the left of its carets."""
_QUOTED = re.compile(r"`([^`]+)`")


@click.command(name="explain")
@click.argument("code", required=False)
def command(code: str | None) -> None:
    """Explain a diagnostic: why it matters, a flow that has it, and one that is right.

    CODE is what `validate` and `test` show, such as FL201, or its name, such as undefined-state. A keyword, such as
    barge-in, is explained too, and so is what other words are in use for, such as voicemail or hold; they and other
    words list the diagnostics that speak of them. Without CODE, all are listed.
    """
    paint = Painter(sys.stdout.isatty())
    known = [*entries(), *EXPLAINED]
    if code is None:
        lines = listing(known, paint)
    else:
        width = min(columns(sys.stdout) or 100, 100)
        if not _key(code):
            raise _nearest(code, known)
        entry, keyword, about = _exactly(code, known), _keyword(code), topic(_key(code))
        named = _named(code, known) if entry is None else []
        if entry is None and keyword is None and about is None and not named:
            raise _nearest(code, known)
        if entry is None and keyword is None and about is None and len(named) == 1:
            entry = named[0]
        if entry is not None:
            lines = explained(entry, paint, width)
        elif keyword is None and about is not None:
            lines = _told(about, known, paint, width)
        else:
            lines = _about(code, keyword, named, paint, width)
    click.echo("\n".join(lines), color=paint.colour)


def _key(wanted: str) -> str:
    """What was asked for as names are written."""
    number = _CODE.fullmatch(wanted.strip())
    return f"FL{number[1]}" if number else re.sub(r"[\s_]+", "-", wanted.strip().lower())


def _exactly(wanted: str, known: Sequence[Entry]) -> Entry | None:
    """The entry of a code or a name, however it is written."""
    key = _key(wanted)
    return next((entry for entry in known if key in (entry.code, entry.name)), None)


def _keyword(wanted: str) -> Keyword | None:
    """The keyword of this name."""
    key = _key(wanted)
    return next((KEYWORDS[kind] for kind, word in keywords().items() if word == key and kind in KEYWORDS), None)


def _named(wanted: str, known: Sequence[Entry]) -> list[Entry]:
    """Those whose names hold all the words, then those whose texts hold them next to each other."""
    words = _key(wanted).split("-")
    in_names = [entry for entry in known if set(words) <= set(entry.name.split("-"))]
    written = re.compile(r"(?<!\w)" + r"\W+".join(map(re.escape, words)) + r"(?!\w)", re.IGNORECASE)
    in_texts = [entry for entry in known if written.search(entry.text) and entry not in in_names]
    telling = len(_key(wanted)) >= SHORTEST_WORD and len(in_texts) <= MOST_IN_TEXTS
    return in_names + in_texts if telling else in_names


def _nearest(wanted: str, known: Sequence[Entry]) -> click.UsageError:
    """Nothing is called so, or nearly so."""
    number = _CODE.fullmatch(wanted.strip())
    if number:
        close = sorted(known, key=lambda entry: abs(int(entry.code[2:]) - int(number[1])))[:3]
        near = [f"{entry.code} {entry.name}" for entry in close]
    else:
        called = {key: f"{entry.code} {entry.name}" for entry in known for key in (entry.code, entry.name)}
        called |= {name: name for name in (*keywords().values(), *(name for each in TOPICS for name in each.names))}
        near = list(dict.fromkeys(called[name] for name in get_close_matches(_key(wanted), list(called), n=3)))
    nearest = f"; the nearest: {', '.join(near)}" if near else ""
    first = f"nothing is known of {wanted!r}" if wanted.strip() else "nothing was asked for"
    topics = ", ".join(each.names[0] for each in TOPICS)
    return click.UsageError(
        f"{first}{nearest}. Ask for a diagnostic by its code (FL201) or its name (undefined-state), which 'flowengine "
        f"explain' lists, for a keyword of the language, such as barge-in, or for a topic: {topics}"
    )


def _told(about: Topic, known: Sequence[Entry], paint: Painter, width: int) -> Iterator[str]:
    """A topic: how the language does it, with the keyword that does it most, the diagnostics, and the page."""
    first = about.keywords[0]
    keyword = _keyword(first)
    assert keyword is not None, "a topic names keywords"
    yield from textwrap.wrap(about.sentence, width, break_on_hyphens=False)
    yield ""
    named = {entry.code: entry for each in about.keywords for entry in _named(each, known)}
    yield from _about(first, keyword, list(named.values()), paint, width)
    others = ", ".join(f"flowengine explain {each}" for each in about.keywords[1:])
    yield paint.dim(f"See also: {others + '; ' if others else ''}docs/{about.page}")


def _about(wanted: str, keyword: Keyword | None, named: Sequence[Entry], paint: Painter, width: int) -> Iterator[str]:
    """A keyword with its example, and the diagnostics that speak of it, or of other words."""
    if keyword is not None:
        yield paint.strong(f"{_key(wanted)}, a keyword")
        yield ""
        yield from (f"  {line}" for line in textwrap.wrap(keyword.sentence, width - 2, break_on_hyphens=False))
        yield ""
        yield from (f"{paint.good('  │')} {line}".rstrip() for line in EXAMPLES[keyword.example].splitlines())
        yield ""
    if named:
        yield paint.strong(f"Diagnostics about {_key(wanted)}:")
        longest = max(len(entry.name) for entry in named)
        for entry in named:
            yield f"  {_toned(entry.code, entry, paint)}  {entry.name:<{longest}}  {paint.dim(entry.severity)}"
        yield ""
    yield paint.dim("flowengine explain CODE explains one of them." if named else "No diagnostic speaks of it.")


def listing(known: Sequence[Entry], paint: Painter) -> Iterator[str]:
    """Every code with its name, by family."""
    width = max(len(entry.name) for entry in known)
    for family, members in groupby(known, key=lambda entry: entry.code[2]):
        if family != known[0].code[2]:
            yield ""
        yield paint.strong(f"{FAMILIES[family]} ({family}xx)")
        for entry in members:
            yield f"  {_toned(entry.code, entry, paint)}  {entry.name:<{width}}  {paint.dim(entry.severity)}"
    yield ""
    yield paint.dim("flowengine explain CODE explains one of them.")


def explained(entry: Entry, paint: Painter, width: int) -> Iterator[str]:
    """One diagnostic: its text, and its examples with the mistake marked."""
    yield f"{_toned(f'{entry.severity}[{entry.code}]', entry, paint)} {paint.strong(entry.name)}"
    yield ""
    for paragraph in entry.text.split("\n\n"):
        # No line ends inside `code`.
        whole = _QUOTED.sub(lambda match: match[0].replace(" ", "\xa0"), " ".join(paragraph.split()))
        for line in textwrap.wrap(whole, width - 2, break_on_hyphens=False):
            line = line.replace("\xa0", " ")
            yield "  " + (_QUOTED.sub(lambda match: paint.agent(match[1]), line) if paint.colour else line)
        yield ""
    if entry.bad is not None:
        yield paint.bad("Reported:")
        yield ""
        yield from _bad(entry, entry.bad, paint, width)
        yield ""
    if entry.good is not None:
        yield paint.good("Right:")
        yield ""
        yield from (f"{paint.good('  │')} {line}".rstrip() for line in entry.good.rstrip("\n").split("\n"))
        yield ""
    if entry.bad is not None and entry.bad != completed(entry.bad):
        left_out = "What a flow begins with is left out: its 'flow' line, contact, outcomes, the first state."
        yield from (paint.dim(f"  {row}") for row in textwrap.wrap(left_out, width - 2))


def _bad(entry: Entry, example: str, paint: Painter, width: int) -> Iterator[str]:
    """The bad example, with carets and the remedy where it is reported."""
    problem = next(found for found in compiled(example).diagnostics if found.code == entry.code)
    skipped = 0 if example == completed(example) else BEGINNING.count("\n") + 1
    bar = paint.bad("  │")
    for number, line in enumerate(example.rstrip("\n").split("\n"), start=1 + skipped):
        yield f"{bar} {line}".rstrip()
        if number == problem.span.line:
            yield from (f"{bar} {text}" for text in _marked(problem, line, paint, width - 4))
    if problem.span.line <= skipped:
        yield from (f"{bar} {text}" for text in textwrap.wrap(_remark(problem), width - 4))


def _marked(problem: Diagnostic, line: str, paint: Painter, width: int) -> Iterator[str]:
    span = problem.span
    end = span.end_column if span.end_line == span.line else len(line) + 1
    margin = " " * (span.column - 1)
    yield f"{margin}{paint.bad('^' * max(1, end - span.column))}"
    margin = margin[: max(0, width - _READABLE)]
    for text in textwrap.wrap(_remark(problem), width - len(margin)):
        yield f"{margin}{text}"


def _remark(problem: Diagnostic) -> str:
    return f"{problem.message}; {problem.help}" if problem.help else problem.message


def _toned(text: str, entry: Entry, paint: Painter) -> str:
    if entry.severity == "error":
        return paint.bad(text)
    return click.style(text, fg="yellow", bold=True) if paint.colour else text
