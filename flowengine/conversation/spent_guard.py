"""Twice something was to be said that may not be: the caller gets a person where the flow has one, else a goodbye."""

from __future__ import annotations

from flowengine.conversation.call import Call
from flowengine.conversation.guarding import FAREWELL
from flowengine.conversation.interpreter import Interpreter
from flowengine.conversation.place import is_away, live_on
from flowengine.graph.model import OnIntent

HUMAN_REQUEST = "human_request"


class SpentGuard:
    """Watches one call's guard; a person is asked for once."""

    def __init__(self, call: Call, interpreter: Interpreter) -> None:
        self._call = call
        self._interpreter = interpreter
        self._was_spent = False

    def settle(self) -> None:
        """After each event."""
        call = self._call
        if not call.guarding.is_spent or call.outcome is not None or call.stay is None or is_away(call.stay):
            return None
        if call.stay.is_ending:
            return None
        person = live_on(call.flow, call.stay, OnIntent(HUMAN_REQUEST)) if not self._was_spent else []
        self._was_spent = True
        call.guarding.settle()
        if not person:
            return self._interpreter.stop("failed", FAREWELL)
        call.disarm_silence()
        call.disarm_keys()
        call.may_repeat()
        return self._interpreter.take(person[0].branch, person[0].label)
