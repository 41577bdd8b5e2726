"""What a warm transfer needs of the far end of a call: a second call to a colleague, and a room for the two."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from flowengine.errors import RequestNotSent


@dataclass(frozen=True, slots=True)
class ColleagueRung:
    """A colleague is being rung: by the telephone's own id, their call can be ended by another process too."""

    placed: str


class ColleagueLine(Protocol):
    """The colleague's side of a call's line. `leg` names their call: one that nobody can guess."""

    async def consult(self, leg: str, target: str, placed: Callable[[str], None]) -> None:
        """Ring a colleague at `target` (E.164), asked once; the caller stays. `placed` is told the telephone's own id.

        What becomes of it is told by `Colleague`'s methods, maybe before this returns. Raises TelephonyError;
        AnswerLost: it may ring all the same.
        """

    async def join(self, leg: str) -> None:
        """Begin to bring the caller to the colleague, who waits in the room of this name; the line plays nothing until
        the caller is back. Raises TelephonyError."""

    async def fetch_back(self) -> None:
        """Take the caller out of a room in which nobody is. Raises TelephonyError."""

    async def dismiss(self, placed: str) -> None:
        """End the colleague's call; one that is over already is a success. Raises TelephonyError."""


class NoColleagues:
    """A line over which nobody can be rung: a page, a measurement."""

    async def consult(self, leg: str, target: str, placed: Callable[[str], None]) -> None:
        raise RequestNotSent("a call from the page has no telephone line")

    async def join(self, leg: str) -> None:
        raise RequestNotSent("a call from the page has no telephone line")

    async def fetch_back(self) -> None:
        raise RequestNotSent("a call from the page has no telephone line")

    async def dismiss(self, placed: str) -> None:
        """Nobody was rung."""
