"""Slips of people who write as they speak: phrases without quotes, `goto`, numbers in words, patterns left open."""

from __future__ import annotations

from difflib import get_close_matches

from lark import Token

from flowengine.language.diagnostics import Diagnostic
from flowengine.language.grammar import keywords, span_of
from flowengine.language.mistake import Explanation, Mistake, error_at
from flowengine.language.source import Span
from flowengine.language.words import FOREIGN_WORDS, TRANSFER_PARTS, home

NUMBER_WORDS = (
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)


def open_pattern(mistake: Mistake) -> Explanation | None:
    """`/a|b`: a pattern that is not closed."""
    token = mistake.token
    if token is None or str(token) != "/" or "PATTERN" not in mistake.accepted:
        return None
    words, stop = _up_to_text(mistake, token)
    problem = _over(mistake, stop, "FL112", "unclosed-text", "this pattern has no closing '/'", f"write: {words}/")
    return problem, mistake.replaced("PATTERN", f"{words}/", stop - mistake.index)


def quotes_inside(mistake: Mistake) -> Explanation | None:
    """`say "{{ "abc" | upper }}"`: double quotes inside a text, which end it."""
    before = mistake.before
    if before is None or before.type != "STRING" or not _is_open(str(before)):
        return None
    written = mistake.source.text
    ends = (at for at in range(mistake.index, len(mistake.row)) if mistake.row[at].type == "STRING")
    closing = (at for at in ends if not _is_open(written[before.start_pos : mistake.row[at].end_pos]))
    stop = next(closing, None)
    if stop is None:
        return None
    last = mistake.row[stop]
    meant = '"' + written[before.start_pos : last.end_pos][1:-1].replace('"', "'") + '"'
    start, end = span_of(mistake.source.path, before), span_of(mistake.source.path, last)
    span = Span(start.path, start.line, start.column, end.end_line, end.end_column)
    message = "inside a text, quotes are single ones: a double quote ends it"
    problem = Diagnostic("FL105", "missing-text", "error", span, message, f"write: {meant}")
    whole = Token.new_borrow_pos("STRING", meant, before)
    return problem, [*mistake.row[: mistake.index - 1], whole, *mistake.row[stop + 1 :]]


def _is_open(text: str) -> bool:
    """Whether a text ends inside `{{ }}` or `{% %}`."""
    return any(text.count(opening) > text.count(closing) for opening, closing in (("{{", "}}"), ("{%", "%}")))


def bare_phrase(mistake: Mistake) -> Explanation | None:
    """`yes please` under an intent: what a caller says, without quotes."""
    token = mistake.token
    if token is None or not {"STRING", "PATTERN"} <= mistake.accepted or "NAME" in mistake.accepted:
        return None
    if token.type != "NAME" and (token.type not in keywords() or home(token.type) is not None):
        return None
    words, stop = _up_to_text(mistake, token)
    message = "a phrase stands in double quotes"
    problem = _over(mistake, stop, "FL105", "missing-text", message, f'write: "{words}"')
    return problem, mistake.replaced("STRING", f'"{words}"', stop - mistake.index)


def foreign_word(mistake: Mistake) -> Explanation | None:
    """`silence: goto done`: a statement of another language after an event."""
    token, before = mistake.token, mistake.before
    if token is None or before is None or token.type != "NAME" or not {"ARROW", "SAY"} <= mistake.accepted:
        return None
    meant = FOREIGN_WORDS.get(token.lower())
    if meant is None:
        return None
    message = f"there is no statement {str(token)!r}"
    goal = [each for each in mistake.row[mistake.index + 1 :] if str(each) not in ("to", "->")]
    if meant != "-> STATE" or len(goal) != 1 or goal[0].type not in ("NAME", *keywords()):
        return error_at(mistake, "FL102", "unknown-keyword", message, f"write {meant!r}"), None
    opened = mistake.row[: mistake.index - 1]
    start = mistake.source.text[mistake.row[0].start_pos : opened[-1].end_pos] if opened else ""
    problem = error_at(mistake, "FL102", "unknown-keyword", message, f"write: {start} -> {goal[0]}")
    return problem, [*opened, Token.new_borrow_pos("ARROW", "->", token), goal[0]]


def transfer_part(mistake: Mistake) -> Explanation | None:
    """`brief "…"`, `whisper "…"` under a transfer, by the name that another system gives it, or misspelt."""
    token, before = mistake.token, mistake.before
    if token is None or token.type != "STRING" or before is None or mistake.index != 1:
        return None
    if before.type != "NAME" or "BRIEFING" not in mistake.at_start:
        return None
    close = get_close_matches(before.lower(), ("briefing", "filler"), n=1, cutoff=0.65)
    meant = TRANSFER_PARTS.get(before.lower()) or (close[0] if close else None)
    if meant is None:
        return None
    message, help_ = f"there is no keyword {str(before)!r} here", f"did you mean {meant!r}?"
    problem = Diagnostic("FL102", "unknown-keyword", "error", span_of(mistake.source.path, before), message, help_)
    return problem, [Token.new_borrow_pos(meant.upper(), meant, before), *mistake.row[1:]]


def number_word(mistake: Mistake) -> Explanation | None:
    """`tries three`."""
    token = mistake.token
    if token is None or "NUMBER" not in mistake.accepted or mistake.accepted & {"NAME", "OPERATOR"}:
        return None
    if token.lower() not in NUMBER_WORDS:
        return None
    digits = str(NUMBER_WORDS.index(token.lower()))
    problem = error_at(mistake, "FL101", "unexpected-token", "a number is written in digits", f"write {digits}")
    return problem, mistake.replaced("NUMBER", digits)


def _up_to_text(mistake: Mistake, token: Token) -> tuple[str, int]:
    """The words from the token on, up to the next text or pattern; and the index after them."""
    stop = mistake.index + 1
    while stop < len(mistake.row) and mistake.row[stop].type not in ("STRING", "PATTERN", "UNCLOSED"):
        stop += 1
    return mistake.source.text[token.start_pos : mistake.row[stop - 1].end_pos], stop


def _over(mistake: Mistake, stop: int, code: str, name: str, message: str, help_: str) -> Diagnostic:
    last = span_of(mistake.source.path, mistake.row[stop - 1])
    span = Span(mistake.span.path, mistake.span.line, mistake.span.column, last.end_line, last.end_column)
    return Diagnostic(code, name, "error", span, message, help_)
