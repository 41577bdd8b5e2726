"""When recording begins: once all that was said before it was heard, since the notice is among it.

A notice that was cut short told nobody anything: then the call is not recorded, and a note says so.
"""

from __future__ import annotations

from flowengine.conversation.call import Call
from flowengine.conversation.commands import Record

NOT_HEARD = "not recorded: what was said before it was not heard to its end"


class Recording:
    """Holds a `record start` back until it may be carried out."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._awaited: set[str] | None = None

    def order(self, *, start: bool) -> None:
        """`record start`, `record stop`."""
        if not start:
            self._awaited = None
            self._call.emit(Record(False))
            return
        self._awaited = set(self._call.transcript.coming)
        self._begin()

    def heard(self, speech_id: str) -> None:
        """What was said has been heard to its end."""
        if self._awaited is not None and speech_id in self._awaited:
            self._awaited.discard(speech_id)
            self._begin()

    def cut(self, speech_id: str) -> None:
        """It was stopped before its end."""
        if self._awaited is not None and speech_id in self._awaited:
            self._awaited = None
            self._call.note(NOT_HEARD)

    def _begin(self) -> None:
        if self._awaited is not None and not self._awaited:
            self._awaited = None
            self._call.emit(Record(True))
