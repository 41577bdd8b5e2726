"""A method of whoever made a thing, given to that thing without the two holding each other for good.

Two objects that hold each other are freed by the garbage collector alone, and its full pass stops every call of the
process: 20 to 70 ms with 200 live. A call's parts call it back, so they hold it weakly, and all of it is gone when the
last one who holds the call lets go.
"""

from __future__ import annotations

from collections.abc import Callable
from types import MethodType
from typing import ParamSpec, TypeVar
from weakref import ref

Asked = ParamSpec("Asked")
Given = TypeVar("Given")


def weakly(method: Callable[Asked, Given]) -> Callable[Asked, Given]:
    """`method`, a bound one, that does not keep its object. It raises ReferenceError when that is gone."""
    assert isinstance(method, MethodType), "only a method has an object to hold"
    owner, function = ref(method.__self__), method.__func__

    def call(*args: Asked.args, **named: Asked.kwargs) -> Given:
        held = owner()
        if held is None:
            raise ReferenceError(f"{function.__qualname__} of an object that is gone")
        given: Given = function(held, *args, **named)
        return given

    return call
