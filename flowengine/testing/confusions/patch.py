"""Proposed phrases as a change of the flow's file, to be looked at and applied like any other."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

from flowengine.language import ast
from flowengine.language.parser import parse
from flowengine.language.source import Source
from flowengine.testing.confusions.proposals import Proposal

WIDEST = 120


def patched(source: Source, proposals: Iterable[Proposal]) -> str:
    """The text of the flow with the phrases added.

    To an intent that is written in it, below the phrases that it has; an intent of a library gets its new phrases in
    a block of the flow's own, above the first state, since the library belongs to other flows as well.
    """
    tree, _ = parse(source)
    by_intent: dict[str, list[str]] = {}
    for each in proposals:
        by_intent.setdefault(each.intent, []).append(each.phrase)
    written = {each.name.text: each for each in tree.items if isinstance(each, ast.Intent)}
    after: dict[int, list[str]] = {}
    for name, phrases in by_intent.items():
        if name in written:
            after.setdefault(_last_line(written[name]), []).extend(phrase_lines(phrases))
    block = [
        line
        for name, phrases in by_intent.items()
        if name not in written
        for line in (f"intent {name}", *phrase_lines(phrases), "")
    ]
    first_state = min((each.span.line for each in tree.items if isinstance(each, ast.State)), default=None)
    if block and first_state is not None:
        after[first_state - 1] = [*after.get(first_state - 1, []), *block]
    lines = []
    for number, line in enumerate(source.lines, 1):
        lines.append(line)
        lines += after.get(number, [])
    return "\n".join(lines)


def diff(source: Source, proposals: Iterable[Proposal]) -> str:
    """A unified diff of the flow's file, for `patch` and `git apply`."""
    old, new = source.text.splitlines(keepends=True), patched(source, proposals).splitlines(keepends=True)
    return "".join(difflib.unified_diff(old, new, f"a/{source.path}", f"b/{source.path}"))


def phrase_lines(phrases: Sequence[str]) -> list[str]:
    """The phrases as the formatter writes them: as many to a line as fit."""
    lines: list[str] = []
    for phrase in phrases:
        quoted = f'"{phrase}"'
        if lines and len(lines[-1]) + 1 + len(quoted) <= WIDEST:
            lines[-1] += f" {quoted}"
        else:
            lines.append(f"  {quoted}")
    return lines


def _last_line(intent: ast.Intent) -> int:
    """Of its phrases, or, where it has patterns alone, of its first line."""
    return max((each.span.end_line for each in intent.phrases), default=intent.name.span.line)
