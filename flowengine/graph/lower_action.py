"""`action` of the tree, as an action of the graph: its options read one by one."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from flowengine.graph import model
from flowengine.graph.types import value_type
from flowengine.language import ast
from flowengine.language.build_leaves import unescape
from flowengine.language.diagnostics import Diagnostic
from flowengine.language.durations import seconds
from flowengine.language.source import Span

DEFAULT_TIMEOUT_S = 5.0
"""As long as a caller bears a filler line and then silence."""
LONGEST_TIMEOUT_S = 60.0
MOST_RETRIES = 5

OPTIONS = ("python", "http", "timeout", "retries", "filler", "effect")
_FUNCTION = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*")
_EXAMPLES = {
    "python": 'python "acme.bookings:book_visit"',
    "http": 'http "https://example.com/visits"',
    "timeout": "timeout 4s",
    "retries": "retries 2",
    "filler": 'filler "One moment."',
    "effect": "effect none",
}


def lower_action(action: ast.Action, problems: list[Diagnostic]) -> model.Action:
    """An action; what its options lack or get wrong is reported, and read as left out."""
    found: dict[str, str] = {}
    for option in action.options:
        name = option.name.text
        if name not in OPTIONS:
            problems.append(_unknown(option))
        elif name in found:
            message = f"{name!r} is written twice"
            problems.append(Diagnostic("FL116", "repeated-part", "error", option.span, message, "keep one"))
        elif (value := _value(option)) is None:
            problems.append(_misfit(option))
        else:
            found[name] = value
    tried = {option.name.text for option in action.options} & {"python", "http"}
    if len(tried) != 1:
        problems.append(_one_way(action, both=bool(tried)))
    return model.Action(
        name=action.name.text,
        parameters=_parameters(action.parameters, problems),
        results=_parameters(action.results, problems),
        python=found.get("python"),
        http=found.get("http"),
        timeout=seconds(found["timeout"]) if "timeout" in found else DEFAULT_TIMEOUT_S,
        retries=int(found.get("retries", "0")),
        filler=_filler(action, found),
        effect="effect" not in found,
        span=action.name.span,
    )


def _parameters(parameters: tuple[ast.Parameter, ...], problems: list[Diagnostic]) -> tuple[model.Parameter, ...]:
    return tuple(
        model.Parameter(parameter.name.text, value_type(parameter.type, problems), parameter.name.span)
        for parameter in parameters
    )


def _filler(action: ast.Action, found: dict[str, str]) -> model.Template | None:
    if "filler" not in found:
        return None
    span = next(option.span for option in action.options if option.name.text == "filler")
    raw = next(option.values[0] for option in action.options if option.name.text == "filler")
    # The option's span ends with the string; the string alone is the template's.
    at = Span(span.path, span.line, span.end_column - len(raw), span.end_line, span.end_column)
    return model.Template(found["filler"], at)


def _value(option: ast.Option) -> str | None:
    """What an option says, where it is of the kind that the option takes."""
    if len(option.values) != 1:
        return None
    raw = option.values[0]
    text = unescape(raw[1:-1]) if raw.startswith('"') else None
    match option.name.text:
        case "python":
            return text if text is not None and _FUNCTION.fullmatch(text) else None
        case "http":
            return text if text is not None and _is_address(text) else None
        case "filler":
            return text if text else None
        case "timeout":
            try:
                return raw if 0 < seconds(raw) <= LONGEST_TIMEOUT_S else None
            except ValueError:
                return None
        case "retries":
            return raw if raw.isdecimal() and int(raw) <= MOST_RETRIES else None
        case _:
            return raw if raw == "none" else None


def _is_address(text: str) -> bool:
    """An https address, or plain http on this machine."""
    try:
        parts = urlsplit(text)
        local = parts.hostname in ("localhost", "127.0.0.1", "::1")
        return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and local))
    except ValueError:
        return False


def _unknown(option: ast.Option) -> Diagnostic:
    message = f"an action has no option {option.name.text!r}"
    help_ = f"options are {', '.join(OPTIONS)}"
    return Diagnostic("FL124", "unknown-option", "error", option.name.span, message, help_)


def _misfit(option: ast.Option) -> Diagnostic:
    name = option.name.text
    takes = {
        "python": "a text with a module and a function, joined by a colon",
        "http": "a text with an https address (http only on this machine)",
        "timeout": f"a time up to {LONGEST_TIMEOUT_S:g}s",
        "retries": f"a whole number up to {MOST_RETRIES}",
        "filler": "a text",
        "effect": "the word none",
    }[name]
    message = f"{name!r} takes {takes}"
    return Diagnostic("FL125", "option-misfit", "error", option.span, message, f"for example: {_EXAMPLES[name]}")


def _one_way(action: ast.Action, *, both: bool) -> Diagnostic:
    name = action.name.text
    message = f"action {name!r} " + ("is both Python and HTTP" if both else "does not say what carries it out")
    help_ = "keep one of the two" if both else f"add {_EXAMPLES['python']} or {_EXAMPLES['http']}"
    return Diagnostic("FL126", "action-without-means", "error", action.name.span, message, help_)
