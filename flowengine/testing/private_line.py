"""The line while a secret is asked for: the caller's voice reaches nobody, and no key is shown."""

from __future__ import annotations

from flowengine.conversation.hiding import HIDDEN_KEY

UNHEARD = "not heard: a secret is asked for, so the caller's voice goes nowhere in a call; keys alone count"


class PrivateLine:
    """Whether `Listen.private` holds, and when it last did; `runtime.ears` keeps to the same."""

    def __init__(self) -> None:
        self.is_on = False
        self._until = -1.0

    def turn(self, *, private: bool, at: float) -> None:
        """The caller's turn is open, in private or not, so many seconds into the call."""
        if self.is_on and not private:
            self._until = at
        self.is_on = private

    def hears(self, began: float) -> bool:
        """Whether words are heard that began then and end now: none of them may have been said in private."""
        return not self.is_on and began >= self._until

    def shown(self, key: str) -> str:
        """A key as a report may show it."""
        return HIDDEN_KEY if self.is_on and key.isdigit() else key
