"""Texts near enough to flows to get far into the compiler: flows with something changed, and random derivations.

Everything follows from one `random.Random`, so that a number is enough to get a text again.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from random import Random

from benchmarks.hostile import HEAD
from flowengine.language.grammar import productions, word_of

ROOT = Path(__file__).parent.parent
ODD = [
    "\0",
    "\ufeff",
    "\u202e",
    "\u2066",
    "\ud800",
    "\udfff",
    "\u2028",
    "\x85",
    "\x0b",
    "é",
    "e\u0301",
    "🙂",
    "ﬁ",
    "١",
    "\t",
    "\r",
]
SIGNS = [
    '"',
    "'",
    "{{",
    "}}",
    "{%",
    "%}",
    "|",
    "->",
    ":",
    "=",
    "==",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "/",
    "\\",
    "#",
    ",",
    "-",
]
SAMPLES = {
    "NAME": ("first", "day", "agree", "name", "l0", "x", "booked", "contact", "turns", "date", "text", "started"),
    "STRING": ('"Hello."', '"It is {{ day | spoken }}."', '"{{ x ~ y }}"', '""', '"{% if x %}a{% endif %}"'),
    "QUOTED": ("'a'", "''"),
    "PATTERN": ("/how much .*/", "/(a|b)+/", "/(/"),
    "DURATION": ("6s", "8m", "250ms", "0s"),
    "PERCENT": ("50%", "0%"),
    "CLOCK": ("09:30",),
    "MOMENT": ("2026-12-01T09:30",),
    "NUMBER": ("0", "1", "3", "44"),
    "OPERATOR": ("==", "<", "+", "|", ".", "//", "**"),
    "HASH": ("#",),
    "UNCLOSED": ('"open',),
    "UNKNOWN": ("$",),
    "COMMENT": ("# why",),
    "NEWLINE": ("\n",),
}
DEEPEST = 20
"""Derivations deeper than this are cut short."""


@cache
def corpus() -> tuple[str, ...]:
    """The flows that are shipped, and those that the tests have."""
    paths = [*(ROOT / "flows").rglob("*.flow"), *(ROOT / "tests" / "cases").rglob("*.flow")]
    return tuple(path.read_text("utf-8") for path in sorted(paths))


@cache
def libraries() -> dict[str, str]:
    """The shipped libraries by name."""
    return {path.stem: path.read_text("utf-8") for path in (ROOT / "flows" / "lib").glob("*.flow")}


@cache
def _pieces() -> tuple[str, ...]:
    words = {word for text in corpus() for word in re.findall(r'"[^"\n]*"|/[^/\n]+/|\w+|[^\w\s]+', text)}
    return tuple(sorted(words))


def mutated(random: Random) -> str:
    """A flow with one to eight changes."""
    text = random.choice(corpus())
    for _ in range(random.choice((1, 1, 1, 2, 3, 5, 8))):
        text = random.choice(CHANGES)(random, text)
    return text[:200_000]


def _cut(random: Random, text: str) -> tuple[int, int]:
    start = random.randint(0, len(text))
    return start, min(len(text), start + random.choice((1, 1, 2, 5, 20, 200)))


def _delete(random: Random, text: str) -> str:
    start, stop = _cut(random, text)
    return text[:start] + text[stop:]


def _double(random: Random, text: str) -> str:
    start, stop = _cut(random, text)
    return text[:stop] + text[start:stop] * random.choice((1, 2, 30)) + text[stop:]


def _insert(random: Random, text: str) -> str:
    at = random.randint(0, len(text))
    put = random.choice(
        (random.choice(ODD), random.choice(SIGNS), random.choice(_pieces()), f" {random.choice(_pieces())} ")
    )
    return text[:at] + put * random.choice((1, 1, 1, 3, 50)) + text[at:]


def _truncate(random: Random, text: str) -> str:
    return text[: random.randint(0, len(text))]


def _other_word(random: Random, text: str) -> str:
    words = list(re.finditer(r"\w+|[^\w\s]+", text))
    if not words:
        return text
    one = random.choice(words)
    return text[: one.start()] + random.choice(_pieces()) + text[one.end() :]


def _swap_words(random: Random, text: str) -> str:
    words = list(re.finditer(r"\w+", text))
    if len(words) < 2:
        return text
    one, other = sorted(random.sample(words, 2), key=lambda match: match.start())
    between = text[one.end() : other.start()]
    return text[: one.start()] + other.group() + between + one.group() + text[other.end() :]


def _lines(random: Random, text: str) -> str:
    lines = text.split("\n")
    at, other = random.randrange(len(lines)), random.randrange(len(lines))
    match random.randrange(6):
        case 0:
            del lines[at]
        case 1:
            lines.insert(other, lines[at])
        case 2:
            lines[at], lines[other] = lines[other], lines[at]
        case 3:
            lines[at] = " " * random.choice((0, 1, 2, 3, 4, 6, 40)) + lines[at].strip()
        case 4:
            lines[at : at + 2] = ["".join(lines[at : at + 2])]
        case _:
            lines.insert(at, random.choice(random.choice(corpus()).split("\n")))
    return "\n".join(lines)


def _splice(random: Random, text: str) -> str:
    other = random.choice(corpus())
    start, _ = _cut(random, other)
    at = random.randint(0, len(text))
    return text[:at] + other[start : start + random.choice((40, 400, 4000))] + text[at:]


CHANGES: tuple[Callable[[Random, str], str], ...] = (
    _delete,
    _double,
    _insert,
    _insert,
    _truncate,
    _other_word,
    _other_word,
    _swap_words,
    _lines,
    _lines,
    _splice,
)


def derived(random: Random) -> str:
    """What the grammar allows, with names that mostly mean nothing."""
    written: list[str] = []
    depth = 0
    left = 3000
    ahead: list[tuple[str, int]] = [("_NEWLINE", 0), *[("file", 0)] * random.choice((1, 4, 16))]
    while ahead and left:
        left -= 1
        symbol, deep = ahead.pop()
        if symbol == "_NEWLINE":
            written.append("\n" + "  " * depth)
        elif symbol in ("_INDENT", "_DEDENT"):
            depth += 1 if symbol == "_INDENT" else -1
            written.append("\n" + "  " * max(0, depth))
        elif symbol in productions():
            expansions = productions()[symbol]
            listed = symbol.startswith("__")  # lark's own rules for `*` and `+`: longer lists, but no deeper
            longest = max(expansions, key=len)
            if deep >= DEEPEST:
                chosen = min(expansions, key=len)
            else:
                likely = listed or "_INDENT" in longest
                chosen = longest if likely and random.random() < 0.6 else random.choice(expansions)
            ahead += [(each, deep if listed else deep + 1) for each in reversed(chosen)]
        else:
            written.append(word_of(symbol) or random.choice(SAMPLES.get(symbol, ("x",))))
            written.append(" ")
    # A library that is missing would end the compilation before it has begun.
    lines = (line for line in "".join(written).split("\n") if line.strip() and not line.startswith("use"))
    return random.choice((HEAD, "")) + "\n".join(lines) + "\n"


def some_bytes(random: Random) -> bytes:
    """Bytes of no meaning, or a flow with some bytes changed."""
    if random.random() < 0.3:
        return random.randbytes(random.choice((0, 1, 10, 1000)))
    data = bytearray(random.choice(corpus()).encode())
    for _ in range(random.choice((1, 2, 10))):
        data[random.randrange(len(data))] = random.randrange(256)
    return bytes(data)
