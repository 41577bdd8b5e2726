"""What a virtual call needs of whoever drives it: a `Conversation`, or a stand-in of a test's."""

from __future__ import annotations

from typing import Protocol

from flowengine.conversation.commands import Command
from flowengine.conversation.events import Event, Reached


class Mind(Protocol):
    """What drives the call: a `Conversation`, or a stand-in."""

    def send(self, event: Event) -> tuple[Command, ...]: ...

    def is_early(self, text: str, reached: Reached) -> bool: ...

    @property
    def awaits_more(self) -> bool: ...

    @property
    def finished(self) -> bool: ...
