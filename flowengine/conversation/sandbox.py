"""Jinja, bounded: a template or an expression reaches nothing but its own names, and comes to an end soon.

What is allowed stands in graph/allowed.py. Every operation, filter, call and turn of a loop is counted, and what it
makes is measured, before it is made where it could be large; so the same template stops at the same place each time.
No clock is read: a bound in seconds would depend on the machine. Whatever goes beyond raises Jinja's SecurityError.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, time, timedelta
from decimal import Decimal
from types import BuiltinMethodType, MethodType, SimpleNamespace
from typing import Any, Literal

from jinja2 import StrictUndefined, Undefined, nodes, pass_context
from jinja2.compiler import CodeGenerator, Frame
from jinja2.exceptions import SecurityError
from jinja2.filters import do_round
from jinja2.runtime import Context, LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment

from flowengine.graph import allowed
from flowengine.graph.model import Agent

# `Any` throughout: the values of a template are whatever the call has; what they may be is checked here.
Scalar = str | int | float | Decimal | date | time | timedelta | None


class BoundedContext(Context):
    """One evaluation, and what it has used up."""

    steps = 0
    work = 0

    def spend(self, work: int = 0) -> None:
        """One step, which made so many characters or items. Raises SecurityError beyond the limits."""
        self.steps += 1
        self.work += work
        if self.steps > allowed.MOST_STEPS or self.work > allowed.MOST_WORK:
            raise SecurityError("this takes too many steps")


class _BoundedCode(CodeGenerator):
    """Jinja's code, with the loops and the values counted that its sandbox does not look at."""

    def visit_For(self, node: nodes.For, frame: Frame) -> None:
        counted = nodes.EnvironmentAttribute("counted", lineno=node.lineno)
        node.iter = nodes.Call(counted, [node.iter], [], None, None, lineno=node.lineno)
        super().visit_For(node, frame)

    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:
        self._bounded("joined", node.nodes, frame)

    def visit_List(self, node: nodes.List, frame: Frame) -> None:
        self._bounded("listed", node.items, frame)

    def visit_Tuple(self, node: nodes.Tuple, frame: Frame) -> None:
        if node.ctx == "store":
            super().visit_Tuple(node, frame)
        else:
            self._bounded("listed", node.items, frame)

    def visit_Dict(self, node: nodes.Dict, frame: Frame) -> None:
        self.write("environment.flat(context, ")
        super().visit_Dict(node, frame)
        self.write(")")

    def _bounded(self, name: str, parts: Iterable[nodes.Expr], frame: Frame) -> None:
        self.write(f"environment.{name}(context, [")
        for part in parts:
            self.visit(part, frame)
            self.write(", ")
        self.write("])")


class BoundedEnvironment(ImmutableSandboxedEnvironment):
    """The environment in which flows run; `filters` are the language's own."""

    code_generator_class = _BoundedCode
    context_class = BoundedContext
    intercepted_binops = frozenset({"+", "-", "*", "/", "//", "%", "**"})

    def __init__(self, filters: Mapping[str, Callable[..., object]]) -> None:
        super().__init__(autoescape=False, undefined=StrictUndefined, finalize=_spoken)
        own = {name: self.filters[name] for name in allowed.JINJA_FILTERS} | dict(filters)
        own |= {"join": _join, "replace": _replace, "round": _round}
        self.filters = {name: _measured(name, work) for name, work in own.items()}
        self.tests = {name: self.tests[name] for name in allowed.TESTS} | {
            "defined": _has_value,
            "undefined": _has_none,
        }
        self.globals.clear()

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        match obj:
            case SimpleNamespace() | Agent():
                return not attr.startswith("_") and not callable(value)
            case LoopContext():
                return attr in allowed.LOOP
            case _:
                return any(
                    attr in names
                    for table in (allowed.ATTRIBUTES, allowed.METHODS)
                    for kind, names in table.items()
                    if isinstance(obj, kind)
                )

    def is_safe_callable(self, obj: Any) -> bool:
        if obj == self.counted:
            return True
        if not isinstance(obj, MethodType | BuiltinMethodType):
            return False
        return any(isinstance(obj.__self__, kind) and obj.__name__ in names for kind, names in allowed.METHODS.items())

    def wrap_str_format(self, value: Any) -> None:
        """`format` is not on the list of methods, so it needs no wrapping, and is refused like the others."""

    def call(  # type: ignore[override]  # Jinja's first parameters are named to be private
        self, context: BoundedContext, obj: Any, /, *args: Any, **kwargs: Any
    ) -> Any:
        return _within(context, super().call(context, obj, *args, **kwargs))

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        assert isinstance(context, BoundedContext)
        match operator, left, right:
            case ("**", _, _) | ("%", str(), _):
                raise SecurityError(f"{operator!r} has no bound here")
            case "*", str() | list() | tuple() as many, int(times):
                _room(len(many) * times, many)
            case "*", int(times), str() | list() | tuple() as many:
                _room(len(many) * times, many)
            case "+", str() | list() | tuple(), str() | list() | tuple():
                _room(len(left) + len(right), left)
            case _:
                pass
        return _within(context, super().call_binop(context, operator, left, right))

    @pass_context
    def counted(self, context: BoundedContext, items: Iterable[object]) -> Iterator[object]:
        """What a `for` goes through, each item a step. No name of a flow leads here; the code of `for` does."""
        for item in iter(items):
            context.spend()
            yield item

    def joined(self, context: BoundedContext, parts: list[Any]) -> str:
        """`a ~ b`."""
        return str(_within(context, "".join(_as_text(part) for part in parts)))

    def listed(self, context: BoundedContext, items: list[Any]) -> list[Any]:
        """`[a, b]`, of single values alone: lists of lists grow without being large."""
        _room(len(items), items)
        for item in items:
            _single(item)
        context.spend(len(items))
        return items

    def flat(self, context: BoundedContext, pairs: dict[Any, Any]) -> dict[Any, Any]:
        """`{a: b}`, of single values alone."""
        self.listed(context, [*pairs, *pairs.values()])
        return pairs


