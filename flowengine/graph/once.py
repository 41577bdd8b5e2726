"""What is found out about a flow once, though each check asks for it.

Only the last flow is remembered, and by identity: a compilation asks about one flow again and again, then never more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

Subject = TypeVar("Subject")
Item = TypeVar("Item")


class Once(Generic[Subject, Item]):
    """`find` called once for each subject that follows another. Safe among threads: at worst they find it twice."""

    def __init__(self, find: Callable[[Subject], Iterable[Item]]) -> None:
        self._find = find
        self._last: tuple[Subject, tuple[Item, ...]] | None = None

    def of(self, subject: Subject) -> tuple[Item, ...]:
        last = self._last
        if last is None or last[0] is not subject:
            last = self._last = (subject, tuple(self._find(subject)))
        return last[1]
