"""Names that are none: with blanks or hyphens in them."""

from __future__ import annotations

from difflib import get_close_matches

from lark import Token

from flowengine.language.diagnostics import Diagnostic
from flowengine.language.grammar import keywords, span_of
from flowengine.language.mistake import Explanation, Mistake, error_at
from flowengine.language.source import Span

NAME_ENDS = {
    **dict.fromkeys(("STATE", "ARROW"), ("_NEWLINE",)),
    **dict.fromkeys(("FLOW", "LINE", "INTENT"), ("STRING",)),
    "OUTCOME": ("_NEWLINE", "SUCCESS", "RETRY", "SUPPRESS"),
    "SLOT": ("COLON",),
}
"""What follows a name of several words, by what stands before it, where no other mistake looks the same."""


def hyphen(mistake: Mistake) -> Explanation | None:
    token, before = mistake.token, mistake.before
    if token is None or before is None or token.type != "MINUS" or before.type != "NAME":
        return None
    after = mistake.row[mistake.index + 1] if mistake.index + 1 < len(mistake.row) else None
    if after is None or before.end_pos != token.start_pos or token.end_pos != after.start_pos:
        return None
    joined = f"{before}_{after}"
    problem = error_at(mistake, "FL104", "missing-name", "a name holds no '-'", f"write {joined!r}")
    name = Token.new_borrow_pos("NAME", joined, before)
    return problem, [*mistake.row[: mistake.index - 1], name, *mistake.row[mistake.index + 2 :]]


def spaced_name(mistake: Mistake) -> Explanation | None:
    """`state my start`, `-> my start`: a name of several words."""
    token, before = mistake.token, mistake.before
    if token is None or before is None or mistake.index < 2 or not (_is_word(token) and _is_word(before)):
        return None
    stop = mistake.index
    while stop < len(mistake.row) and _is_word(mistake.row[stop]) and mistake.row[stop].type not in mistake.accepted:
        stop += 1
    following = mistake.row[stop].type if stop < len(mistake.row) else "_NEWLINE"
    if following not in NAME_ENDS.get(mistake.row[mistake.index - 2].type, ()):
        return None
    if any(get_close_matches(token, [keywords()[kind]], cutoff=0.65) for kind in mistake.accepted & set(keywords())):
        return None
    joined = "_".join(mistake.row[mistake.index - 1 : stop])
    start, last = span_of(mistake.source.path, before), span_of(mistake.source.path, mistake.row[stop - 1])
    span = Span(start.path, start.line, start.column, last.end_line, last.end_column)
    problem = Diagnostic("FL104", "missing-name", "error", span, "a name is one word", f"write {joined!r}")
    name = Token.new_borrow_pos("NAME", joined, before)
    return problem, [*mistake.row[: mistake.index - 1], name, *mistake.row[stop:]]


def _is_word(token: Token) -> bool:
    return token.type == "NAME" or token.type in keywords()
