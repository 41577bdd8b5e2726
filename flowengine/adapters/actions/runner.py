"""Every action of every flow, by its kind: the `Actions` port of the runtime."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flowengine.adapters.actions.http import HttpActions
from flowengine.adapters.actions.python import PythonActions
from flowengine.graph.model import Action, Flow


class ActionRunner:
    """Python by registration, HTTP by signed request. Owns both; close it when done."""

    def __init__(self, python: PythonActions, http: HttpActions) -> None:
        self._python = python
        self._http = http

    async def close(self) -> None:
        self._python.close()
        await self._http.close()

    async def run(self, action: Action, arguments: Mapping[str, object], *, key: str) -> Mapping[str, object]:
        """The results, plain and of their declared types. Raises ActionError."""
        kind = self._python if action.python is not None else self._http
        return await kind.run(action, arguments, key=key)

    def refused(self, flows: Iterable[Flow]) -> list[str]:
        """One sentence for each action of these flows that would fail as things stand."""
        sentences: list[str] = []
        for flow in flows:
            for action in flow.actions.values():
                kind = self._python if action.python is not None else self._http
                reason = kind.refuses(action)
                if reason is not None:
                    sentences.append(f"flow {flow.name}: the action {action.name} is refused: {reason}")
        return sentences