@pass_context
def _spoken(context: BoundedContext, value: Any) -> object:
    """What `{{ … }}` gives. Never "None", and no list, which would be spoken with its brackets."""
    if value is None:
        raise TypeError("a value that is missing cannot be spoken")
    if isinstance(value, Undefined):
        return str(value)  # raises, and names it
    text = _as_text(value)
    context.spend(len(text))
    return text


def _has_value(value: Any) -> bool:
    """`is defined`. A slot that is not filled is nothing, and so is a name that no `set` has reached."""
    return value is not None and not isinstance(value, Undefined)


def _has_none(value: Any) -> bool:
    """`is undefined`."""
    return not _has_value(value)


def _measured(name: str, work: Callable[..., object]) -> Callable[..., object]:
    """A filter whose arguments and result are bounded."""
    wants_environment = hasattr(work, "jinja_pass_arg")
    wants_today = name in allowed.TOLD_THE_DAY

    def measured(context: BoundedContext, *args: Any, **kwargs: Any) -> object:
        for each in (*args, *kwargs.values()):
            _fits(each)
        if name in allowed.OF_ONE_VALUE:
            _single(args[0])
        passed = (context.environment,) if wants_environment else ()
        if wants_today:
            kwargs["today"] = context.get("today")
        return _within(context, work(*passed, *args, **kwargs))

    return pass_context(measured)


def _join(values: Any, d: object = "") -> str:
    parts = [_as_text(value) for value in values]
    between = _as_text(d)
    _room(sum(map(len, parts)) + len(between) * len(parts), between)
    return between.join(parts)


def _replace(value: object, old: object, new: object, count: int = -1) -> str:
    text, out, put = _as_text(value), _as_text(old), _as_text(new)
    _room(len(text) + text.count(out) * len(put), text)
    return text.replace(out, put, count)


def _round(value: Any, precision: int = 0, method: Literal["common", "ceil", "floor"] = "common") -> float:
    if abs(precision) > allowed.MOST_DECIMALS:
        raise SecurityError("so many decimals are not rounded to")
    return do_round(value, precision, method)


def _within(context: BoundedContext, value: Any) -> Any:
    """The value, when it is small enough, and paid for."""
    _fits(value)
    context.spend(len(value) if isinstance(value, str | list | tuple) else 0)
    return value


def _fits(value: Any) -> None:
    match value:
        case int() | float() | Decimal() if not -allowed.LARGEST_NUMBER <= value <= allowed.LARGEST_NUMBER:
            raise SecurityError("this number is too large")
        case str() | list() | tuple():
            _room(len(value), value)
        case _:
            pass


def _room(length: int, kind: str | list[Any] | tuple[Any, ...]) -> None:
    if length > (allowed.LONGEST_TEXT if isinstance(kind, str) else allowed.MOST_ITEMS):
        raise SecurityError("this text or list is too long")


def _single(value: Any) -> Any:
    if isinstance(value, Undefined):
        str(value)  # raises, and names it
    if not isinstance(value, Scalar):
        raise TypeError(f"a {type(value).__name__} cannot stand here")
    _fits(value)
    return value


def _as_text(value: Any) -> str:
    return str(_single(value))
