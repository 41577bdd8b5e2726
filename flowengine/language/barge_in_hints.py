"""Slips around `barge-in`: how the word is written, and the three things that may follow it."""

from __future__ import annotations

from lark import Token

from flowengine.language.diagnostics import Diagnostic
from flowengine.language.grammar import span_of
from flowengine.language.mistake import Explanation, Mistake, error_at
from flowengine.language.source import Span
from flowengine.language.words import home

MEANT = {
    **dict.fromkeys(("no", "off", "none", "false", "disabled", "forbidden", "blocked", "firm"), "never"),
    **dict.fromkeys(("yes", "on", "true", "enabled", "allowed", "any", "anytime", "interruptible"), "always"),
    "once": "after",
    "when": "after",
    "since": "after",
}
"""Words of other languages and of everyday, and what they are here."""

_PLACES = {
    "STATE": "indent it under the state, before all else that stands there",
    "LINE": "write it after the line's name, before the text",
    "SAY": "it is said where the line is defined: line NAME barge-in never",
}


def misspelt_barge_in(mistake: Mistake) -> Explanation | None:
    """`barge_in never`, `bargein never`, `barge in never`, `Barge-In Never`."""
    token = mistake.token
    if token is None or "BARGE_IN" not in mistake.accepted:
        return None
    written, count = str(token), 1
    if written.lower() == "barge":
        rest = [each.lower() for each in mistake.row[mistake.index + 1 : mistake.index + 3]]
        count = 3 if rest == ["-", "in"] else 2 if rest[:1] == ["in"] else 1
    elif written.lower().replace("_", "") != "bargein":
        return None
    last = span_of(mistake.source.path, mistake.row[mistake.index + count - 1])
    span = Span(mistake.span.path, mistake.span.line, mistake.span.column, last.end_line, last.end_column)
    message = "this word is written with a hyphen, in small letters"
    mended = mistake.replaced("BARGE_IN", "barge-in", count)
    following = mended[mistake.index + 1] if mistake.index + 1 < len(mended) else None
    if following is None or following.type != "NAME" or following.lower() not in ("always", "after", "never"):
        problem = Diagnostic("FL102", "unknown-keyword", "error", span, message, "write 'barge-in'")
        return problem, mended
    when = following.lower()
    mended[mistake.index + 1] = Token.new_borrow_pos(when.upper(), when, following)
    problem = Diagnostic("FL102", "unknown-keyword", "error", span, message, f"write 'barge-in {when}'")
    return problem, mended


def misplaced_barge_in(mistake: Mistake) -> Explanation | None:
    """`say price barge-in never`, `state terms barge-in never`, `state barge-in`: in the midst of a line."""
    token = mistake.token
    if token is None or token.type != "BARGE_IN" or not mistake.index:
        return None
    stop = mistake.index + 1
    if stop < len(mistake.row) and mistake.row[stop].type in ("ALWAYS", "AFTER", "NEVER"):
        stop += 2 if mistake.row[stop].type == "AFTER" else 1
    elif "NAME" in mistake.accepted:
        problem = error_at(mistake, "FL104", "missing-name", "a name holds no '-'", "write 'barge_in'")
        return problem, mistake.replaced("NAME", "barge_in")
    help_ = _PLACES.get(mistake.row[0].type, home("BARGE_IN"))
    problem = error_at(mistake, "FL111", "misplaced-statement", "'barge-in' does not stand here", help_)
    return problem, [*mistake.row[: mistake.index], *mistake.row[stop:]]


def mode_alone(mistake: Mistake) -> Explanation | None:
    """`line terms never "…"`: the word that says what is never done is missing."""
    token = mistake.token
    if token is None or "BARGE_IN" not in mistake.accepted or not mistake.index:
        return None
    if token.type not in ("ALWAYS", "AFTER", "NEVER"):
        return None
    message = f"{str(token)!r} says when the caller may cut in, but the word for that is missing"
    problem = error_at(mistake, "FL102", "unknown-keyword", message, f"write: barge-in {token}")
    return problem, mistake.replaced("BARGE_IN", "barge-in", 0)


def barge_in_when(mistake: Mistake) -> Explanation | None:
    """`barge-in off`, `barge-in after 3s`, `barge-in` alone: what does not say when."""
    token, before = mistake.token, mistake.before
    if before is None:
        return None
    if before.type == "AFTER" and mistake.index > 1 and mistake.row[mistake.index - 2].type == "BARGE_IN":
        return _no_line(mistake, token)
    if before.type != "BARGE_IN":
        return None
    if token is None or token.type == "STRING":
        message = "'barge-in' does not say when the caller may cut in"
        problem = error_at(mistake, "FL101", "unexpected-token", message, "write 'always', 'after LINE' or 'never'")
        return problem, mistake.replaced("ALWAYS", "always", 0)
    meant = MEANT.get(token.lower())
    if meant is None:
        return None
    help_ = "write 'after LINE'" if meant == "after" else f"write {meant!r}"
    problem = error_at(mistake, "FL102", "unknown-keyword", f"{str(token)!r} means nothing here", help_)
    return problem, mistake.replaced(meant.upper(), meant)


def _no_line(mistake: Mistake, token: Token | None) -> Explanation | None:
    """`barge-in after 3s`: a time, where the name of a line stands."""
    if token is not None and token.type not in ("DURATION", "NUMBER"):
        return None
    message = "after 'barge-in after' stands the line that has to be heard first"
    problem = error_at(mistake, "FL104", "missing-name", message, 'write its name, as in: line NAME "…"')
    return problem, mistake.replaced("NAME", "", 1 if token is not None else 0)
