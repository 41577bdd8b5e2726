"""A pattern as a tree of few kinds of parts, and the signs that each can stand for.

Python's own reader makes the tree, so what is judged is what is matched. Signs are bits of a number: one for each of
ASCII, one for all others; capitals count as small letters, as they do when matching.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from typing import Any

# `Any`: the reader of `re` has no public name; its tree of pairs is the same in Python 3.11 to 3.14.
_reader: Any = import_module("re._parser")


class _Names(dict[Any, str]):
    """The names of the reader's kinds, which are slow to write."""

    def __missing__(self, op: Any) -> str:
        name = self[op] = str(op)
        return name


_NAMES = _Names()

OTHER = 1 << 128
ANY = (1 << 129) - 1


@dataclass(frozen=True, slots=True)
class Sign:
    """One of these characters."""

    mask: int


@dataclass(frozen=True, slots=True)
class Text:
    """These characters, two and more of ASCII, in small letters: most of what patterns are made of."""

    letters: str


@dataclass(frozen=True, slots=True)
class Chain:
    """One after the other."""

    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of these."""

    branches: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """So many times; `most` None: without end. `greedy_only`: nothing of it is given back."""

    part: Part
    least: int
    most: int | None
    greedy_only: bool


@dataclass(frozen=True, slots=True)
class Look:
    """Looks ahead or behind, takes nothing."""

    part: Part


@dataclass(frozen=True, slots=True)
class Firm:
    """Matched once, nothing of it given back."""

    part: Part


@dataclass(frozen=True, slots=True)
class Place:
    """A place between characters; `first`: of the whole text."""

    first: bool


@dataclass(frozen=True, slots=True)
class Back:
    """The text of a group again."""


Part = Sign | Text | Chain | Choice | Repeat | Look | Firm | Place | Back


@lru_cache(maxsize=4096)
def read(pattern: str) -> Part:
    """The tree of a pattern that Python can compile. Raises re.error, RecursionError, OverflowError."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _chain(_reader.parse(pattern))


@lru_cache(maxsize=256)
def bit(letter: str) -> int:
    """The sign that a character is."""
    code = ord(letter)
    return 1 << ord(letter.lower()) if code < 128 else OTHER


def _chain(items: Any) -> Part:
    parts: list[Part] = []
    letters: list[str] = []
    for op, argument in items:
        name = _NAMES[op]
        if name == "LITERAL" and argument < 128:
            letters.append(chr(argument).lower())
            continue
        if letters:
            parts.append(_text(letters))
            letters = []
        parts.append(_part(name, argument))
    if letters:
        parts.append(_text(letters))
    return parts[0] if len(parts) == 1 else Chain(tuple(parts))


def _text(letters: list[str]) -> Part:
    return Text("".join(letters)) if len(letters) > 1 else Sign(bit(letters[0]))


def _part(op: str, argument: Any) -> Part:
    match op:
        case "LITERAL":
            return Sign(OTHER)
        case "NOT_LITERAL":
            return Sign((ANY & ~bit(chr(argument))) | OTHER)
        case "ANY":
            return Sign(ANY)
        case "IN":
            return Sign(_set(argument))
        case "BRANCH":
            return Choice(tuple(_chain(branch) for branch in argument[1]))
        case "SUBPATTERN":
            return _chain(argument[3])
        case "ATOMIC_GROUP":
            return Firm(_chain(argument))
        case "ASSERT" | "ASSERT_NOT":
            return Look(_chain(argument[1]))
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            least, most, items = argument
            endless = most is _reader.MAXREPEAT
            return Repeat(_chain(items), int(least), None if endless else int(most), op == "POSSESSIVE_REPEAT")
        case "AT":
            return Place(str(argument) in ("AT_BEGINNING", "AT_BEGINNING_STRING"))
        case "GROUPREF_EXISTS":
            _, yes, no = argument
            return Choice((_chain(yes), _chain(no or [])))
        case "GROUPREF":
            return Back()
        case _:  # FAILURE, an empty negative look
            return Choice(())


_WORD = sum(1 << code for code in range(128) if chr(code).isalnum() or chr(code) == "_") | OTHER
_DIGIT = sum(1 << code for code in range(48, 58)) | OTHER
_SPACE = sum(1 << code for code in range(128) if chr(code).isspace()) | OTHER
_CATEGORIES = {"WORD": _WORD, "DIGIT": _DIGIT, "SPACE": _SPACE}


def _set(items: Any) -> int:
    mask, negated = 0, False
    for op, argument in items:
        match str(op):
            case "NEGATE":
                negated = True
            case "LITERAL":
                mask |= bit(chr(argument))
            case "RANGE":
                low, high = argument
                mask |= sum(bit(each) for each in {chr(code).lower() for code in range(low, min(high, 127) + 1)})
                mask |= OTHER if high > 127 else 0
            case _:
                name = str(argument).removeprefix("CATEGORY_")
                known = _CATEGORIES[name.removeprefix("NOT_")]
                mask |= (ANY & ~known) | OTHER if name.startswith("NOT_") else known
    return (ANY & ~mask) | OTHER if negated else mask
