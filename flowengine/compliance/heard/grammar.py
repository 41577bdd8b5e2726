"""How the floor's rules are written: one line says a family of sentences.

`stop ~3 <calling>` is "stop", at most three words, one of the words of `calling`. A word stands for itself; `(a|b_c)`
is one of these, `_` a blank within; `[a|b]` or `(a|b)?` may be left out; `<name>` is a class of words, also in groups;
`^` begins and `$` ends what is said, `^;` begins its last clause; `!(a|b)` means that none of these follows. What is
left is a regular expression over words as `normalise` leaves them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flowengine.words.patterns import Strings, needles, rarest

_CLASS = re.compile(r"<(\w+)>")
_WORDS = re.compile(r"[a-z0-9_]+")
_OPTIONAL = re.compile(r"\([^()]*(?:\([^()]*\)[^()]*)*\)\?")


@dataclass(frozen=True, slots=True)
class Rule:
    """A regular expression, and the strings that it cannot do without, one of each set, where lines begin and end in a
    blank."""

    expression: str
    known: tuple[Strings, ...] | None = None

    def strings(self) -> tuple[Strings, ...]:
        """Of a rule that is written as a regular expression they are read from it, which takes half a millisecond."""
        return needles(self.expression) if self.known is None else self.known


def rules(lines: Iterable[str], classes: Mapping[str, str]) -> tuple[Rule, ...]:
    """The rules that lines say. Raises KeyError for a class that there is not."""
    return tuple(Rule(expression(line, classes), _strings(_opened(line, classes))) for line in lines)


def written(*patterns: str) -> tuple[Rule, ...]:
    """Rules that are written as regular expressions."""
    return tuple(Rule(pattern) for pattern in patterns)


def expressions(lines: Iterable[str], classes: Mapping[str, str]) -> tuple[str, ...]:
    """The regular expressions of lines. Raises KeyError for a class that there is not."""
    return tuple(expression(line, classes) for line in lines)


def expression(line: str, classes: Mapping[str, str]) -> str:
    """The regular expression of one line. Raises KeyError for a class that there is not."""
    written: list[str] = []
    begun = False
    for token in _opened(line, classes).split():
        if token == "^":
            written.append(r"^(?:; )?")
        elif token == "^;":
            written.append("^;")
            begun = True
        elif token == "$":
            written.append("$")
        elif token.startswith("~"):
            written.append(rf"(?: \w+){{0,{token[1:]}}}" if begun else rf"(?:\w+ ){{0,{token[1:]}}}")
        elif token.startswith("!"):
            written.append(rf"(?! (?:{_plain(token[1:])})\b)")
        elif token.startswith("[") or _OPTIONAL.fullmatch(token):
            inner = _plain(token[1:-1] if token.startswith("[") else token[1:-2])
            written.append(rf"(?: (?:{inner}))?" if begun else rf"(?:(?:{inner}) )?")
        else:
            inner = f"(?:{_plain(token)})"
            written.append(f" {inner}" if begun else inner if written else rf"\b{inner}")
            begun = True
    return "".join(written) + ("" if written[-1] == "$" else r"\b")


def _opened(line: str, classes: Mapping[str, str]) -> str:
    return _CLASS.sub(lambda found: "(" + classes[found.group(1)].replace(" ", "|") + ")", line)


def _strings(opened: str) -> tuple[Strings, ...]:
    """What the words of a line promise, read from the line: its regular expression need not be read for it."""
    needed = [token for token in opened.split() if token[0] not in "~[!^$" and not _OPTIONAL.fullmatch(token)]
    found = (_alternatives(token) for token in needed)
    return rarest([frozenset(map(_aloud, each)) for each in found if each is not None])


def _aloud(words: str) -> str:
    """A word of two letters stands in many others: it is looked for with the blanks about it."""
    return words if len(words) > 2 else f" {words} "


def _alternatives(token: str) -> list[str] | None:
    """All that a token can be; None where it is more than words and choices between them."""
    if _WORDS.fullmatch(token):
        return [token.replace("_", " ")]
    if not (token.startswith("(") and token.endswith(")")):
        return None
    made: list[str] = []
    depth, begun = 0, 1
    for place, sign in enumerate(token):
        depth += {"(": 1, ")": -1}.get(sign, 0)
        if (sign == "|" and depth == 1) or (sign == ")" and depth == 0):
            inner = _alternatives(token[begun:place])
            if inner is None or (depth == 0 and place < len(token) - 1):
                return None
            made += inner
            begun = place + 1
    return made


def _plain(token: str) -> str:
    return token.replace("(", "(?:").replace("_", " ")
