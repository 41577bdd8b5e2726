"""What a flow is made of: its own file, every library that `use` brings in, and every subflow that `run` names.

Each stands once, in order of precedence: the flow, its libraries, then its subflows with theirs. A library that only a
subflow uses belongs to the whole call, like any other.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from flowengine.language import ast
from flowengine.language.diagnostics import Diagnostic, Fix
from flowengine.language.parser import FATAL_CODES, parse
from flowengine.language.reading import read_source, text_source
from flowengine.language.source import Source


@dataclass(frozen=True, slots=True)
class Unit:
    """One file of a flow. `library` is its name, or the subflow's; None for the flow's own file."""

    library: str | None
    source: Source
    file: ast.File
    is_subflow: bool = False


Finder = Callable[[str, str], "Source | Diagnostic | None"]
"""From a library's name and the path of the file that uses it to its text; None when there is no such library."""


@dataclass(slots=True)
class Units:
    """All files of one flow: its own first, then libraries as `use` names them, a library's own after it."""

    found: list[Unit] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    subflows: set[str] = field(default_factory=set)
    problems: list[Diagnostic] = field(default_factory=list)
    usable: bool = True
    """False when a file could not be read at all: what follows would be guessing."""


Parser = Callable[[Source], tuple[ast.File, tuple[Diagnostic, ...]]]
"""From a text to its tree and its mistakes; an editor gives one that remembers the files that did not change."""


def load(source: Source, find: Finder, parser: Parser = parse) -> Units:
    """Parse a flow and all it uses."""
    units = Units()
    _add(units, Unit(None, source, _parsed(units, source, parser)), find, parser)
    for unit in units.found:  # grows as subflows are found
        for run in runs(unit.file):
            _add_subflow(units, run, unit, find, parser)
    return units


def _add_subflow(units: Units, run: ast.Run, user: Unit, find: Finder, parser: Parser) -> None:
    name = run.flow.text
    if not name or name in units.subflows:
        return
    own = units.found[0].source.path
    if user.source.path == own and name == Path(own).stem:  # it runs itself: told of by a check
        return
    found = find(name, user.source.path)
    if not isinstance(found, Source):
        units.problems.append(found or _missing_subflow(run, user.source.path))
    elif found.path != own:
        units.subflows.add(name)
        _add(units, Unit(name, found, _parsed(units, found, parser), is_subflow=True), find, parser)


def _add(units: Units, unit: Unit, find: Finder, parser: Parser) -> None:
    """A file and the libraries it uses, each before what stands after it. Not by recursion: a chain may be long."""
    _take(units, unit)
    ahead = [(iter(uses(unit.file)), unit.source, (unit.library,) if unit.library else ())]
    while ahead:
        remaining, user, users = ahead[-1]
        use = next(remaining, None)
        if use is None:
            ahead.pop()
            continue
        name = use.library.text
        if name and name in users:
            units.problems.append(_cyclic(use, list(users)))
        elif name and name not in units.names:
            found = find(name, user.path)
            if isinstance(found, Source) and found.path == units.found[0].source.path:
                units.problems.append(_cyclic(use, [name]))
            elif isinstance(found, Source):
                file = _parsed(units, found, parser)
                _take(units, Unit(name, found, file))
                if any(isinstance(item, ast.Flow) for item in file.items):
                    units.problems.append(_no_library(use))
                ahead.append((iter(uses(file)), found, (*users, name)))
            else:
                units.usable = False
                units.problems.append(found or _missing(use, user.path))


def _parsed(units: Units, source: Source, parser: Parser) -> ast.File:
    file, problems = parser(source)
    units.problems.extend(problems)
    if any(problem.code in FATAL_CODES for problem in problems):
        units.usable = False
    return file


def _take(units: Units, unit: Unit) -> None:
    units.found.append(unit)
    if unit.library is not None:
        units.names.add(unit.library)


def uses(file: ast.File) -> tuple[ast.Use, ...]:
    """Every `use` of a file, under `flow` or (in a library) at the top."""
    found: list[ast.Use] = []
    for item in file.items:
        if isinstance(item, ast.Flow):
            found.extend(item.uses)
        elif isinstance(item, ast.Use):
            found.append(item)
    return tuple(found)


def runs(file: ast.File) -> tuple[ast.Run, ...]:
    """Every `run` of a file."""
    found: list[ast.Run] = []
    ahead: deque[ast.Statement] = deque()
    for item in file.items:
        if isinstance(item, ast.State):
            ahead.extend(item.body)
        elif isinstance(item, ast.Anywhere):
            ahead.extend(statement for branch in item.branches for statement in branch.body.statements)
    while ahead:
        statement = ahead.popleft()
        if isinstance(statement, ast.Run):
            found.append(statement)
        for body in ast.bodies(statement):
            ahead.extend(body.statements)
    return tuple(found)


def on_disk(name: str, user: str) -> Source | Diagnostic | None:
    """Beside the file that uses it, in `lib/` there, or in the `lib/` next to its folder."""
    for candidate in places(name, user):
        if os.path.isfile(candidate):  # Path.is_file raises when a name is too long
            return read_source(candidate)
    return None


def given(libraries: Mapping[str, str]) -> Finder:
    """Libraries at hand as texts."""

    def find(name: str, user: str) -> Source | None:
        return text_source(libraries[name], f"{name}.flow") if name in libraries else None

    return find


def places(name: str, user: str) -> list[Path]:
    """Where a library is looked for, the nearest place first."""
    folder = Path(user).parent
    return [
        Path(os.path.normpath(folder / place / f"{name}.flow")) for place in (Path(), Path("lib"), Path("..") / "lib")
    ]


def _missing(use: ast.Use, user: str) -> Diagnostic:
    name = use.library.text
    looked_at = places(name, user)
    beside = (path for place in looked_at if place.parent.is_dir() for path in place.parent.glob("*.flow"))
    known = sorted({path.stem for path in beside if path.is_file()} - {Path(user).stem})
    close = get_close_matches(name, known, n=1)
    looked = "looked for " + ", ".join(place.as_posix() for place in looked_at)
    help_ = f"did you mean {close[0]!r}? ({looked})" if close else looked
    folder = next((place.as_posix() for place in looked_at if place.is_dir()), None)
    if folder is not None:
        help_ = f"{folder} is a folder; a library is a file"
    message = f"there is no library called {name!r}"
    fix = Fix(use.library.span, close[0]) if close else None
    return Diagnostic("FL208", "missing-library", "error", use.library.span, message, help_, fix=fix)


def _missing_subflow(run: ast.Run, user: str) -> Diagnostic:
    name = run.flow.text
    looked_at = [place.as_posix() for place in places(name, user)]
    message = f"there is no flow called {name!r} to run"
    return Diagnostic("FL216", "missing-subflow", "error", run.flow.span, message, f"looked for {', '.join(looked_at)}")


def _no_library(use: ast.Use) -> Diagnostic:
    message = f"{use.library.text!r} is a flow of its own, not a library"
    help_ = "move what both need to a file without a 'flow' line, and use that"
    return Diagnostic("FL212", "not-a-library", "error", use.library.span, message, help_)


def _cyclic(use: ast.Use, users: list[str]) -> Diagnostic:
    name = use.library.text
    chain = " → ".join([*users[users.index(name) :], name])
    return Diagnostic(
        "FL209",
        "cyclic-use",
        "error",
        use.library.span,
        f"{name!r} uses itself: {chain}",
        "take one of these 'use' lines out",
    )
