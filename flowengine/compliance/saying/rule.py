"""One kind of thing that an agent never says: how it is found, what it is, and how to say it instead."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Rule = Literal[
    "authority",
    "human",
    "guarantee",
    "urgency",
    "secrets",
    "prompt",
    "advice",
    "threat",
    "argument",
    "price",
    "place",
    "undone",
    "language",
    "unreadable",
]

_CLAUSE = re.compile(r"[,;:–—] | (?:and|but|so|because|then) ")
_DENIES = re.compile(
    r"\b(?:not(?! only| just)|never|no(?! doubt| question| kidding| wonder)|nor|neither|nobody|nothing(?! but| less)"
    r"|without(?! (?:a )?(?:doubt|question))|cannot|\w+n't(?! (?:just|only|wait))|whether|unlike|wouldn't|rather than"
    r"|if(?= \w+$))\b",
    re.IGNORECASE,
)
REACH = 7
"""Words before a match in which a "not" turns it round."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What is looked for. `certain`: an error where an author writes it, else a warning.

    `written`: looked for in a flow's own texts too; else only in what is said beside them. `models`:
    only in what a model says, which can do nothing.
    """

    rule: Rule
    pattern: re.Pattern[str]
    called: str
    instead: str
    certain: bool = False
    written: bool = True
    models: bool = False
    hints: tuple[str, ...] = ()
    """In lower case: a sentence without any of these cannot match. Looking costs a hundredth of the pattern."""

    def matches(self, text: str) -> Iterator[re.Match[str]]:
        """Where one sentence says it; what it denies or only mentions is left out."""
        if self.hints and not hinted(text.lower(), self.hints):
            return
        for match in self.pattern.finditer(text):
            if not denied(text, match.start()):
                yield match


def hinted(text: str, hints: tuple[str, ...]) -> bool:
    """Whether any of these stands in a text."""
    return any(hint in text for hint in hints)


def denied(text: str, start: int) -> bool:
    """Whether what begins at `start` is turned round by words before it in its own clause: "I can't guarantee"."""
    clause = _CLAUSE.split(text[:start])[-1]
    return _DENIES.search(" ".join(clause.split()[-REACH:]) + " ") is not None


def pattern(*alternatives: str) -> re.Pattern[str]:
    """One pattern of several; capitals make no difference."""
    return re.compile("|".join(alternatives), re.IGNORECASE)
