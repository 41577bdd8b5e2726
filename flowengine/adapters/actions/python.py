"""Registered Python functions: plain ones in a bounded pool of threads, async ones on the loop.

What a function raises is known to the log by its type and place alone: its text may carry what a caller said.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
import traceback
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from flowengine.actions import Function, find
from flowengine.adapters.actions.values import Plain, for_python, results
from flowengine.errors import ActionError
from flowengine.graph.model import Action

log = logging.getLogger(__name__)

WORKERS = 16
"""Functions that wait for a database or a service at once, in all calls together; the next waits for a thread."""
KEY_PARAMETER = "idempotency_key"
"""A function with a parameter of this name is given the key: the same for the same request."""


class PythonActions:
    """Runs `python "module:function"`. Close it when done; functions that still run are left to their end."""

    def __init__(self, workers: int = WORKERS) -> None:
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="action")

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    def refuses(self, action: Action) -> str | None:
        """Why this action cannot be run; None when it can."""
        if find(action.python or "") is None:
            module = (action.python or "").partition(":")[0]
            return (
                f'python "{action.python}" is not registered; decorate the function with flowengine.actions.action, '
                f"or name its module: FLOWENGINE_ACTION_MODULES={module}"
            )
        return None

    async def run(self, action: Action, arguments: Mapping[str, object], *, key: str) -> dict[str, Plain]:
        """Call it, by parameter names. Raises ActionError. Cancelled before its thread was free, it never runs."""
        function = find(action.python or "")
        if function is None:
            raise ActionError(self.refuses(action) or "the function is not registered")
        given = for_python(action, arguments)
        if _wants_key(function):
            given[KEY_PARAMETER] = key
        if inspect.iscoroutinefunction(function):
            try:
                answer = await function(**given)
            except (Exception, SystemExit) as error:
                raise _failure(action, error) from None
        else:
            answer = await asyncio.get_running_loop().run_in_executor(self._pool, _call, action, function, given)
        return results(action, answer)


def _call(action: Action, function: Function, given: dict[str, object]) -> object:
    try:
        return function(**given)
    except BaseException as error:  # a function that calls exit() must not take the service with it
        raise _failure(action, error) from None


def _failure(action: Action, error: BaseException) -> ActionError:
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if len(frames) > 1 else "its call"
    kind = type(error).__name__
    log.error("action raised", extra={"action": action.name, "error": kind, "where": where})
    return ActionError(f"the function raised {kind}")


def _wants_key(function: Function) -> bool:
    try:
        return KEY_PARAMETER in inspect.signature(function).parameters
    except (ValueError, TypeError):
        return False
