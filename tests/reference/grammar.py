"""docs/reference/grammar.md: flow.lark as a reader wants it, its keywords, and its terminals with examples."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from importlib.resources import files

from flowengine.editor.lexicon import EXAMPLES, KEYWORDS
from flowengine.language.grammar import keywords
from tests.reference.markdown import code, table

TERMINALS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "NAME": ("letters, digits and `_`, no digit in front", ("visit_day", "naïve")),
    "STRING": ('text in straight double quotes, on one line; `\\"` is a quote inside', ('"Hello."', '"a \\" b"')),
    "QUOTED": ("text in single quotes, in expressions only", ("'basic'",)),
    "PATTERN": ("a regular expression, with blanks around it", ("/how much .* (month|year)/",)),
    "DURATION": ("a length of time", ("500ms", "6s", "8m", "1.5h")),
    "PERCENT": ("a share", ("50%",)),
    "CLOCK": ("a time of day", ("09:30",)),
    "MOMENT": ("a day with a time", ("2026-12-01T09:30",)),
    "NUMBER": ("a number", ("3", "14.50")),
    "OPERATOR": ("an operator of an expression", ("==", "!=", "<=", ">", "+", "//", "|", ".")),
}
"""What each terminal is, and examples; a test lexes them."""

TITLES: Mapping[str, str] = {
    "file": "",
    "block": "Blocks",
    "say": "Statements that do not wait",
    "if_": "if",
    "listen": "Statements that wait",
    "branches": "Branches and events",
    "body": "What a branch does",
    "expr": "",
}
"""Where the first rule of a group is not the best heading; empty: the section's does."""

SHOWN: Mapping[str, str] = {"listen": "listen", "say": "simple", "branches": "events"}
"""First rule of a group → its example, where that has another name."""

SYMBOLS = {"MINUS": '"-"', "STAR": '"*"', "HASH": '"#"'}

OPENING = """\
# The grammar

What may be written, rule by rule. This page is made by `python -m tests.reference` from the grammar that the parser
uses, `flowengine/language/flow.lark`. What it means is in [the flow language](language.md); a file that keeps to the
grammar may still have mistakes of meaning: [diagnostics](diagnostics.md).

| written | means |
| --- | --- |
| `"word"` | this word or sign |
| `CAPITALS` | a [terminal](#terminals) |
| `small_letters` | a rule of this page |
| `A?` `A*` `A+` | A, if you like; any number of A, or none; one A or more |
| `A \\| B` | A or B |
| `NEWLINE` | the end of the line |
| `INDENT … DEDENT` | deeper lines, two spaces a level |

`#` begins a comment. A [keyword](#keywords) is a name wherever only a name can stand. Deeper lines that are optional
here are missed by a diagnostic, which says what belongs there.
"""


def page() -> str:
    """The whole page."""
    parts = [OPENING, *(f"## {title}\n\n{_section(rules)}" for title, rules in _sections())]
    return "\n".join([*parts, f"## Terminals\n\n{_terminals()}", f"## Keywords\n\n{_keywords()}"])


def _sections() -> Iterator[tuple[str, list[str]]]:
    """The grammar's groups of rules: what stands between two empty lines, under what its comments call it."""
    text = files("flowengine.language").joinpath("flow.lark").read_text("utf-8")
    before, *rest = re.split(r"^// ── (.+) ──$", text, flags=re.MULTILINE)
    yield "The file", _groups(before)
    for title, body in zip(rest[::2], rest[1::2], strict=True):
        if title != "terminals":
            yield title.partition(":")[0].capitalize(), _groups(body)


def _groups(text: str) -> list[str]:
    without = re.sub(r"^//.*\n", "", text, flags=re.MULTILINE)
    return [group for group in re.split(r"\n{2,}", without.strip("\n")) if group]


def _section(groups: list[str]) -> str:
    return "\n".join(_group(group) for group in groups)


def _group(group: str) -> str:
    first = re.split(r"\W", group.lstrip("_"), maxsplit=1)[0]
    title = TITLES.get(first, first)
    rules = "\n".join(_readable(line) for line in group.splitlines())
    example = EXAMPLES.get(SHOWN.get(first, first))
    shown = f"\n```text\n{example}```\n" if example is not None else ""
    heading = f"### {title}\n\n" if title else ""
    return f"{heading}```text\n{rules}\n```\n{shown}"


def _readable(rule: str) -> str:
    """A rule without what only the parser wants: underscores, and names for words that can stand as they are."""
    words = {**{kind: f'"{word}"' for kind, word in keywords().items()}, **SYMBOLS}
    plain = re.sub(r"(?<![\w\"])[A-Z]+(?:_[A-Z]+)*(?![\w\"])", lambda match: words.get(match[0], match[0]), rule)
    plain = re.sub(r"(?<![\w\"])_(?=\w)", "", plain)
    return re.sub(r"\b(if|elif|else)_", r"\1", plain)


def _terminals() -> str:
    rows = ((code(name), what, " ".join(map(code, examples))) for name, (what, examples) in TERMINALS.items())
    return table(("terminal", "is", "for example"), rows)


def _keywords() -> str:
    rows = sorted((word, KEYWORDS[kind].sentence) for kind, word in keywords().items())
    return table(("keyword", "what it does"), ((code(word), sentence) for word, sentence in rows))
