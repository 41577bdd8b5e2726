"""Warnings that an author has judged and allows: `# allow FL604: the reason`.

Such a comment stands at the end of the line it is about, or on a line of its own right above it. Only warnings can be
allowed: an error means that the call would not be the one that is written. A comment that allows nothing is reported,
so that none outlives its cause.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from flowengine.graph.checks.catalogue import ENTRIES, Entry
from flowengine.graph.checks.run import CHECKS
from flowengine.graph.libraries import Unit
from flowengine.language import ast
from flowengine.language.diagnostics import Diagnostic, Fix, Severity
from flowengine.language.source import Span

UNUSED = "FL805"

EXPLAINED: tuple[Entry, ...] = (
    Entry(
        "FL805",
        "unused-suppression",
        "warning",
        "A comment allows a diagnostic that is not reported there. The next reader would look for a fault that is "
        "gone; and if the fault came back, nobody would hear of it. Not reported while the file has errors, since "
        "those keep other checks silent.",
        "state first  # allow FL301: the spring campaign's\n  -> goodbye\n",
        "state first\n  -> goodbye\n",
    ),
    Entry(
        "FL806",
        "suppression-without-reason",
        "error",
        "A comment allows a warning and does not say why it is right here. Whoever reads the flow next cannot tell a "
        "decision from an escape.",
        "state first\n  -> goodbye\n\nstate spare  # allow FL301\n  -> goodbye\n",
        "state first\n  -> goodbye\n\nstate spare  # allow FL301: the spring campaign's\n  -> goodbye\n",
    ),
    Entry(
        "FL807",
        "unknown-code",
        "error",
        "A comment allows a diagnostic that does not exist, mostly a slip of the keyboard.",
        "state first\n  -> goodbye\n\nstate spare  # allow FL3001: the spring campaign's\n  -> goodbye\n",
        "state first\n  -> goodbye\n\nstate spare  # allow FL301: the spring campaign's\n  -> goodbye\n",
    ),
    Entry(
        "FL808",
        "not-suppressible",
        "error",
        "A comment allows an error. Only warnings can be allowed: with an error, the call would not be the one that is "
        "written, or would break a promise of its policies.",
        "state first\n  -> goodbye\n\nstate spare  # allow FL201, FL301: the spring campaign's\n  -> goodbye\n",
        "state first\n  -> goodbye\n\nstate spare  # allow FL301: the spring campaign's\n  -> goodbye\n",
    ),
)

_COMMENT = re.compile(
    r"#+\s*allow(?:\s*:)?\s+(?P<codes>FL\d\w*(?:[,\s]+FL\d\w*)*)\s*(?::\s*(?P<reason>\S.*)?)?", re.IGNORECASE
)
_NAMED = re.compile(r"#+\s*allow(?:\s*:)?\s+(?P<codes>[a-z]+(?:-[a-z]+)+)\s*(?::\s*(?P<reason>\S.*)?)?", re.IGNORECASE)
"""By a diagnostic's name, as `explain` takes it."""
_WORD = re.compile(r"[\w-]+")

_Place = tuple[str, int]
"""A file and a line in it."""

_OF_ONE_LINE = ("FL5", "FL6")
"""What these families find in a library is found when it is checked alone; others need the flow that uses it."""


