"""Templates and expressions of a flow: one sandboxed Jinja language, strict about undefined names, compiled once.

Refuses what would be heard: a value that is missing is an error, never the word "None". What a template may reach, and
how much it may make, is bounded by sandbox.py. Errors come out as EvaluationError; the
interpreter turns one into an apology and the outcome `failed`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache

from jinja2 import StrictUndefined, TemplateError
from jinja2.environment import Template as JinjaTemplate
from jinja2.environment import TemplateExpression
from jinja2.exceptions import SecurityError, UndefinedError

from flowengine.conversation.sandbox import BoundedEnvironment
from flowengine.conversation.spoken import money, plural, spelled, spoken, spoken_ordinal
from flowengine.errors import EvaluationError
from flowengine.graph.model import Expression, Flow, Template
from flowengine.graph.walk import written

FILTERS: Mapping[str, Callable[..., object]] = {
    "money": money,
    "ordinal": spoken_ordinal,
    "plural": plural,
    "spelled": spelled,
    "spoken": spoken,
}

_CAUSES: tuple[tuple[type[Exception], str], ...] = (
    (ZeroDivisionError, "a division by zero"),
    (SecurityError, "it reaches for what a flow may not use, or makes too much"),
    (UndefinedError, "a value that is missing"),
    (LookupError, "a value that is missing"),
    (OverflowError, "a number, or a date, that is too large"),
    (TypeError, "a value that is missing, or of another type than is needed"),
    (ValueError, "a value that does not fit"),
)
"""The first that fits tells the cause."""


@cache
def environment() -> BoundedEnvironment:
    """The one environment in which flows are run."""
    return BoundedEnvironment(FILTERS)


class Evaluator:
    """A flow's templates and expressions, compiled."""

    def __init__(self, flow: Flow) -> None:
        made = environment()
        self._templates: dict[str, JinjaTemplate] = {}
        self._expressions: dict[str, TemplateExpression] = {}
        for text in (each.text for each in written(flow)):
            try:
                if isinstance(text, Template):
                    if text.text not in self._templates:
                        self._templates[text.text] = made.from_string(text.text)
                elif text.text not in self._expressions:
                    self._expressions[text.text] = made.compile_expression(text.text, undefined_to_none=False)
            except TemplateError as error:
                raise EvaluationError(f"line {text.span.line}: {error.message}") from error

    def render(self, template: Template, names: Mapping[str, object]) -> str:
        """The text to be spoken, blanks tidied. Raises EvaluationError."""
        try:
            return " ".join(self._templates[template.text].render(names).split())
        except Exception as error:
            # Anything an author's expression can raise (division by zero, a missing key) is the same to the call.
            raise _failure(template, error) from error

    def value(self, expression: Expression, names: Mapping[str, object]) -> object:
        """The value of an expression. Raises EvaluationError, for an undefined name too."""
        try:
            found = self._expressions[expression.text](names)
        except Exception as error:
            raise _failure(expression, error) from error
        if isinstance(found, StrictUndefined):
            raise _failure(expression, TypeError("a name is undefined"))
        return found


def moment(started: datetime, at: float) -> datetime:
    """`at` seconds after the connection, on the clock of `started`; reckoned in UTC, so a clock change is right."""
    return (started.astimezone(UTC) + timedelta(seconds=at)).astimezone(started.tzinfo)


def daypart(now: datetime) -> str:
    """For "Good {{ daypart }}": morning to noon, afternoon to six, then evening."""
    if now.hour < 12:
        return "morning"
    return "afternoon" if now.hour < 18 else "evening"


def _failure(where: Template | Expression, error: Exception) -> EvaluationError:
    # The text of an error can carry the caller's words; its kind and the author's line say enough.
    return EvaluationError(f"{where.span.path}:{where.span.line}: {_cause(error)}")


def _cause(error: Exception) -> str:
    """In the author's words, not in Python's."""
    return next((told for kind, told in _CAUSES if isinstance(error, kind)), "it cannot be worked out")
