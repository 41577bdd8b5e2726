"""A transfer that was ordered. It begins when all was heard that is said before it, and the caller says nothing."""

from __future__ import annotations

from collections.abc import Callable

from flowengine.testing.script import Answer


class Parting:
    """What the world has answered to one call's transfer; asked once, though the order is withdrawn and given again."""

    def __init__(self) -> None:
        self._answer: Answer | None = None
        self.is_put_off = False
        """The caller has cut the agent short, and what they say or do is to come."""
        self._withdrawn: dict[str, Answer] = {}

    def __bool__(self) -> bool:
        return self._answer is not None

    def order(self, request_id: str, ask: Callable[[], Answer]) -> None:
        """The caller is to be put through."""
        self._answer = self._withdrawn.pop(request_id, None) or ask()

    def withdraw(self, request_id: str) -> None:
        """Not now; perhaps later."""
        if self._answer is not None:
            self._withdrawn[request_id] = self._answer
        self._answer = None

    def begin(self) -> Answer | None:
        """The caller leaves: what becomes of it, once; None when nobody is to be put through, or not yet."""
        if self.is_put_off:
            return None
        answer, self._answer = self._answer, None
        return answer