@dataclass(frozen=True, slots=True)
class _Code:
    """One code of a comment, and where it stands."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Suppression:
    """One comment: what it allows, and on which line (None: nothing stands there)."""

    codes: tuple[_Code, ...]
    reasoned: bool
    line: int | None
    span: Span
    after: str = ""
    """What follows without a colon, and was meant as the reason."""


def judged(units: Sequence[Unit], problems: Sequence[Diagnostic], *, library_alone: bool) -> list[Diagnostic]:
    """The problems that remain, and what is wrong with the comments themselves."""
    found = {unit.source.path: suppressions(unit) for unit in units}
    reported: dict[_Place, list[str]] = {}
    for problem in problems:
        reported.setdefault((problem.span.path, problem.span.line), []).append(problem.code)
    allowed: set[tuple[_Place, str]] = set()
    faults: list[Diagnostic] = []
    for path, listed in found.items():
        for suppression in listed:
            here = reported.get((path, suppression.line or 0), [])
            for code in suppression.codes:
                # A slip in a code is reported as such; what it was meant to allow is not reported besides.
                meant = names().get(code.text.lower()) or (
                    code.text if code.text in severities() else _nearest(code.text, here)
                )
                if suppression.line is not None and _can_be_allowed(meant):
                    allowed.add(((path, suppression.line), meant))
                faults += _faults_of(code, meant)
            if not suppression.reasoned:
                faults.append(_unreasoned(suppression))
    remaining = [
        problem
        for problem in problems
        if problem.severity == "error" or ((problem.span.path, problem.span.line), problem.code) not in allowed
    ]
    remaining += faults
    # Errors keep some checks silent; what then only seems to fire no more is not reported.
    if not any(problem.severity == "error" for problem in remaining):
        own = units[0].source.path
        remaining += _unused(own, found[own], reported, _OF_ONE_LINE if library_alone else ("FL",))
    return remaining


def suppressions(unit: Unit) -> list[Suppression]:
    """Every comment of a file that allows something."""
    lines = unit.source.lines
    found = []
    for comment in unit.file.comments:
        match = _COMMENT.search(comment.text) or _named(comment.text)
        if match is not None:
            line = _line_below(lines, comment.span.line) if comment.own_line else comment.span.line
            after = comment.text[match.end() :].strip()
            found.append(Suppression(_codes(comment, match), match["reason"] is not None, line, comment.span, after))
    return found


def _named(text: str) -> re.Match[str] | None:
    match = _NAMED.search(text)
    return match if match is not None and match["codes"].lower() in names() else None


def _codes(comment: ast.Comment, match: re.Match[str]) -> tuple[_Code, ...]:
    codes = []
    for word in _WORD.finditer(match["codes"]):
        column = comment.span.column + match.start("codes") + word.start()
        line = comment.span.line
        codes.append(_Code(word[0], Span(comment.span.path, line, column, line, column + len(word[0]))))
    return tuple(codes)


def _line_below(lines: list[str], number: int) -> int | None:
    """The line that a comment with a line to itself is about; other comments may stand between."""
    for below, text in enumerate(lines[number:], start=number + 1):
        if not text.strip():
            return None
        if not text.lstrip().startswith("#"):
            return below
    return None


def _faults_of(code: _Code, meant: str) -> Iterator[Diagnostic]:
    if code.text.lower() in names():
        message = f"a comment allows by code, and {code.text!r} is a name"
        yield Diagnostic(
            "FL807", "unknown-code", "error", code.span, message, f"write {meant}", fix=Fix(code.span, meant)
        )
    elif code.text not in severities():
        near = meant or _nearest(code.text, filter(_can_be_allowed, severities()))
        help_ = f"did you mean {near!r}?" if near else "'flowengine explain' lists all codes"
        message = f"there is no diagnostic {code.text!r}"
        fix = Fix(code.span, near) if near else None
        yield Diagnostic("FL807", "unknown-code", "error", code.span, message, help_, fix=fix)
    elif not _can_be_allowed(code.text):
        what = "an error" if severities()[code.text] == "error" else "about such comments"
        message = f"{code.text} is {what}, and cannot be allowed"
        help_ = "mend what it reports; take this out"
        yield Diagnostic("FL808", "not-suppressible", "error", code.span, message, help_)


def _unreasoned(suppression: Suppression) -> Diagnostic:
    codes = ", ".join(code.text for code in suppression.codes)
    message = f"this comment allows {codes} without a reason"
    if suppression.after:
        help_ = f"put ':' before the reason: # allow {codes}: {suppression.after}"
    else:
        help_ = f"say why it is right here: # allow {codes}: the reason"
    return Diagnostic("FL806", "suppression-without-reason", "error", suppression.span, message, help_)


def _nearest(code: str, known: Iterable[str]) -> str:
    """The code that was most likely meant; empty when none is near."""
    close = [other for other in known if _is_slip(code.upper(), other)]
    return max(close, key=lambda other: sum(map(str.__eq__, code.upper(), other)), default="")


def _is_slip(code: str, other: str) -> bool:
    """Whether one digit was mistaken, forgotten or added, or two were swapped."""
    if len(code) == len(other):
        apart = [at for at, (one, two) in enumerate(zip(code, other, strict=True)) if one != two]
        swapped = len(apart) == 2 and apart[1] == apart[0] + 1 and sorted(code) == sorted(other)
        return len(apart) < 2 or swapped
    shorter, longer = sorted((code, other), key=len)
    return len(longer) == len(shorter) + 1 and any(
        longer[:at] + longer[at + 1 :] == shorter for at in range(len(longer))
    )


def _unused(
    path: str, listed: Iterable[Suppression], reported: Mapping[_Place, list[str]], families: tuple[str, ...]
) -> Iterator[Diagnostic]:
    for suppression in listed:
        for code in suppression.codes:
            if not code.text.startswith(families):
                continue
            if suppression.line is None:
                message = f"nothing stands right below this comment, so it allows no {code.text}"
                help_ = "put it at the end of the line that it is about, or right above that"
            elif code.text not in reported.get((path, suppression.line), []):
                message = f"there is no {code.text} to allow on line {suppression.line}"
                help_ = "take the comment out" if len(suppression.codes) == 1 else f"take {code.text} out"
            else:
                continue
            yield Diagnostic(UNUSED, "unused-suppression", "warning", code.span, message, help_)


def _can_be_allowed(code: str) -> bool:
    return code != UNUSED and severities().get(code, "error") != "error"


@cache
def severities() -> Mapping[str, Severity]:
    """Every code there is → how grave it is."""
    rules = (module.RULE for module in CHECKS)
    return {entry.code: entry.severity for entry in (*ENTRIES, *EXPLAINED)} | {
        rule.code: rule.severity for rule in rules
    }


@cache
def names() -> Mapping[str, str]:
    """Every diagnostic's name → its code."""
    rules = (module.RULE for module in CHECKS)
    return {entry.name: entry.code for entry in (*ENTRIES, *EXPLAINED)} | {rule.name: rule.code for rule in rules}
