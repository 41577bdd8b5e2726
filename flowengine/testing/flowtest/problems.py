"""What can be wrong with a line of a `.flowtest`, explained. Codes FL850 to FL889; docs/reference/flowtest.md."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from difflib import get_close_matches

from flowengine.language.diagnostics import Diagnostic, Related
from flowengine.language.source import Span

FORMS = {
    "test": 'test "name"',
    "flow": "flow boiler_cover",
    "contact": 'contact, with lines such as name = "Sam" under it',
    "now": "now 2026-11-24 10:00",
    "guard": "guard uk_outbound allowed, or refused",
    "action": 'action book_visit gives reference = "AB12", or action book_visit fails',
    "llm": 'llm says "It covers the boiler.", or llm fails',
    "llm summarises": 'llm summarises reason = "too dear", interest = cold',
    "transfer": "transfer answered, or busy, no_answer, failed",
    "variant": "variant opening = warm",
    "agent": 'agent: * "Am I speaking with Sam?"',
    "caller": "caller: yes, speaking",
    "expect": "expect visit_day = 2026-12-01, or expect state = greeting",
    "ends": "ends booked",
    "field": 'name = "Sam"',
}
"""How each kind of line is written."""

CUES = {
    "silence": "(silence 6s)",
    "takes": "(takes 2m) well, it's a long story",
    "press": "(press 1)",
    "hangs": "(hangs up)",
    "voicemail": "(voicemail)",
    "interrupts": '(interrupts after "boiler") no thanks',
}

ITEMS = (
    *("flow", "contact", "now", "guard", "action", "llm", "transfer", "variant"),
    *("agent", "caller", "expect", "ends"),
)


ACTION_WORDS = ("gives", "succeeds", "fails", "times out", "after")


ODD_QUOTES = "“”„«»"
"""What word processors make of straight quotes."""
_ODD_QUOTES = re.compile(f"[{ODD_QUOTES}]")
_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"')


def mistake(code: str, name: str, span: Span, message: str, help_: str | None = None) -> Diagnostic:
    """An error in a test."""
    return Diagnostic(code, name, "error", span, message, help_)


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """The likely name, else the names there are."""
    names = list(known)
    close = get_close_matches(word, names, n=1)
    if close:
        return f"did you mean {close[0]!r}?"
    if not names:
        return None
    if len(names) == 1:
        return f"there is only {names[0]}"
    return f"there are {', '.join(names[:8])}{' …' if len(names) > 8 else ''}"


def unknown_line(word: str, span: Span, *, at_margin: bool) -> Diagnostic:
    """A line that begins with no word of the language."""
    if at_margin and word in ITEMS:
        return mistake("FL852", "misplaced-line", span, f"{word!r} stands inside a test", "indent it by two spaces")
    known = ("test",) if at_margin else ITEMS
    close = get_close_matches(word.lower(), known, n=1)
    if not at_margin and word == "test":
        return mistake(
            "FL852", "misplaced-line", span, "a test cannot stand inside another", "begin it at the start of the line"
        )
    if close:
        help_ = f"did you mean {close[0]!r}?"
    elif at_margin:
        help_ = 'a test begins with, for example, test "a busy caller"'
    else:
        help_ = f"lines of a test begin with {', '.join(ITEMS[:-1])} or {ITEMS[-1]}"
    return mistake("FL851", "unknown-line", span, f"no line of a test begins with {word!r}", help_)


def bad_line(kind: str, line: str, span: Span) -> Diagnostic:
    """A line that begins well and goes wrong at `span`."""
    rest = line[span.column - 1 :].strip()
    before = line[: span.column - 1].rstrip()
    form = " ".join(line.split()[:2])
    help_ = f"write, for example: {FORMS.get(form, FORMS[kind])}"
    name, message = "bad-line", f"{_shown(rest)} does not fit here"
    odd = _ODD_QUOTES.search(_TEXT.sub(lambda text: " " * len(text[0]), line))
    if odd is not None:
        return odd_quote(odd[0], Span(span.path, span.line, odd.start() + 1, span.line, odd.start() + 2))
    if line.count('"') - line.count('\\"') & 1 and '"' in rest:
        message, help_ = "this text has no closing quote", 'end it with "'
    elif (
        kind in ("agent", "caller")
        and before == before.rstrip(":")
        and not before.endswith(("(", ")"))
        and (before.strip() == kind)
    ):
        message, help_ = f"a ':' is missing after {kind!r}", f"write {kind}: …"
    elif kind == "now" and not rest and (typed := re.fullmatch(r"now\s+(\d{4}-\d\d?-\d\d?)", before.strip())):
        return _no_time(typed[1], line, span)
    elif not rest:
        message = "something is missing at the end of this line"
    elif kind == "agent":
        help_ = 'the agent\'s words stand in quotes: agent: "Good morning." *'
    elif kind == "caller" and rest.startswith('"') and before.endswith(":"):
        message, help_ = "the caller's words stand without quotes", f"write caller: {rest.strip(chr(34))}"
    elif kind == "caller" and "(" in line:
        return _bad_cue(line, span)
    elif kind == "guard" and (close := get_close_matches(rest, ("allowed", "refused"), n=1)):
        message, help_ = f"{rest!r} is no answer of a guard", f"did you mean {close[0]!r}?"
    elif kind == "action" and (close := get_close_matches(rest.split()[0], ACTION_WORDS, n=1)):
        help_ = f"did you mean {close[0]!r}? For example: {FORMS[kind]}"
    elif kind == "test":
        help_ = 'a name stands in quotes: test "a busy caller"'
    return mistake("FL853", name, span, message, help_)


def _no_time(day: str, line: str, span: Span) -> Diagnostic:
    """A day without a time of day; and it may be no day besides."""
    try:
        date(*map(int, day.split("-")))
    except ValueError as error:
        column = line.index(day) + 1
        at = Span(span.path, span.line, column, span.line, column + len(day))
        return mistake(
            "FL862", "bad-value", at, f"{day!r} is not a date: {error}", f"write, for example: {FORMS['now']}"
        )
    help_ = f"add the time of day: now {day} 10:00"
    return mistake("FL853", "bad-line", span, "something is missing at the end of this line", help_)


def odd_quote(sign: str, span: Span) -> Diagnostic:
    """A quote as word processors write it."""
    message = f"{sign!r} is no quote of this language"
    return mistake("FL853", "bad-line", span, message, 'write texts in straight double quotes: "…"')


def _bad_cue(line: str, span: Span) -> Diagnostic:
    start = line.index("(")
    end = line.find(")", start) + 1 or len(line)
    cue = line[start:end]
    whole = Span(span.path, span.line, start + 1, span.line, end + 1)
    word = re.match(r"\(\s*(\w*)", cue)
    first = word[1] if word else ""
    close = get_close_matches(first, CUES, n=1, cutoff=0.65)
    if first in CUES:
        message, help_ = f"{cue!r} is not quite a cue", f"write, for example: {CUES[first]}"
    elif close:
        message, help_ = f"{cue!r} is no cue", f"did you mean {CUES[close[0]]}?"
    else:
        message, help_ = f"{cue!r} is no cue", f"cues are {', '.join(CUES.values())}"
    return mistake("FL854", "unknown-cue", whole, message, help_)


def bad_indent(span: Span, *, deeper: bool) -> Diagnostic:
    if deeper:
        message, help_ = "this line is indented deeper than the line above it", "only lines under 'contact' are deeper"
    else:
        message, help_ = "this line fits no line above it", "indent all lines of a test alike"
    return mistake("FL856", "bad-indentation", span, message, help_)


def twice(word: str, span: Span, first: Span) -> Diagnostic:
    message = f"this test has more than one {word!r} line"
    return Diagnostic(
        "FL857", "given-twice", "error", span, message, "keep one", (Related(first, "the first is here"),)
    )


def same_name(name: str, span: Span, first: Span) -> Diagnostic:
    message = f"two tests are called {name!r}"
    related = (Related(first, "the first is here"),)
    return Diagnostic("FL858", "duplicate-test", "error", span, message, "give this one a name of its own", related)


def no_flow(name: str, span: Span) -> Diagnostic:
    return mistake(
        "FL859", "incomplete-test", span, f"the test {name!r} names no flow", "add, for example: flow booking"
    )


def no_steps(name: str, span: Span) -> Diagnostic:
    help_ = "add what the agent and the caller say, and how the call ends"
    return mistake("FL859", "incomplete-test", span, f"the test {name!r} checks nothing", help_)


def no_tests(span: Span) -> Diagnostic:
    return mistake("FL860", "no-tests", span, "this file has no test", 'a test begins with, for example, test "yes"')


def after_end(span: Span, end: Span) -> Diagnostic:
    message = "this stands after the end of the call"
    related = (Related(end, "it ended here"),)
    return Diagnostic("FL861", "after-end", "error", span, message, "move it before the 'ends' line", related)


def bad_value(text: str, span: Span, why: str) -> Diagnostic:
    """A date or a time that no calendar or clock has."""
    return mistake("FL862", "bad-value", span, f"{text!r} is not a date or time: {why}", None)


def _shown(rest: str) -> str:
    word = rest.split()[0] if rest.split() else rest
    return repr(word)
