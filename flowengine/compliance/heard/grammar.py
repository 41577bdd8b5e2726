"""How the floor's rules are written: one line says a family of sentences.

`stop ~3 <calling>` is "stop", at most three words, one of the words of `calling`. A word stands for itself; `(a|b_c)`
is one of these, `_` a blank within; `[a|b]` or `(a|b)?` may be left out; `<name>` is a class of words, also in groups;
`^` begins and `$` ends what is said, `^;` begins its last clause; `!(a|b)` means that none of these follows. What is
left is a regular expression over words as `normalise` leaves them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

_CLASS = re.compile(r"<(\w+)>")
_OPTIONAL = re.compile(r"\([^()]*(?:\([^()]*\)[^()]*)*\)\?")


def expressions(lines: Iterable[str], classes: Mapping[str, str]) -> tuple[str, ...]:
    """The regular expressions of lines. Raises KeyError for a class that there is not."""
    return tuple(expression(line, classes) for line in lines)


def expression(line: str, classes: Mapping[str, str]) -> str:
    """The regular expression of one line. Raises KeyError for a class that there is not."""
    opened = _CLASS.sub(lambda found: "(" + classes[found.group(1)].replace(" ", "|") + ")", line)
    written: list[str] = []
    begun = False
    for token in opened.split():
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


def _plain(token: str) -> str:
    return token.replace("(", "(?:").replace("_", " ")
