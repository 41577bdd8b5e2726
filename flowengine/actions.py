"""Python functions that flows may run: registered by name, never imported because a flow names them.

    from flowengine.actions import action

    @action
    def book_visit(day: date, name: str) -> str: ...

A flow is text that many people may edit. So `python "acme.bookings:book_visit"` in it is looked up here and nowhere
else: a flow can choose among what was offered, and cannot reach `os:system`. What is offered is said in Python
(`action`, `register`) or in the settings (`FLOWENGINE_ACTION_MODULES`, by `offer_modules`).
"""

from __future__ import annotations

import importlib
import inspect
import os
import re
import sys
from collections.abc import Callable, Iterable
from typing import Any, TypeVar, overload

from flowengine.errors import ActionError, SettingsError

Function = Callable[..., Any]
F = TypeVar("F", bound=Function)

NAME = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*(\.[A-Za-z_]\w*)*", re.ASCII)

_offered: dict[str, Function] = {}


def register(name: str, function: Function) -> None:
    """Offer `function` to flows as `python "NAME"`. The same name again replaces it (a module loaded anew).

    Raises ActionError when `name` is not `module:function`, or `function` cannot be called.
    """
    if not NAME.fullmatch(name):
        raise ActionError(f"an action's name is 'module:function', not {name!r}")
    if not callable(function):
        raise ActionError(f"what is registered as {name!r} cannot be called")
    _offered[name] = function


@overload
def action(function: F, /) -> F: ...
@overload
def action(name: str, /) -> Callable[[F], F]: ...
def action(function_or_name: Any, /) -> Any:
    """Decorator: offer a function by its own `module:name`, or by the name given."""
    if isinstance(function_or_name, str):

        def named(function: F) -> F:
            register(function_or_name, function)
            return function

        return named
    register(f"{function_or_name.__module__}:{function_or_name.__qualname__}", function_or_name)
    return function_or_name


def find(name: str) -> Function | None:
    """The function offered by this name."""
    return _offered.get(name)


def offer_modules(module_names: Iterable[str]) -> None:
    """`offer_module` for each; modules in the current folder are found too, after all others. Raises SettingsError."""
    names = tuple(module_names)
    if names and os.getcwd() not in sys.path:
        sys.path.append(os.getcwd())
    for name in names:
        offer_module(name)


def offer_module(module_name: str) -> int:
    """Import a module that the settings name, and offer its public functions; how many.

    Those in `__all__` where the module has one; else those that it defines itself and that do not begin with `_`. What
    it merely imports is not offered. Raises SettingsError.
    """
    try:
        module = importlib.import_module(module_name)
    except Exception as error:
        why = f"{type(error).__name__}: {error}"
        raise SettingsError(
            f"FLOWENGINE_ACTION_MODULES names {module_name!r}, which cannot be imported ({why})"
        ) from error
    listed = getattr(module, "__all__", None)
    functions = {
        name: each
        for name, each in vars(module).items()
        if inspect.isfunction(each)
        and (name in listed if listed is not None else not name.startswith("_") and each.__module__ == module.__name__)
    }
    for name, function in functions.items():
        register(f"{module_name}:{name}", function)
    return len(functions)
