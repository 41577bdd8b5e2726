"""Why a row does not fit, in words that help: from what was found, what could stand there, and what stood before.

Each rule below looks for one kind of mistake and says, where it is clear, how the row was meant.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from difflib import get_close_matches

from lark import Token

from flowengine.language.barge_in_hints import barge_in_when, misplaced_barge_in, misspelt_barge_in, mode_alone
from flowengine.language.diagnostics import Diagnostic
from flowengine.language.field_hints import bare_description, field_without_type
from flowengine.language.grammar import SIMPLE_STATEMENTS, STATEMENTS, keywords, span_of
from flowengine.language.mistake import Explanation, Mistake, error_at
from flowengine.language.name_hints import hyphen, spaced_name
from flowengine.language.slip_hints import (
    bare_phrase,
    foreign_word,
    number_word,
    open_pattern,
    quotes_inside,
    transfer_part,
)
from flowengine.language.source import Span
from flowengine.language.words import FOREIGN_WORDS, TERMINALS, home

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "ms": "milliseconds"}

_Rule = Callable[[Mistake], Explanation | None]


def explain(mistake: Mistake) -> Explanation:
    """A diagnostic for the mistake and, where it is clear what was meant, the row as it should be."""
    for rule in _RULES:
        explanation = rule(mistake)
        if explanation is not None:
            return explanation
    return _unexpected(mistake)


# ── characters ──


def _unclosed_text(mistake: Mistake) -> Explanation | None:
    token = mistake.token
    if token is None or token.type != "UNCLOSED":
        return None
    problem = error_at(mistake, "FL112", "unclosed-text", "this text has no closing quote", 'end it with "')
    return problem, mistake.replaced("STRING", str(token).rstrip("\\") + '"')


def _foreign_quotes(mistake: Mistake) -> Explanation | None:
    token = mistake.token
    help_ = 'write text in straight double quotes: "…"'
    if token is not None and token.type == "QUOTED" and "STRING" in mistake.accepted:
        problem = error_at(mistake, "FL105", "missing-text", "text stands in double quotes, not in single ones", help_)
        return problem, mistake.replaced("STRING", '"' + str(token)[1:-1].replace('"', "'") + '"')
    if token is None or token.type != "UNKNOWN" or str(token) not in "“”„«»‘’'`":
        return None
    problem = error_at(mistake, "FL119", "odd-character", f"{str(token)!r} is no quote of this language", help_)
    rest = len(mistake.row) - mistake.index
    return problem, mistake.replaced("STRING", '""', rest) if "STRING" in mistake.accepted else None


def _odd_character(mistake: Mistake) -> Explanation | None:
    token = mistake.token
    if token is None or token.type != "UNKNOWN" or str(token) in "→⇒":
        return None
    shown = str(token) if token.isprintable() else f"U+{ord(str(token)):04X}"
    help_ = "take it out" if str(token) != ";" else "a statement ends with its line; take it out"
    return error_at(mistake, "FL119", "odd-character", f"the character {shown!r} means nothing here", help_), None


# ── the first word of a line ──


def _first_word(mistake: Mistake) -> Explanation | None:
    token = mistake.token
    if mistake.index or token is None:
        return None
    if token.type in keywords():
        return _misplaced_keyword(mistake, token)
    if token.type == "STRING" and "SAY" in mistake.at_start:
        problem = error_at(mistake, "FL111", "misplaced-statement", "a text alone says nothing", 'write: say "…"')
        return problem, [Token.new_borrow_pos("SAY", "say", token), *mistake.row]
    if token.type != "NAME":
        return None
    return _unknown_keyword(mistake, token)


def _misplaced_keyword(mistake: Mistake, token: Token) -> Explanation:
    message = f"{str(token)!r} does not stand here"
    help_ = home(token.type) or _could_stand(mistake.at_start)
    if token.type in STATEMENTS and "STATE" in mistake.at_start:
        help_ = "it stands in a state: indent it under one"
    elif token.type in STATEMENTS and "SILENCE" in mistake.at_start:
        help_ = "here stand only branches; put it before the line that waits, or under a branch"
    elif token.type in ("ELIF", "ELSE"):
        message = f"{str(token)!r} has no 'if' above it"
        help_ = "align it with its 'if', with nothing between their blocks"
    elif token.type == "HANGUP" and "SAY" in mistake.at_start:
        help_ = "to end the call, write 'end OUTCOME'; the event 'hangup' stands under 'listen' or 'anywhere'"
    return error_at(mistake, "FL111", "misplaced-statement", message, help_), None


def _unknown_keyword(mistake: Mistake, token: Token) -> Explanation | None:
    word = str(token)
    words = {keywords()[kind]: kind for kind in sorted(mistake.at_start) if kind in keywords()}
    if not words:
        return None
    following = mistake.row[1].type if len(mistake.row) > 1 else "_NEWLINE"
    in_state = "SAY" in mistake.at_start
    if in_state and following == "EQUAL":
        message = f"{word!r} is no statement; a variable is set with 'set'"
        problem = error_at(mistake, "FL102", "unknown-keyword", message, f"write: set {word} = …")
        return problem, [Token.new_borrow_pos("SET", "set", token), *mistake.row]
    if in_state and following in ("ARROW", "COLON", "OR"):
        message = f"{word!r} begins a branch, and a branch stands under what waits"
        return error_at(mistake, "FL111", "misplaced-statement", message, "put it under a 'listen', indented"), None
    meant = FOREIGN_WORDS.get(word) if in_state else None
    if meant is not None:
        return error_at(
            mistake, "FL102", "unknown-keyword", f"there is no statement {word!r}", f"write {meant!r}"
        ), None
    what = "statement" if in_state else "keyword"
    close = get_close_matches(word.lower(), words, n=1, cutoff=0.65)
    message = f"there is no {what} {word!r} here"
    if close:
        problem = error_at(mistake, "FL102", "unknown-keyword", message, f"did you mean {close[0]!r}?")
        return problem, mistake.replaced(words[close[0]], close[0])
    return error_at(mistake, "FL102", "unknown-keyword", message, _could_stand(mistake.at_start)), None


# ── later words ──


def _assignment(mistake: Mistake) -> Explanation | None:
    token = mistake.token
    if token is None:
        return None
    in_expression = "OPERATOR" in mistake.accepted and "EQUAL" not in mistake.accepted
    name = "assignment-for-comparison"
    if token.type == "EQUAL" and in_expression:
        problem = error_at(mistake, "FL107", name, "'=' sets a value; it does not compare", "to compare, write '=='")
        return problem, mistake.replaced("OPERATOR", "==")
    if str(token) == "==" and "EQUAL" in mistake.accepted:
        problem = error_at(mistake, "FL107", name, "'==' compares; it does not set a value", "to set, write '='")
        return problem, mistake.replaced("EQUAL", "=")
    return None


def _arrow(mistake: Mistake) -> Explanation | None:
    token = mistake.token
    if token is None or "ARROW" not in mistake.accepted:
        return None
    after = mistake.row[mistake.index + 1] if mistake.index + 1 < len(mistake.row) else None
    if str(token) in ("→", "⇒"):
        problem = error_at(
            mistake, "FL106", "missing-arrow", f"an arrow is written '->', not {str(token)!r}", "write '->'"
        )
        return problem, mistake.replaced("ARROW", "->")
    if token.type in ("EQUAL", "MINUS") and after is not None and str(after) == ">":
        problem = error_at(mistake, "FL106", "missing-arrow", "an arrow is written '->'", "write '->'")
        return problem, mistake.replaced("ARROW", "->", 2)
    if (token.type == "NAME" or token.type in keywords()) and after is None and token.type not in SIMPLE_STATEMENTS:
        message = f"between {str(mistake.before)!r} and {str(token)!r} an arrow is missing"
        problem = error_at(mistake, "FL106", "missing-arrow", message, f"write: -> {token}")
        return problem, mistake.replaced("ARROW", "->", 0)
    return None


def _colon(mistake: Mistake) -> Explanation | None:
    token = mistake.token
    if "COLON" not in mistake.accepted:
        return None
    only = mistake.accepted == {"COLON"}
    statement = token is not None and token.type in SIMPLE_STATEMENTS
    if not only and not statement:
        return None
    message = f"after {str(mistake.before)!r} a colon is missing"
    if only:
        help_ = f"write: {mistake.before}: {token if token is not None else '…'}"
    else:
        help_ = f"put ':' before {str(token)!r}"
    problem = error_at(mistake, "FL103", "missing-colon", message, help_)
    return problem, mistake.replaced("COLON", ":", 0) if token is not None else None


def _close_word(mistake: Mistake) -> Explanation | None:
    token = mistake.token
    if token is None or token.type != "NAME":
        return None
    words = {keywords()[kind]: kind for kind in sorted(mistake.accepted) if kind in keywords()}
    close = get_close_matches(token.lower(), words, n=1, cutoff=0.65)
    if not close:
        return None
    message = f"{str(token)!r} means nothing here"
    problem = error_at(mistake, "FL102", "unknown-keyword", message, f"did you mean {close[0]!r}?")
    return problem, mistake.replaced(words[close[0]], close[0])


def _else_if(mistake: Mistake) -> Explanation | None:
    token, before = mistake.token, mistake.before
    if token is None or token.type != "IF" or before is None or before.type != "ELSE":
        return None
    problem = error_at(mistake, "FL102", "unknown-keyword", "'else' takes no condition", "write 'elif' for 'else if'")
    elif_ = Token.new_borrow_pos("ELIF", "elif", before)
    return problem, [*mistake.row[: mistake.index - 1], elif_, *mistake.row[mistake.index + 1 :]]


def _name(mistake: Mistake) -> Explanation | None:
    token = mistake.token
    if "NAME" not in mistake.accepted or mistake.accepted - {"NAME", "STRING", "_NEWLINE"}:
        return None
    if "STRING" in mistake.accepted and (token is None or token.type != "NUMBER"):
        return None
    if token is None:
        what = "a state's name" if mistake.before is not None and mistake.before.type == "ARROW" else "a name"
        problem = error_at(
            mistake, "FL104", "missing-name", f"after {str(mistake.before)!r} {what} is missing", f"add {what}"
        )
        return problem, None
    if token.type == "NUMBER":
        after = mistake.row[mistake.index + 1 : mistake.index + 2]
        count = 2 if after and after[0].start_pos == token.end_pos else 1
        problem = error_at(
            mistake, "FL104", "missing-name", "a name begins with a letter", "put a letter before the digits"
        )
        return problem, mistake.replaced("NAME", "", count)
    if token.type == "STRING":
        inside = str(token)[1:-1]
        help_ = f"write {inside}" if inside.isidentifier() else "take the quotes off, and join words with '_'"
        problem = error_at(mistake, "FL104", "missing-name", "a name stands here, without quotes", help_)
        return problem, mistake.replaced("NAME", inside if inside.isidentifier() else "")
    return None


def _text(mistake: Mistake) -> Explanation | None:
    if "STRING" not in mistake.accepted or mistake.accepted - {"STRING", "NAME", "PATTERN", "_NEWLINE"}:
        return None
    token, before = mistake.token, mistake.before
    if token is None and before is not None:
        help_ = 'write, for example: say "Good morning."' if before.type == "SAY" else f'write: {before} "…"'
        return error_at(mistake, "FL105", "missing-text", f"after {str(before)!r} a text is missing", help_), None
    if token is not None and (token.type == "NAME" or token.type in keywords()):
        last = span_of(mistake.source.path, mistake.row[-1])
        words = mistake.source.text[token.start_pos : mistake.row[-1].end_pos]
        span = Span(mistake.span.path, mistake.span.line, mistake.span.column, last.end_line, last.end_column)
        problem = Diagnostic(
            "FL105", "missing-text", "error", span, "text stands in double quotes", f'write: "{words}"'
        )
        return problem, mistake.replaced("STRING", f'"{words}"', len(mistake.row) - mistake.index)
    return None


def _bare_words(mistake: Mistake) -> Explanation | None:
    """`say Good morning.`: the first word was taken for the name of a line."""
    before = mistake.before
    if mistake.token is None or before is None or mistake.index < 2 or mistake.row[mistake.index - 2].type != "SAY":
        return None
    if before.type == "STRING":
        return None
    start, end = span_of(mistake.source.path, before), span_of(mistake.source.path, mistake.row[-1])
    words = mistake.source.text[before.start_pos : mistake.row[-1].end_pos]
    span = Span(start.path, start.line, start.column, end.end_line, end.end_column)
    problem = Diagnostic("FL105", "missing-text", "error", span, "text stands in double quotes", f'write: "{words}"')
    return problem, [*mistake.row[: mistake.index - 1], Token.new_borrow_pos("STRING", f'"{words}"', before)]


def _unit(mistake: Mistake) -> Explanation | None:
    before = mistake.before
    if before is not None and before.type == "NUMBER" and mistake.row[max(0, mistake.index - 2)].type == "AFTER":
        # `after 8 minutes`: a number may stand there (`after 20 turns`), so it is found a word late.
        mistake = replace(mistake, index=mistake.index - 1, accepted=mistake.accepted | {"DURATION"})
    token = mistake.token
    if token is None or token.type != "NUMBER" or "DURATION" not in mistake.accepted:
        return None
    said = mistake.row[mistake.index + 1] if mistake.index + 1 < len(mistake.row) else None
    close = get_close_matches(said.lower(), UNITS.values(), n=1, cutoff=0.6) if said is not None else []
    unit = next((short for short, word in UNITS.items() if word in close), "s")
    help_ = f"write {token}{unit} for {UNITS[unit]}"
    problem = error_at(mistake, "FL121", "missing-unit", "a time needs its unit", help_)
    return problem, mistake.replaced("DURATION", f"{token}{unit}", 2 if close else 1)


def _bracket(mistake: Mistake) -> Explanation | None:
    token = mistake.token
    closing = {"RPAR": ")", "RSQB": "]", "RBRACE": "}"}
    missing = [sign for kind, sign in closing.items() if kind in mistake.accepted]
    if token is None and missing:
        problem = error_at(mistake, "FL114", "unbalanced-bracket", "a bracket is not closed", f"add {missing[0]!r}")
        return problem, None
    if token is not None and token.type in closing and "LPAR" in mistake.accepted:
        message = f"{str(token)!r} closes no bracket"
        return error_at(mistake, "FL114", "unbalanced-bracket", message, "take it out, or open one before it"), None
    return None


def _too_much(mistake: Mistake) -> Explanation | None:
    token = mistake.token
    if token is None or mistake.accepted != {"_NEWLINE"}:
        return None
    last = span_of(mistake.source.path, mistake.row[-1])
    span = Span(mistake.span.path, mistake.span.line, mistake.span.column, last.end_line, last.end_column)
    message = f"nothing more stands on this line after {str(mistake.before)!r}"
    if str(token) == ":" and token is mistake.row[-1]:
        help_ = "drop the colon: what it leads to is indented under this line"
    else:
        help_ = "put it on a line of its own, or take it out"
    return Diagnostic("FL101", "unexpected-token", "error", span, message, help_), mistake.row[: mistake.index]


def _unexpected(mistake: Mistake) -> Explanation:
    found = f"{str(mistake.token)!r} does not fit" if mistake.token is not None else "the line ends too early"
    after = f" after {str(mistake.before)!r}" if mistake.before is not None else " here"
    help_ = "write an expression" if "OPERATOR" in mistake.accepted else _could_stand(mistake.accepted)
    return error_at(mistake, "FL101", "unexpected-token", found + after, help_), None


def _could_stand(kinds: frozenset[str]) -> str | None:
    """What would fit, as a remedy."""
    expected = sorted({TERMINALS.get(kind) or repr(keywords()[kind]) for kind in kinds if _speakable(kind)})
    if len(expected) < 2:
        return f"write {expected[0]}" if expected else None
    return f"here can stand {', '.join(expected[:-1])} or {expected[-1]}"


def _speakable(kind: str) -> bool:
    return kind in TERMINALS or kind in keywords()


_RULES: tuple[_Rule, ...] = (
    _unclosed_text,
    _foreign_quotes,
    _odd_character,
    quotes_inside,
    open_pattern,
    bare_phrase,
    misspelt_barge_in,
    misplaced_barge_in,
    mode_alone,
    barge_in_when,
    _first_word,
    foreign_word,
    transfer_part,
    number_word,
    _assignment,
    spaced_name,
    _arrow,
    field_without_type,
    bare_description,
    _colon,
    _close_word,
    _else_if,
    hyphen,
    _bare_words,
    _unit,
    _name,
    _text,
    _bracket,
    _too_much,
)
