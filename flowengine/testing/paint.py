"""A few tones for the terminal, or none."""

from __future__ import annotations

from dataclasses import dataclass

_PLAIN = "\x1b[0m"


@dataclass(frozen=True, slots=True)
class Painter:
    """Puts text in tones; without `colour` it leaves it as it is."""

    colour: bool

    def good(self, text: str) -> str:
        return self._in("\x1b[32m", text)

    def bad(self, text: str) -> str:
        return self._in("\x1b[1;31m", text)

    def strong(self, text: str) -> str:
        return self._in("\x1b[1m", text)

    def dim(self, text: str) -> str:
        return self._in("\x1b[2m", text)

    def agent(self, text: str) -> str:
        return self._in("\x1b[36m", text)

    def _in(self, tone: str, text: str) -> str:
        return f"{tone}{text}{_PLAIN}" if self.colour and text else text
